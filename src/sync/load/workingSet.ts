/**
 * What a chunk must know of the database, and the changes that its rows have planned so far. All in memory: rows find
 * objects here as they would in the database after the rows before them (R26, R40).
 */
import type { Canonical, Field, Model, Relation } from '../../models';
import { objectIdOf, sameValue } from '../../models';
import { linkKey, type Operation } from '../plan/operations';
import type { Condition, Instruction, MatchAlternative, Selector } from '../read/instruction';
import type { Tuple } from './chunkReader';
import { type ColumnEquality, type EqualityKey, IDENTICAL } from './equality';
import type { UnchangedRows } from './unchangedRows';

/** Ends the chunk before the row that is being planned: it needs something that only the database can tell now. */
export class EndChunk extends Error {}

/** An object as the rows so far leave it. A value is undefined where the database or a hook will compute it. */
export class WorkingObject {
  deleted = false;
  /** Inserted or updated by a row of this chunk, so not yet in the database as it stands here. */
  touched = false;
  /** Mapped or linked by a row of this chunk. */
  involved = false;
  /** Loaded mappings that point to it, or pointed to it. */
  mappedBy: WorkingMapping[] | null = null;
  private knownId: string | null = null;

  constructor(
    readonly model: Model,
    readonly values: Record<string, Canonical | undefined>,
    /** Not in the database before this chunk; its id may be unknown until it is. */
    public isNew = false,
  ) {}

  /** Its chunk is written: from now on it is an object like any other. */
  settle(): this {
    this.isNew = false;
    this.touched = false;
    this.involved = false;
    this.mappedBy = null;
    return this;
  }

  /** Null until the database has given it a key, which does not change then (R12). */
  get id(): string | null {
    if (this.knownId === null) {
      const key = this.tuple(this.model.idFields);
      this.knownId = key && objectIdOf(key);
    }
    return this.knownId;
  }

  /** Values of the fields; null where one of them is not known or NULL. */
  tuple(fields: readonly Field[]): Canonical[] | null {
    const values: Canonical[] = [];
    for (const field of fields) {
      const value = this.values[field.column.name];
      if (value === undefined || value === null) return null;
      values.push(value);
    }
    return values;
  }
}

/** One part of the key of several columns: what it is and how long, so that no two tuples run together. */
function keyPart(part: EqualityKey): string {
  if (part === null) return '-';
  const text = String(part);
  return `${typeof part === 'string' ? '=' : '#'}${text.length}:${text}`;
}

/** In place of a list that is still to be made: most will have one object, and an empty one that grows keeps room for many. */
const NO_OBJECTS: WorkingObject[] = [];

/** Objects of a model by the values of some fields, complete for the tuples that were asked for. */
export class ObjectIndex {
  private readonly entries = new Map<EqualityKey, WorkingObject[]>();
  private readonly columns: readonly string[];

  constructor(
    readonly fields: readonly Field[],
    private readonly equalities: readonly ColumnEquality[],
    requested: Iterable<readonly Canonical[]>,
    objects: Iterable<WorkingObject>,
    /** May it miss an object whose values the database has yet to compute? The database then decides (R17). */
    private readonly mayMiss = false,
  ) {
    this.columns = fields.map(({ column }) => column.name);
    for (const tuple of requested) {
      const key = this.key(tuple);
      if (key !== undefined) this.entries.set(key, NO_OBJECTS);
    }
    for (const object of objects) this.add(object);
  }

  private part(value: Canonical | undefined, index: number): EqualityKey | undefined {
    return value === undefined ? undefined : this.equalities[index]?.key(value);
  }

  private key(tuple: readonly (Canonical | undefined)[]): EqualityKey | undefined {
    if (tuple.length === 1) return this.part(tuple[0], 0);
    let key = '';
    for (let index = 0; index < tuple.length; index += 1) {
      const part = this.part(tuple[index], index);
      if (part === undefined) return undefined;
      key += keyPart(part);
    }
    return key;
  }

  private keyOf({ values }: WorkingObject): EqualityKey | undefined {
    const { columns } = this;
    const [only = ''] = columns;
    return columns.length === 1 ? this.part(values[only], 0) : this.key(columns.map((column) => values[column]));
  }

  /** Undefined where the tuple was not asked for when the chunk was loaded. */
  find(tuple: readonly Canonical[]): readonly WorkingObject[] | undefined {
    const key = this.key(tuple);
    return key === undefined ? undefined : this.entries.get(key);
  }

  /** False where it cannot be told which tuple the object belongs to. */
  add(object: WorkingObject): boolean {
    const key = this.keyOf(object);
    if (key === undefined) return this.mayMiss;
    const entry = this.entries.get(key);
    if (entry === NO_OBJECTS) this.entries.set(key, [object]);
    else entry?.push(object);
    return true;
  }

  remove(object: WorkingObject): void {
    const key = this.keyOf(object);
    const entry = key === undefined ? undefined : this.entries.get(key);
    const place = entry?.indexOf(object) ?? -1;
    if (place >= 0) entry?.splice(place, 1);
  }
}

/** A mapping as the rows so far leave it. */
export interface WorkingMapping {
  readonly systemId: number;
  readonly model: Model;
  readonly key: string;
  /** Of the stored row; null for one that does not exist yet. */
  readonly rowId: string | null;
  objectId: string | null;
  /** Null where the object no longer exists (a dangling mapping). */
  object: WorkingObject | null;
}

/** A mapping's name among those that point to one object. */
const pointingName = (systemId: number, key: string): string => `${systemId} ${key}`;

export class WorkingSet {
  /** Objects by model and id. */
  private readonly objects = new Map<Model, Map<string, WorkingObject>>();
  /** By model and name, which is the shape of what they were made for. */
  private readonly indexes = new Map<Model, Map<string, ObjectIndex>>();
  /** By model, system and key; null: there is none. */
  private readonly mappings = new Map<Model, Map<number, Map<string, WorkingMapping | null>>>();
  /** Mappings that were loaded, but not their objects. */
  private readonly dangling: WorkingMapping[] = [];
  /** Mappings of all systems that point to an object, of the objects for which they were loaded. */
  private readonly pointing = new Map<WorkingObject, Set<string>>();
  /** Related keys by name, by relation and object, of the objects for which they were loaded. */
  private readonly linked = new Map<Relation, Map<WorkingObject, Map<string, Tuple>>>();
  /** How a relation's join table compares related keys. */
  private readonly linkEqualities = new Map<Relation, readonly ColumnEquality[]>();
  /** Of fields of the primary key whose equal values need not be identical. */
  private readonly keyEqualities = new Map<Field, ColumnEquality>();
  private readonly matched = new Map<Instruction, readonly WorkingObject[]>();
  private unchanged: UnchangedRows | null = null;
  /** A row has made something that the rows after it could not see rightly. */
  mustEnd = false;

  constructor(
    /** Ids of external systems by name; systems that do not exist are missing. */
    private readonly systemIds: ReadonlyMap<string, number>,
    /** The syncing system. */
    readonly systemId: number,
  ) {}

  // ── filled by the loader ──

  /** The object of that id, made of the values where it is not known yet. */
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

  addIndex(name: string, model: Model, index: ObjectIndex): void {
    const indexes = this.indexes.get(model);
    if (indexes) indexes.set(name, index);
    else this.indexes.set(model, new Map([[name, index]]));
  }

  private indexesOf(model: Model): Iterable<ObjectIndex> {
    return this.indexes.get(model)?.values() ?? [];
  }

  addMapping(systemId: number, model: Model, key: string, stored: { rowId: string; objectId: string } | null): void {
    if (!stored) {
      this.enter(systemId, model, key, null);
      return;
    }
    const mapping = { systemId, model, key, ...stored, object: this.object(model, stored.objectId) ?? null };
    if (!mapping.object) this.dangling.push(mapping);
    this.enter(systemId, model, key, mapping);
  }

  private enter(systemId: number, model: Model, key: string, mapping: WorkingMapping | null): void {
    let bySystem = this.mappings.get(model);
    if (!bySystem) this.mappings.set(model, (bySystem = new Map()));
    const byKey = bySystem.get(systemId);
    if (byKey) byKey.set(key, mapping);
    else bySystem.set(systemId, new Map([[key, mapping]]));
    if (mapping?.object) (mapping.object.mappedBy ??= []).push(mapping);
  }

  private stored(systemId: number, model: Model, key: string): WorkingMapping | null | undefined {
    return this.mappings.get(model)?.get(systemId)?.get(key);
  }

  addPointing(object: WorkingObject, mappings: Iterable<{ systemId: number; key: string }>): void {
    this.pointing.set(object, new Set([...mappings].map(({ systemId, key }) => pointingName(systemId, key))));
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

  addLinkEqualities(relation: Relation, equalities: readonly ColumnEquality[]): void {
    this.linkEqualities.set(relation, equalities);
  }

  addLinks(relation: Relation, object: WorkingObject, relatedKeys: readonly Tuple[]): void {
    let links = this.linked.get(relation);
    if (!links) this.linked.set(relation, (links = new Map()));
    links.set(object, new Map(relatedKeys.map((key) => [this.linkName(relation, key), key])));
  }

  addMatched(instruction: Instruction, objects: readonly WorkingObject[]): void {
    this.matched.set(instruction, objects);
  }

  addUnchanged(rows: UnchangedRows): void {
    this.unchanged = rows;
  }

  /** How many rows are known to change nothing. */
  get unchangedRows(): number {
    return this.unchanged?.count ?? 0;
  }

  // ── asked by the planner ──

  /** The object that a row is known to leave as it is; undefined where the row must be planned. */
  unchangedId(instruction: Instruction): string | undefined {
    return this.unchanged?.idOf(instruction);
  }

  idOfSystem(name: string | null): number | null {
    return name === null ? this.systemId : (this.systemIds.get(name) ?? null);
  }

  /** The row's mapping in the syncing system; null where there is none. Dangling ones have no object. */
  mapping(model: Model, key: string, systemId: number | null = this.systemId): WorkingMapping | null {
    if (systemId === null) return null;
    const found = this.stored(systemId, model, key);
    if (found === undefined) throw new EndChunk();
    return found;
  }

  /** The object that a mapping points to, where it still exists. */
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

  /** The tuples of values that an object may have to fulfil a condition; several where references have several targets. */
  tuplesOf(condition: Pick<Condition, 'values' | 'references'>): readonly (readonly Canonical[])[] {
    let tuples: (readonly Canonical[])[] = [condition.values];
    for (const { relation, selector } of condition.references) {
      // An empty reference stands for no target (R7).
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
    const index = this.indexes.get(model)?.get(condition.shape);
    if (!index) throw new EndChunk();
    if (condition.references.length === 0) {
      const objects = index.find(condition.values);
      if (!objects) throw new EndChunk();
      return objects.some(({ deleted }) => deleted) ? objects.filter(({ deleted }) => !deleted) : objects;
    }
    const found = new Set<WorkingObject>();
    for (const tuple of this.tuplesOf(condition)) {
      const objects = index.find(tuple);
      if (!objects) throw new EndChunk();
      for (const object of objects) if (!object.deleted) found.add(object);
    }
    return [...found];
  }

  /** Objects whose fields equal the tuple, of an index that the loader made for a purpose of its own. */
  findBy(model: Model, name: string, tuple: readonly Canonical[]): readonly WorkingObject[] {
    const objects = this.indexes.get(model)?.get(name)?.find(tuple);
    if (!objects) throw new EndChunk();
    return objects.filter((object) => !object.deleted);
  }

  hasIndex(model: Model, name: string): boolean {
    return this.indexes.get(model)?.has(name) ?? false;
  }

  /** Objects whose fields equal the tuple; undefined if it was not looked up. */
  lookUp(model: Model, name: string, tuple: readonly Canonical[]): readonly WorkingObject[] | undefined {
    const objects = this.indexes.get(model)?.get(name)?.find(tuple);
    return objects?.filter((object) => !object.deleted);
  }

  /** How many mappings of all systems point to an object. */
  mappingCount(object: WorkingObject): number {
    const names = this.pointing.get(object);
    if (!names) throw new EndChunk();
    return names.size;
  }

  /** Keys of the syncing system that are linked to an object (R10, R18), other than the given one, in a fixed order. */
  otherKeys(object: WorkingObject, key: string | null): readonly string[] {
    const { systemId } = this;
    const keys = new Set<string>();
    // What this chunk has created is mapped by this chunk alone.
    if (object.isNew) {
      for (const mapping of object.mappedBy ?? [])
        if (this.stored(mapping.systemId, mapping.model, mapping.key)?.object === object) keys.add(mapping.key);
    } else {
      const names = this.pointing.get(object);
      if (!names) throw new EndChunk();
      const prefix = pointingName(systemId, '');
      for (const name of names) if (name.startsWith(prefix)) keys.add(name.slice(prefix.length));
    }
    if (key !== null) keys.delete(key);
    return [...keys].sort();
  }

  /** Keys of the objects that a relation links to an object; a new object has none. */
  links(relation: Relation, object: WorkingObject): Map<string, Tuple> {
    const links = this.linked.get(relation)?.get(object);
    if (links) return links;
    if (!object.isNew) throw new EndChunk();
    this.addLinks(relation, object, []);
    return this.links(relation, object);
  }

  /** A name for a related key, the same for keys that the relation's join table calls equal. */
  linkName(relation: Relation, key: Tuple): string {
    const name = this.knownLinkName(relation, key);
    if (name === undefined) throw new EndChunk();
    return name;
  }

  private knownLinkName(relation: Relation, key: Tuple): string | undefined {
    const equalities = this.linkEqualities.get(relation);
    const parts = key.map((value, index) => (equalities?.[index] ?? IDENTICAL).key(value));
    return parts.includes(undefined) ? undefined : JSON.stringify(parts);
  }

  /** Whether rows find objects of the model by a column. */
  reliesOn(model: Model, column: string): boolean {
    for (const { fields } of this.indexesOf(model))
      if (fields.some((field) => field.column.name === column)) return true;
    return false;
  }

  // ── changed by the planner ──

  add(object: WorkingObject): void {
    object.touched = true;
    for (const index of this.indexesOf(object.model)) if (!index.add(object)) this.mustEnd = true;
  }

  assign(object: WorkingObject, values: Readonly<Record<string, Canonical | undefined>>): void {
    object.touched = true;
    this.unchanged?.disturbObject(object);
    const changed = [...this.indexesOf(object.model)].filter((index) =>
      index.fields.some((field) => field.column.name in values),
    );
    for (const index of changed) index.remove(object);
    Object.assign(object.values, values);
    for (const index of changed) if (!index.add(object)) this.mustEnd = true;
  }

  delete(object: WorkingObject): void {
    object.deleted = true;
    this.unchanged?.disturbObject(object);
    for (const { systemId, model, key } of object.mappedBy ?? [])
      if (this.stored(systemId, model, key)?.object === object) this.enter(systemId, model, key, null);
    this.pointing.get(object)?.clear();
  }

  /** Points the key of the syncing system to an object. */
  setMapping(model: Model, key: string, object: WorkingObject): void {
    const { systemId } = this;
    this.unchanged?.disturbKey(model, key);
    const before = this.stored(systemId, model, key) ?? null;
    const rowId = before?.rowId ?? null;
    this.enter(systemId, model, key, { systemId, model, key, rowId, objectId: object.id, object });
    object.involved = true;
    if (this.pointing.size === 0) return;
    const name = pointingName(systemId, key);
    if (before?.object) this.pointing.get(before.object)?.delete(name);
    this.pointing.get(object)?.add(name);
  }

  removeMapping({ systemId, model, key, object }: WorkingMapping): void {
    this.unchanged?.disturbKey(model, key);
    this.enter(systemId, model, key, null);
    if (object) this.pointing.get(object)?.delete(pointingName(systemId, key));
  }

  // ── loaded while the chunk before was being written ──

  /** Takes over what that chunk has written; false where only the database can tell what has become of something. */
  takeOver(operations: readonly Operation[]): boolean {
    return operations.every((operation) => !this.unchanged?.reliesOn(operation) && this.takeOverOne(operation));
  }

  private takeOverOne(operation: Operation): boolean {
    switch (operation.kind) {
      case 'insert':
        return this.object(operation.object.model, operation.object.id ?? '') !== undefined
          ? true
          : this.takeOverObject(operation.object);
      case 'update':
        return !operation.pointsTo && this.takeOverObject(operation.object);
      case 'delete': {
        const { model, id } = operation.object;
        const known = this.object(model, id ?? '');
        if (known) this.delete(known);
        // It may have gone between the loading of its mappings and its own.
        for (const mapping of this.dangling)
          if (mapping.model === model && mapping.objectId === id)
            this.enter(mapping.systemId, model, mapping.key, null);
        return true;
      }
      case 'setMapping':
        return this.takeOverMapping(operation, operation.object);
      case 'removeMapping':
        return this.takeOverMapping(operation, null);
      default: {
        const { relation, object } = operation;
        const key = linkKey(operation);
        const own = this.object(object.model, object.id ?? '');
        const links = own && this.linked.get(relation)?.get(own);
        if (!links) return true;
        const name = this.knownLinkName(relation, key);
        if (name === undefined) return false;
        if (operation.kind === 'addLink') links.set(name, key);
        else links.delete(name);
        return true;
      }
    }
  }

  /** The object as this working set knows it, or as the chunk before has left it. */
  private own(object: WorkingObject): WorkingObject {
    return this.object(object.model, object.id ?? '') ?? object.settle();
  }

  private takeOverObject(object: WorkingObject): boolean {
    const { model, id } = object;
    if (id === null || object.deleted) return false;
    const known = this.object(model, id);
    if (known) {
      this.assign(known, object.values);
      known.touched = false;
      return !this.mustEnd;
    }
    object.settle();
    let isKnown = true;
    for (const index of this.indexesOf(model)) isKnown = index.add(object) && isKnown;
    return isKnown;
  }

  private takeOverMapping(
    { model, key, rowId, from }: Extract<Operation, { kind: 'setMapping' | 'removeMapping' }>,
    target: WorkingObject | null,
  ): boolean {
    const { systemId } = this;
    const name = pointingName(systemId, key);
    if (from) this.pointing.get(this.own(from))?.delete(name);
    if (target) this.pointing.get(this.own(target))?.add(name);
    if (this.stored(systemId, model, key) === undefined) return true;
    const object = target && this.own(target);
    this.enter(systemId, model, key, object && { systemId, model, key, rowId, objectId: object.id, object });
    return true;
  }
}

/** An alternative that only the database can evaluate: it excludes, or compares nothing that an index could find. */
export const needsScan = (alternative: MatchAlternative): boolean =>
  alternative.not.fields.length > 0 || alternative.not.references.length > 0;
