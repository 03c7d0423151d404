/**
 * What a chunk needs from the database, with the changes that its rows have planned so far. Rows find objects in memory
 * as they would find them in the database after the earlier rows (R26, R40).
 */
import { type Canonical, columnValues, type Field, type Model, sameValue } from '../../models';
import { linkKey, type Operation } from '../plan/operations';
import type { Condition, Instruction, MatchAlternative, Selector } from '../read/instruction';
import type { ColumnEquality } from './equality';
import { NO_OBJECTS, ObjectIndexes } from './objectIndex';
import { columnsAfter } from './updatedColumns';
import type { UnchangedRows } from './unchangedRows';
import { WorkingLinks } from './workingLinks';
import { WorkingMappings } from './workingMappings';
import { EndChunk, type Undo, type WorkingMapping, WorkingObject } from './workingObject';

export class WorkingSet {
  /** Objects by model and id. */
  private readonly objects = new Map<Model, Map<string, WorkingObject>>();
  readonly indexes = new ObjectIndexes();
  readonly mappings: WorkingMappings;
  readonly links = new WorkingLinks();
  /** For fields of the primary key whose equal values need not be identical. */
  private readonly keyEqualities = new Map<Field, ColumnEquality>();
  private readonly matched = new Map<Instruction, readonly WorkingObject[]>();
  private unchanged: UnchangedRows | null = null;
  /** Whether a row made a change whose effect on later rows is not known in memory. The chunk then ends. */
  mustEnd = false;

  constructor(
    /** Ids of external systems by name. Systems that do not exist are missing. */
    private readonly systemIds: ReadonlyMap<string, number>,
    /** The id of the syncing system. */
    readonly systemId: number,
  ) {
    this.mappings = new WorkingMappings(systemId);
  }

  // ── filled by the loader ──

  /** The object with the id in the values. Adds the object if it is not known yet. */
  register(model: Model, values: Record<string, Canonical>): WorkingObject {
    let known = this.objects.get(model);
    if (!known) this.objects.set(model, (known = new Map()));
    const object = new WorkingObject(model, values);
    const id = object.id ?? '';
    const existing = known.get(id);
    if (existing) return existing;
    known.set(id, object);
    return object;
  }

  objectsOf(model: Model): Iterable<WorkingObject> {
    return this.objects.get(model)?.values() ?? [];
  }

  hasObjects(model: Model): boolean {
    return this.objects.has(model);
  }

  object(model: Model, id: string): WorkingObject | undefined {
    return this.objects.get(model)?.get(id);
  }

  addMapping(systemId: number, model: Model, key: string, stored: { rowId: string; objectId: string } | null): void {
    const object = stored && (this.object(model, stored.objectId) ?? null);
    this.mappings.load(systemId, model, key, stored && { systemId, model, key, ...stored, object });
  }

  addKeyEquality(field: Field, equality: ColumnEquality): void {
    this.keyEqualities.set(field, equality);
  }

  /** Whether two values of a field of the primary key are equal for the database (R6). */
  isSameKey(field: Field, value: Canonical, other: Canonical): boolean {
    if (sameValue(value, other)) return true;
    const equality = this.keyEqualities.get(field);
    const key = equality?.key(value);
    return key !== undefined && key === equality?.key(other);
  }

  addMatched(instruction: Instruction, objects: readonly WorkingObject[]): void {
    this.matched.set(instruction, objects);
  }

  addUnchanged(rows: UnchangedRows): void {
    this.unchanged = rows;
  }

  /** The number of rows found to change nothing. */
  get unchangedRows(): number {
    return this.unchanged?.count ?? 0;
  }

  // ── asked by the planner ──

  /** The id of the object that a row is known to leave unchanged; undefined if the row must be planned. */
  unchangedId(instruction: Instruction): string | undefined {
    return this.unchanged?.idOf(instruction);
  }

  idOfSystem(name: string | null): number | null {
    return name === null ? this.systemId : (this.systemIds.get(name) ?? null);
  }

  /**
   * The mapping of a key, by default in the syncing system; null if there is none. A dangling mapping has no object.
   */
  mapping(model: Model, key: string, systemId: number | null = this.systemId): WorkingMapping | null {
    if (systemId === null) return null;
    const found = this.mappings.stored(systemId, model, key);
    if (found === undefined) throw new EndChunk();
    return found;
  }

  /** The object of a mapping; null if it no longer exists. */
  linkedObject(mapping: WorkingMapping | null): WorkingObject | null {
    return mapping?.object && !mapping.object.deleted ? mapping.object : null;
  }

  /** Objects that the row's match expression finds (R4–R6). */
  matchedObjects(model: Model, instruction: Instruction): readonly WorkingObject[] {
    const given = this.matched.get(instruction);
    if (given) return given.filter((object) => !object.deleted);
    const [only, ...others] = instruction.match ?? [];
    if (only && others.length === 0) return this.find(model, only);
    const found = new Set<WorkingObject>();
    for (const alternative of instruction.match ?? [])
      for (const object of this.find(model, alternative)) found.add(object);
    return [...found];
  }

  /** Objects that a selector finds (R20, R22, R23). */
  select(selector: Selector): readonly WorkingObject[] {
    const { model, fields, keys, references, impossible } = selector;
    if (impossible) return NO_OBJECTS;
    if (keys.length === 0) return this.find(model, selector);
    const byKeys = keys.map(({ system, key }) => this.linkedObject(this.mapping(model, key, this.idOfSystem(system))));
    if (byKeys.includes(null)) return NO_OBJECTS;
    const byValues = fields.length + references.length > 0 ? this.find(model, selector) : null;
    const [first, ...others] = byKeys as WorkingObject[];
    if (!first || others.some((other) => other !== first)) return [];
    return byValues === null || byValues.includes(first) ? [first] : [];
  }

  /** The tuples of values that fulfil a condition. There are several if a reference has several targets. */
  tuplesOf(condition: Pick<Condition, 'values' | 'references'>): readonly (readonly Canonical[])[] {
    let tuples: (readonly Canonical[])[] = [condition.values];
    for (const { relation, selector } of condition.references) {
      // An empty reference matches objects without a target (R7).
      const keys = selector
        ? this.select(selector).flatMap((target) => {
            const key = target.tuple(relation.relatedFields);
            return key ? [key] : [];
          })
        : [relation.ownFields.map(() => null)];
      tuples = tuples.flatMap((tuple) => keys.map((key) => [...tuple, ...key]));
    }
    return tuples;
  }

  private find(model: Model, condition: Condition): readonly WorkingObject[] {
    if (condition.references.length === 0) return this.indexes.findLoaded(model, condition.shape, condition.values);
    const found = new Set<WorkingObject>();
    for (const tuple of this.tuplesOf(condition))
      for (const object of this.indexes.findLoaded(model, condition.shape, tuple)) found.add(object);
    return [...found];
  }

  // ── changed only by operations ──

  /** The number of the row whose operations are being applied. */
  step = 1;

  /** Carries out an operation in memory, so that later rows see its effect. Returns a function that undoes it. */
  apply(operation: Operation): Undo {
    switch (operation.kind) {
      case 'insert':
        return this.insert(operation.object);
      case 'update':
        return this.assign(operation.object, columnsAfter(operation));
      case 'delete':
        return this.delete(operation.object);
      case 'merge':
        return this.merge(operation);
      case 'setMapping':
      case 'removeMapping':
        return this.setMapping(operation);
      default:
        return this.setLink(operation);
    }
  }

  private insert(object: WorkingObject): Undo {
    object.touched = this.step;
    this.place(object);
    return () => {
      for (const index of this.indexes.of(object.model)) index.remove(object);
    };
  }

  private assign(object: WorkingObject, values: Readonly<Record<string, Canonical | undefined>>): Undo {
    const { touched } = object;
    const before = columnValues<Canonical | undefined>();
    for (const column of Object.keys(values)) before[column] = object.values[column];
    const set = (given: Readonly<Record<string, Canonical | undefined>>): void => {
      const changed = [...this.indexes.of(object.model)].filter((index) =>
        index.fields.some((field) => field.column.name in given),
      );
      for (const index of changed) index.remove(object);
      Object.assign(object.values, given);
      for (const index of changed) if (!index.add(object)) this.mustEnd = true;
    };
    this.unchanged?.disturbObject(object);
    object.touched = this.step;
    set(values);
    return () => {
      set(before);
      object.touched = touched;
    };
  }

  private delete(object: WorkingObject): Undo {
    this.unchanged?.disturbObject(object);
    object.deleted = true;
    const undo = this.mappings.removeAllOf(object);
    return () => {
      undo();
      object.deleted = false;
    };
  }

  /** Foreign keys to the object stay as loaded, because the rest of the row does not search for them. */
  private merge({ from, into }: Extract<Operation, { kind: 'merge' }>): Undo {
    const undos = [this.mappings.moveAllOf(from, into), this.links.merge(from, into)];
    return () => undos.forEach((undo) => undo());
  }

  private setMapping(operation: Extract<Operation, { kind: 'setMapping' | 'removeMapping' }>): Undo {
    const { model, key, rowId, from } = operation;
    const object = operation.kind === 'setMapping' ? operation.object : null;
    const wasInvolved = object?.involved ?? false;
    this.unchanged?.disturbKey(model, key);
    const undo = this.mappings.set(model, key, object, from, rowId);
    if (object) object.involved = true;
    return () => {
      undo();
      if (object) object.involved = wasInvolved;
    };
  }

  private setLink(operation: Extract<Operation, { kind: 'addLink' | 'removeLink' }>): Undo {
    const { kind, relation, object } = operation;
    const { involved } = object;
    const key = linkKey(operation);
    // A link to the object itself gets its key when it is written. No row of this chunk can name the link.
    const undo = key.length > 0 ? this.links.set(relation, object, key, kind === 'addLink') : null;
    object.involved = true;
    return () => {
      undo?.();
      object.involved = involved;
    };
  }

  // ── brought up to date with the previous chunk (carryForward) ──

  /** Whether the operation could invalidate the finding that a row changes nothing. */
  unchangedReliesOn(operation: Operation): boolean {
    return this.unchanged?.reliesOn(operation) ?? false;
  }

  /** The object of this working set, or else the given object as it is stored now. */
  own(object: WorkingObject): WorkingObject {
    return this.object(object.model, object.id ?? '') ?? object.settle();
  }

  /** Enters an object in all indexes, or moves it within them. Returns false if an index cannot place the object. */
  place(object: WorkingObject): boolean {
    let isKnown = true;
    for (const index of this.indexes.of(object.model)) {
      index.remove(object);
      isKnown = index.add(object) && isKnown;
    }
    this.mustEnd ||= !isKnown;
    return isKnown;
  }

  /** Takes over the values of a written object. Returns false if later rows could see values that are not known. */
  store(object: WorkingObject): boolean {
    const known = this.object(object.model, object.id ?? '');
    if (!known) return this.place(object.settle());
    this.assign(known, object.values);
    known.touched = 0;
    return !this.mustEnd;
  }
}

/** Whether only the database can evaluate an alternative, because it excludes values. */
export const needsScan = (alternative: MatchAlternative): boolean =>
  alternative.not.fields.length > 0 || alternative.not.references.length > 0;
