/** Loads a chunk's working set, in a few queries whatever the chunk's size (R6, R26). */
import type { ColumnInfo } from '../../database';
import {
  type Canonical,
  columnValues,
  type Field,
  keyOfObjectId,
  type Model,
  objectIdOf,
  parseValue,
  type Relation,
  type Spellings,
} from '../../models';
import { pointingIndex } from '../plan/references';
import { keyValues, type LookedUpKey, lookedUpKeys, lookedUpTargets } from '../plan/conflicts';
import { type Condition, hasErrors, type Instruction, type MatchAlternative, type Selector } from '../read/instruction';
import { PlainInstruction } from '../read/plainInstruction';
import type { StoredMapping } from '../../records/mappings';
import type { ChunkReader, ObjectValues, ScanTerm, Tuple } from './chunkReader';
import { collationOf, type ColumnEquality, type EachValue, equalityAmong } from './equality';
import { UnchangedRows } from './unchangedRows';
import { needsScan, ObjectIndex, type WorkingObject, WorkingSet } from './workingSet';

export interface LoadContext {
  readonly reader: ChunkReader;
  readonly model: Model;
  /** Of the syncing system. */
  readonly systemId: number;
  readonly systemIds: ReadonlyMap<string, number>;
  /** Whether most rows are likely to change nothing. */
  readonly expectUnchanged?: boolean;
  /** Whether most rows are likely to be new. */
  readonly expectNew?: boolean;
  /** Whether to look up the objects that decide whether what the rows would write is in conflict (R17). */
  readonly findConflicts?: boolean;
}

/** Two objects are as ambiguous as a thousand; a few more are named in the message. */
const MOST_SCANNED = 6;

/** What tells tuples of the same columns apart. */
function nameOf(tuple: readonly (Canonical | undefined)[]): unknown {
  const [value] = tuple;
  return tuple.length === 1 && typeof value !== 'object' ? value : JSON.stringify(tuple);
}

function distinct(tuples: readonly Tuple[]): readonly Tuple[] {
  const byName = new Map<unknown, Tuple>();
  for (const tuple of tuples) byName.set(nameOf(tuple), tuple);
  return byName.size === tuples.length ? tuples : [...byName.values()];
}

/** The key that an object id stands for; null where it can be none of this model's. */
export function parseObjectId(model: Model, id: string, spellings?: Spellings): Canonical[] | null {
  const parts = keyOfObjectId(model, id);
  if (!parts) return null;
  const key: Canonical[] = [];
  for (const [index, field] of model.idFields.entries()) {
    const parsed = parseValue(field.column.type, parts[index], { text: false, spellings });
    if (!('value' in parsed) || parsed.value === null) return null;
    key.push(parsed.value);
  }
  // Spelt otherwise, such as '007', it is another id.
  return objectIdOf(key) === id ? key : null;
}

/** All selectors of rows: of references, links and match expressions. */
function selectorsOf(instructions: readonly Instruction[]): Selector[] {
  const selectors: Selector[] = [];
  const add = (selector: Selector | null): void => {
    if (selector) selectors.push(selector);
  };
  for (const instruction of instructions) {
    if (instruction instanceof PlainInstruction) continue;
    const { references, links, match } = instruction;
    for (const reference of references) add(reference.selector);
    for (const { selectors: linked } of links) linked.forEach(add);
    for (const alternative of match ?? []) {
      for (const reference of alternative.references) add(reference.selector);
      for (const reference of alternative.not.references) add(reference.selector);
    }
  }
  return selectors;
}

/** Whether a row's match can only be evaluated by the database: such a row is a chunk of its own. */
export const isScan = (instruction: Instruction): boolean =>
  !(instruction instanceof PlainInstruction) && (instruction.match ?? []).some(needsScan);

class Loader {
  readonly workingSet: WorkingSet;
  /** Objects that were asked for before it is known which of them are needed, by model and shape. */
  private readonly asked = new Map<Model, Map<string, Promise<ObjectValues[]>>>();

  constructor(
    private readonly context: LoadContext,
    private readonly rows: readonly Instruction[],
  ) {
    this.workingSet = new WorkingSet(context.systemIds, context.systemId);
  }

  /**
   * Asks for objects of the other models at once, and where the rows are likely to be new for those of their own: what is
   * learnt first would spare no question, and the database need not wait for the next one.
   */
  askAhead(instructions: readonly Instruction[], selectors: readonly Selector[]): void {
    const { model, expectNew = false, reader } = this.context;
    const kinds = new Map<Model, Map<string, { readonly conditions: Condition[]; isAlone: boolean }>>();
    const add = (of: Model, condition: Condition, isAlone: boolean): void => {
      let ofModel = kinds.get(of);
      if (!ofModel) kinds.set(of, (ofModel = new Map()));
      let kind = ofModel.get(condition.shape);
      if (!kind) ofModel.set(condition.shape, (kind = { conditions: [], isAlone: true }));
      kind.conditions.push(condition);
      kind.isAlone &&= isAlone;
    };
    const visit = (selector: Selector, isOutermost: boolean): void => {
      const { keys, references } = selector;
      if (!selector.impossible && (expectNew || selector.model !== model))
        add(selector.model, selector, isOutermost && keys.length + references.length === 0);
      for (const { selector: sub } of references) visit(sub, false);
    };
    for (const selector of selectors) visit(selector, true);
    if (expectNew)
      for (const { match } of instructions)
        for (const alternative of match ?? []) add(model, alternative, alternative.references.length === 0);
    for (const [of, ofModel] of kinds)
      for (const [shape, { conditions, isAlone }] of ofModel) {
        const [first] = conditions;
        if (!isAlone || !first || first.fields.length === 0) continue;
        const asked = reader.objects(of, first.fields, distinct(conditions.map(({ values }) => values)));
        // An error shows when the answer is needed.
        asked.catch(() => undefined);
        const askedOf = this.asked.get(of);
        if (askedOf) askedOf.set(shape, asked);
        else this.asked.set(of, new Map([[shape, asked]]));
      }
  }

  /** Objects whose fields equal one of the tuples, and the index that finds them. */
  private async index(
    name: string,
    model: Model,
    fields: readonly Field[],
    requested: readonly Tuple[],
    mayMiss = false,
  ): Promise<void> {
    const { reader } = this.context;
    const tuples = distinct(requested);
    const unknown = this.unknown(model, fields, tuples);
    const found =
      this.asked.get(model)?.get(name) ?? (unknown.length > 0 ? reader.objects(model, fields, unknown) : []);
    for (const values of await found) this.workingSet.register(model, values);
    const objects = [...this.workingSet.objectsOf(model)];
    const equalities = [];
    for (const [index, field] of fields.entries()) {
      const { name: column } = field.column;
      const eachValue: EachValue = (tell) => {
        for (const tuple of tuples) tell(tuple[index]);
        for (const { values } of objects) tell(values[column]);
        // What rows set must be found by the rows after them, and by themselves.
        if (model === this.context.model) this.eachAssigned(field, tell);
      };
      equalities.push(await equalityAmong(field, eachValue, (...asked) => reader.classify(...asked)));
    }
    this.workingSet.addIndex(name, model, new ObjectIndex(fields, equalities, tuples, objects, mayMiss));
  }

  /** The values that the chunk's rows give to a field. */
  private eachAssigned(field: Field, tell: (value: Canonical) => void): void {
    for (const { assignments } of this.rows)
      for (const assignment of assignments) if (assignment.field === field) tell(assignment.value);
  }

  /** Tuples that may find objects which are not known yet: of a unique key, one that is known is all that there is. */
  private unknown(model: Model, fields: readonly Field[], tuples: readonly Tuple[]): readonly Tuple[] {
    const names = new Set(fields.map(({ column }) => column.name));
    const unique = model.uniqueKeys.some(({ columns }) => columns?.every((column) => names.has(column)));
    if (!unique) return tuples;
    const known = new Set<unknown>();
    for (const { values } of this.workingSet.objectsOf(model))
      known.add(nameOf(fields.map(({ column }) => values[column.name])));
    return tuples.filter((tuple) => tuple.includes(null) || !known.has(nameOf(tuple)));
  }

  private async indexConditions(model: Model, conditions: readonly Condition[]): Promise<void> {
    const [first] = conditions;
    if (!first) return;
    const fields = [...first.fields, ...first.references.flatMap(({ relation }) => relation.ownFields)];
    const tuples: Tuple[] = [];
    for (const condition of conditions) for (const tuple of this.workingSet.tuplesOf(condition)) tuples.push(tuple);
    await this.index(first.shape, model, fields, tuples);
  }

  /** Objects by id, where they are not known yet. */
  private async byIds(model: Model, ids: ReadonlySet<string>): Promise<void> {
    const keys: Tuple[] = [];
    for (const id of ids) {
      const key = this.workingSet.object(model, id) ? null : parseObjectId(model, id);
      if (key) keys.push(key);
    }
    if (keys.length === 0) return;
    for (const values of await this.context.reader.objects(model, model.idFields, keys))
      this.workingSet.register(model, values);
  }

  /** Mappings of keys and the objects that they point to; keys without a mapping are known as such. */
  private async mappings(model: Model, bySystem: ReadonlyMap<number, ReadonlySet<string>>): Promise<void> {
    const bySystemFound: { systemId: number; keys: ReadonlySet<string>; found: Map<string, StoredMapping> }[] = [];
    for (const [systemId, keys] of bySystem) {
      const stored = await this.context.reader.mappings(systemId, model, [...keys]);
      bySystemFound.push({ systemId, keys, found: new Map(stored.map((mapping) => [mapping.key, mapping])) });
    }
    const ids = new Set<string>();
    for (const { found } of bySystemFound) for (const { objectId } of found.values()) ids.add(objectId);
    await this.byIds(model, ids);
    for (const { systemId, keys, found } of bySystemFound)
      for (const key of keys) {
        const stored = found.get(key);
        this.workingSet.addMapping(
          systemId,
          model,
          key,
          stored ? { rowId: stored.id, objectId: stored.objectId } : null,
        );
      }
  }

  /** What all selectors find, those inside others first. */
  async selectors(selectors: readonly Selector[]): Promise<void> {
    const byShape = new Map<string, { height: number; selectors: Selector[] }>();
    const visit = (selector: Selector): number => {
      const height = selector.references.reduce((most, { selector: sub }) => Math.max(most, 1 + visit(sub)), 1);
      const group = byShape.get(selector.shape);
      if (group) group.selectors.push(selector);
      else byShape.set(selector.shape, { height, selectors: [selector] });
      return height;
    };
    for (const selector of selectors) visit(selector);
    for (const group of [...byShape.values()].sort((a, b) => a.height - b.height)) {
      const possible = group.selectors.filter(({ impossible }) => !impossible);
      const [first] = possible;
      if (first && first.fields.length + first.references.length > 0) await this.indexConditions(first.model, possible);
    }
  }

  /** External keys that rows carry themselves, and those that references name (R23). */
  async keys(instructions: readonly Instruction[], selectors: readonly Selector[]): Promise<void> {
    const wanted = new Map<Model, Map<number, Set<string>>>();
    const want = (model: Model, systemId: number | null, key: string): void => {
      if (systemId === null) return;
      let bySystem = wanted.get(model);
      if (!bySystem) wanted.set(model, (bySystem = new Map<number, Set<string>>()));
      const keys = bySystem.get(systemId);
      if (keys) keys.add(key);
      else bySystem.set(systemId, new Set([key]));
    };
    for (const { key } of instructions) if (key !== null) want(this.context.model, this.context.systemId, key);
    const visit = (selector: Selector): void => {
      if (selector.impossible) return;
      for (const { system, key } of selector.keys) want(selector.model, this.workingSet.idOfSystem(system), key);
      for (const { selector: sub } of selector.references) visit(sub);
    };
    for (const selector of selectors) visit(selector);
    for (const [model, bySystem] of wanted) await this.mappings(model, bySystem);
  }

  /** Objects that match expressions find, one query for each kind of alternative. */
  async matches(instructions: readonly Instruction[]): Promise<void> {
    const { model } = this.context;
    const kinds = new Map<string, Condition[]>();
    for (const { match } of instructions)
      for (const alternative of match ?? []) {
        const conditions = kinds.get(alternative.shape);
        if (conditions) conditions.push(alternative);
        else kinds.set(alternative.shape, [alternative]);
      }
    for (const conditions of kinds.values()) await this.indexConditions(model, conditions);
  }

  /** Objects that a row's alternatives find where they exclude (R5), each by a query of its own. */
  async scan(instruction: Instruction): Promise<void> {
    const { model, reader } = this.context;
    const found = new Set<WorkingObject>();
    for (const alternative of instruction.match ?? [])
      for (const values of await reader.scan(model, this.scanTerms(alternative), MOST_SCANNED))
        found.add(this.workingSet.register(model, values));
    this.workingSet.addMatched(instruction, [...found]);
  }

  private scanTerms({ fields, values, references, not }: MatchAlternative): ScanTerm[] {
    const field = (item: Field, value: Canonical, negated: boolean): ScanTerm => ({
      fields: [item],
      tuples: [[value]],
      not: negated,
    });
    const reference = (item: MatchAlternative['references'][number], negated: boolean): ScanTerm => ({
      fields: item.relation.ownFields,
      tuples: this.workingSet.tuplesOf({ values: [], references: [item] }),
      not: negated,
    });
    return [
      ...fields.map((item, index) => field(item, values[index] ?? null, false)),
      ...references.map((item) => reference(item, false)),
      ...not.fields.map(({ field: item, value }) => field(item, value, true)),
      ...not.references.map((item) => reference(item, true)),
    ];
  }

  /** The objects that the rows may act on. */
  private candidates(instructions: readonly Instruction[]): WorkingObject[] {
    const { model } = this.context;
    const found = new Set<WorkingObject>();
    for (const instruction of instructions) {
      for (const object of this.workingSet.matchedObjects(model, instruction)) found.add(object);
      const linked =
        instruction.key === null ? null : this.workingSet.linkedObject(this.workingSet.mapping(model, instruction.key));
      if (linked) found.add(linked);
    }
    return [...found];
  }

  /**
   * Whether a row must know all mappings of its object: an unforced delete (R31), a match that finds another object (R10), and
   * a key that is about to be linked (R18).
   */
  private needsMappings(instruction: Instruction): boolean {
    const { actions, key, match } = instruction;
    if (actions.delete) return !actions.force;
    if (key === null || !match) return false;
    const { model } = this.context;
    const linked = this.workingSet.linkedObject(this.workingSet.mapping(model, key));
    if (linked && !actions.force) return false;
    return this.workingSet.matchedObjects(model, instruction).some((object) => object !== linked);
  }

  /** What rows must know of the objects that they may act on: other mappings, links, objects that point to them. */
  async surroundings(instructions: readonly Instruction[]): Promise<void> {
    const { reader, model } = this.context;
    const objects = this.candidates(instructions.filter((instruction) => this.needsMappings(instruction)));
    if (objects.length > 0) {
      const byObject = new Map(objects.map((object) => [object.id, [] as { systemId: number; key: string }[]]));
      for (const mapping of await reader.mappingsOfObjects(
        model,
        objects.map((object) => object.id ?? ''),
      ))
        byObject.get(mapping.objectId)?.push(mapping);
      for (const object of objects) this.workingSet.addPointing(object, byObject.get(object.id) ?? []);
    }
    const relations = new Map<Relation, Instruction[]>();
    for (const instruction of instructions)
      for (const { relation } of instruction.links) {
        const rows = relations.get(relation);
        if (rows) rows.push(instruction);
        else relations.set(relation, [instruction]);
      }
    for (const [relation, rows] of relations) {
      if (relation.join) await this.links(relation, rows);
      else await this.pointing(relation, rows);
    }
  }

  /** Objects that hold unique values which the rows would write, and those that foreign keys would point to. */
  async conflicts(instructions: readonly Instruction[]): Promise<void> {
    const { model } = this.context;
    const written = instructions.flatMap((instruction) =>
      instruction.actions.delete ? [] : [this.writtenValues(instruction)],
    );
    const tuplesOf = (key: LookedUpKey): Tuple[] =>
      written.flatMap((values) => {
        const tuple = keyValues(key, values);
        return tuple ? [tuple] : [];
      });
    const lookUp = async (
      of: Model,
      name: string,
      fields: readonly Field[],
      tuples: readonly Tuple[],
    ): Promise<void> => (tuples.length > 0 ? this.index(name, of, fields, tuples, true) : undefined);
    for (const key of lookedUpKeys(model)) await lookUp(model, key.index, key.fields, tuplesOf(key));
    for (const key of lookedUpTargets(model))
      await lookUp(key.relation.related, key.index, key.relation.relatedFields, tuplesOf(key));
  }

  /** What an object's values would be after a row, as far as that is known before it is planned. */
  private writtenValues(instruction: Instruction): Record<string, Canonical | undefined> {
    const { model } = this.context;
    const { key } = instruction;
    const linked = key === null ? null : this.workingSet.linkedObject(this.workingSet.mapping(model, key));
    const object = linked ?? this.workingSet.matchedObjects(model, instruction)[0];
    const values = columnValues<Canonical | undefined>(object?.values ?? {});
    for (const { field, value } of instruction.assignments) values[field.column.name] = value;
    for (const { relation, selector } of instruction.references) {
      const [target, ...others] = selector ? this.workingSet.select(selector) : [];
      const key = target && others.length === 0 ? target.tuple(relation.relatedFields) : null;
      if (key) relation.ownFields.forEach(({ column }, index) => (values[column.name] = key[index]));
    }
    return values;
  }

  private async pointing(relation: Relation, instructions: readonly Instruction[]): Promise<void> {
    const tuples: Tuple[] = [];
    for (const object of this.candidates(instructions)) {
      const tuple = object.tuple(relation.ownFields);
      if (tuple) tuples.push(tuple);
    }
    // What others are to point to may be filled in by the row itself.
    for (const { assignments } of instructions) {
      const given = relation.ownFields.map((own) => assignments.find(({ field }) => field === own)?.value ?? null);
      if (!given.includes(null)) tuples.push(given);
    }
    await this.index(pointingIndex(relation), relation.related, relation.relatedFields, tuples);
  }

  /** How the primary key compares the values that objects have, and those that rows would give them (R12). */
  async keyEqualities(): Promise<void> {
    const { model, reader } = this.context;
    for (const field of model.idFields) {
      if (!collationOf(field)) continue;
      const eachValue: EachValue = (tell) => {
        for (const { values } of this.workingSet.objectsOf(model)) tell(values[field.column.name]);
        this.eachAssigned(field, tell);
        for (const { ownFields, relatedFields, related } of model.relations.values()) {
          const column = relatedFields[ownFields.indexOf(field)]?.column.name;
          if (column !== undefined) for (const { values } of this.workingSet.objectsOf(related)) tell(values[column]);
        }
      };
      const equality = await equalityAmong(field, eachValue, (...asked) => reader.classify(...asked));
      this.workingSet.addKeyEquality(field, equality);
    }
  }

  /** How columns of a join table compare keys of a relation's side, among the values that may meet there. */
  private async linkEqualities(
    columns: readonly ColumnInfo[],
    fields: readonly Field[],
    keys: readonly Tuple[],
    model: Model,
  ): Promise<ColumnEquality[]> {
    const { reader } = this.context;
    const equalities: ColumnEquality[] = [];
    for (const [index, column] of columns.entries()) {
      const field = fields[index];
      const eachValue: EachValue = (tell) => {
        for (const key of keys) tell(key[index]);
        if (!field) return;
        for (const { values } of this.workingSet.objectsOf(model)) tell(values[field.column.name]);
        if (model === this.context.model) this.eachAssigned(field, tell);
      };
      equalities.push(await equalityAmong({ column }, eachValue, (...asked) => reader.classify(...asked)));
    }
    return equalities;
  }

  private async links(relation: Relation, instructions: readonly Instruction[]): Promise<void> {
    const { join, ownFields, relatedFields, model, related } = relation;
    if (!join) return;
    const candidates = this.candidates(instructions);
    const tuples = candidates.flatMap((object) => {
      const tuple = object.tuple(ownFields);
      return tuple ? [tuple] : [];
    });
    const found = await this.context.reader.links(relation, tuples);
    const ownEqualities = await this.linkEqualities(
      join.ownColumns,
      ownFields,
      found.map(({ owner }) => owner),
      model,
    );
    const ownerName = (key: Tuple): string =>
      JSON.stringify(key.map((value, index) => ownEqualities[index]?.key(value) ?? null));
    const byOwner = new Map<string, Tuple[]>();
    for (const { owner, related: key } of found) {
      const keys = byOwner.get(ownerName(owner));
      if (keys) keys.push(key);
      else byOwner.set(ownerName(owner), [key]);
    }
    this.workingSet.addLinkEqualities(
      relation,
      await this.linkEqualities(
        join.relatedColumns,
        relatedFields,
        found.map((link) => link.related),
        related,
      ),
    );
    for (const object of candidates) {
      const tuple = object.tuple(ownFields);
      this.workingSet.addLinks(relation, object, (tuple && byOwner.get(ownerName(tuple))) ?? []);
    }
  }
}

const NONE: ReadonlyMap<number, string> = new Map();

/** What the planner must know for the rows. */
export async function loadWorkingSet(rows: readonly Instruction[], context: LoadContext): Promise<WorkingSet> {
  const valid = rows.filter((instruction) => !hasErrors(instruction));
  const { reader, model, systemId, expectUnchanged } = context;
  const unchanged = expectUnchanged ? await reader.unchanged(systemId, model, valid) : NONE;
  const instructions = unchanged.size > 0 ? valid.filter(({ row }) => !unchanged.has(row.number)) : valid;
  const loader = new Loader(context, instructions);
  if (unchanged.size > 0) loader.workingSet.addUnchanged(new UnchangedRows(model, valid, unchanged));
  const selectors = selectorsOf(instructions);
  const matched = instructions.filter((instruction) => !isScan(instruction));
  const keys = loader.keys(instructions, selectors);
  loader.askAhead(matched, selectors);
  await keys;
  await loader.selectors(selectors);
  for (const instruction of instructions) if (isScan(instruction)) await loader.scan(instruction);
  await loader.matches(matched);
  await loader.surroundings(instructions);
  if (context.findConflicts) await loader.conflicts(instructions);
  await loader.keyEqualities();
  return loader.workingSet;
}
