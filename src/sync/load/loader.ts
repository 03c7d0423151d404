/** Loads a chunk's working set with a few queries, whatever the chunk's size (R6, R26). */
import { type Canonical, columnValues, type Field, isEmpty, type Model, type Relation } from '../../models';
import { keyValues, type LookedUpKey, lookedUpKeys, lookedUpTargets } from '../plan/conflicts';
import { type Condition, hasErrors, type Instruction, type MatchAlternative, type Selector } from '../read/instruction';
import { PlainInstruction } from '../read/plainInstruction';
import type { Row } from '../row';
import { behaviourOf } from '../relations';
import type { RelationLoader } from '../relations/behaviour';
import type { StoredMapping } from '../../records/mappings';
import type { ChunkReader, ScanTerm } from './chunkReader';
import type { LoadContext } from './loadContext';
import { ObjectLookups } from './objectLookups';
import { selectorsOf } from './rowSelectors';
import type { Tuple } from './workingObject';
import { collationOf, type EachValue, equalityAmong } from './equality';
import { UnchangedRows } from './unchangedRows';
import { needsScan, WorkingSet } from './workingSet';
import type { WorkingObject } from './workingObject';

/** Two objects make a match ambiguous. A few more are read for the message. */
const MOST_SCANNED = 6;

/** Whether only the database can evaluate a row's match. Such a row is a chunk of its own. */
export const isScan = (instruction: Instruction): boolean =>
  !(instruction instanceof PlainInstruction) && (instruction.match ?? []).some(needsScan);

class Loader implements RelationLoader {
  readonly workingSet: WorkingSet;
  readonly reader: ChunkReader;
  readonly lookups: ObjectLookups;

  constructor(
    private readonly context: LoadContext,
    rows: readonly Instruction[],
  ) {
    this.reader = context.reader;
    this.workingSet = new WorkingSet(context.systemIds, context.systemId);
    this.lookups = new ObjectLookups(context, rows, this.workingSet);
  }

  /**
   * Loads the mappings of keys, and the objects that they point to. Keys without a mapping are recorded as unmapped.
   */
  private async mappings(model: Model, bySystem: ReadonlyMap<number, ReadonlySet<string>>): Promise<void> {
    const bySystemFound: { systemId: number; keys: ReadonlySet<string>; found: Map<string, StoredMapping> }[] = [];
    for (const [systemId, keys] of bySystem) {
      const stored = await this.context.reader.mappings(systemId, model, [...keys]);
      bySystemFound.push({ systemId, keys, found: new Map(stored.map((mapping) => [mapping.key, mapping])) });
    }
    const ids = new Set<string>();
    for (const { found } of bySystemFound) for (const { objectId } of found.values()) ids.add(objectId);
    await this.lookups.byIds(model, ids);
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

  /** Loads the objects that selectors find, inner selectors first. */
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
      if (first && first.fields.length + first.references.length > 0)
        await this.lookups.indexConditions(first.model, possible);
    }
  }

  /** Loads the external keys of rows, and those that references name (R23). */
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

  /** Loads the objects that match expressions find, with one query per shape of alternative. */
  async matches(instructions: readonly Instruction[]): Promise<void> {
    const { model } = this.context;
    const kinds = new Map<string, Condition[]>();
    for (const { match } of instructions)
      for (const alternative of match ?? []) {
        const conditions = kinds.get(alternative.shape);
        if (conditions) conditions.push(alternative);
        else kinds.set(alternative.shape, [alternative]);
      }
    for (const conditions of kinds.values()) await this.lookups.indexConditions(model, conditions);
  }

  /** Loads the objects that a row with exclusions matches (R5), with one query per alternative. */
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
  candidates(instructions: readonly Instruction[]): WorkingObject[] {
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
   * Whether planning a row needs all mappings of its object: for an unforced delete (R31), a match of another object
   * (R10), or a key that is about to be linked (R18).
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

  /** Loads other mappings, links and pointing objects of the objects that the rows may act on. */
  async surroundings(instructions: readonly Instruction[]): Promise<void> {
    const objects = this.candidates(instructions.filter((instruction) => this.needsMappings(instruction)));
    await this.pointingMappings(objects);
    const relations = new Map<Relation, Instruction[]>();
    for (const instruction of instructions)
      for (const { relation } of instruction.links) {
        const rows = relations.get(relation);
        if (rows) rows.push(instruction);
        else relations.set(relation, [instruction]);
      }
    for (const [relation, rows] of relations) await behaviourOf(relation).load(relation, rows, this);
  }

  /** Loads all mappings that point to the objects. */
  private async pointingMappings(objects: readonly WorkingObject[]): Promise<void> {
    if (objects.length === 0) return;
    const { reader, model } = this.context;
    const byObject = new Map(objects.map((object) => [object.id, [] as { systemId: number; key: string }[]]));
    const ids = objects.map((object) => object.id ?? '');
    for (const mapping of await reader.mappingsOfObjects(model, ids)) byObject.get(mapping.objectId)?.push(mapping);
    for (const object of objects) this.workingSet.mappings.loadPointing(object, byObject.get(object.id) ?? []);
  }

  /** Loads the objects that hold unique values of the rows, and the targets of the rows' foreign keys. */
  async conflicts(instructions: readonly Instruction[]): Promise<void> {
    const { model } = this.context;
    const written = instructions.flatMap((instruction) =>
      instruction.actions.delete ? [] : this.writtenValues(instruction),
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
    ): Promise<void> => (tuples.length > 0 ? this.lookups.index(name, of, fields, tuples, true) : undefined);
    for (const key of lookedUpKeys(model)) await lookUp(model, key.index, key.fields, tuplesOf(key));
    for (const key of lookedUpTargets(model))
      await lookUp(key.relation.related, key.index, key.relation.relatedFields, tuplesOf(key));
    // A row waits for holders only if keys of its own system are linked to them (R17b).
    await this.pointingMappings([...this.workingSet.objectsOf(model)]);
  }

  /** The values that an object may have after a row, as far as they are known before planning. */
  private writtenValues(instruction: Instruction): Record<string, Canonical | undefined>[] {
    const { model } = this.context;
    const { key } = instruction;
    const linked = key === null ? null : this.workingSet.linkedObject(this.workingSet.mapping(model, key));
    const [matched] = this.workingSet.matchedObjects(model, instruction);
    const values = this.valuesAfter(instruction, linked ?? matched);
    if (!linked || !matched || matched === linked || !instruction.actions.force) return [values];
    const taken = columnValues(values);
    // R10: a merge may fill empty fields.
    for (const { column } of model.fields)
      if (isEmpty(values[column.name] ?? null)) taken[column.name] = matched.values[column.name];
    return [values, taken];
  }

  private valuesAfter(
    instruction: Instruction,
    object: WorkingObject | undefined,
  ): Record<string, Canonical | undefined> {
    const { model } = this.context;
    const values = columnValues<Canonical | undefined>(object?.values ?? {});
    if (!object) for (const { column, initial } of model.fields) values[column.name] = initial;
    const maySet = ({ column }: Field): boolean =>
      !object || instruction.actions.force || isEmpty(object.values[column.name] ?? null);
    for (const { field, value } of instruction.assignments) if (maySet(field)) values[field.column.name] = value;
    for (const { relation, selector } of instruction.references) {
      const [target, ...others] = selector ? this.workingSet.select(selector) : [];
      const key = target && others.length === 0 ? target.tuple(relation.relatedFields) : null;
      if (key && relation.ownFields.every(maySet))
        relation.ownFields.forEach(({ column }, index) => (values[column.name] = key[index]));
    }
    return values;
  }

  /** Loads how the primary key compares the values of objects with those of rows (R12). */
  async keyEqualities(): Promise<void> {
    const { model, reader } = this.context;
    for (const field of model.idFields) {
      if (!collationOf(field)) continue;
      const eachValue: EachValue = (tell) => {
        for (const { values } of this.workingSet.objectsOf(model)) tell(values[field.column.name]);
        this.lookups.eachAssigned(model, field, tell);
        for (const { ownFields, relatedFields, related } of model.relations.values()) {
          const column = relatedFields[ownFields.indexOf(field)]?.column.name;
          if (column !== undefined) for (const { values } of this.workingSet.objectsOf(related)) tell(values[column]);
        }
      };
      const equality = await equalityAmong(field, eachValue, (...asked) => reader.classify(...asked));
      this.workingSet.addKeyEquality(field, equality);
    }
  }
}

const NONE: ReadonlyMap<Row, string> = new Map();

/** Returns everything that the planner needs for the rows. */
export async function loadWorkingSet(rows: readonly Instruction[], context: LoadContext): Promise<WorkingSet> {
  const valid = rows.filter((instruction) => !hasErrors(instruction));
  const { reader, model, systemId, expectUnchanged } = context;
  const unchanged = expectUnchanged ? await reader.unchanged(systemId, model, valid) : NONE;
  const instructions = unchanged.size > 0 ? valid.filter(({ row }) => !unchanged.has(row)) : valid;
  const loader = new Loader(context, instructions);
  if (unchanged.size > 0) loader.workingSet.addUnchanged(new UnchangedRows(model, valid, unchanged));
  const selectors = selectorsOf(instructions);
  const matched = instructions.filter((instruction) => !isScan(instruction));
  const keys = loader.keys(instructions, selectors);
  loader.lookups.askAhead(matched, selectors);
  await keys;
  await loader.selectors(selectors);
  for (const instruction of instructions) if (isScan(instruction)) await loader.scan(instruction);
  await loader.matches(matched);
  await loader.surroundings(instructions);
  if (context.findConflicts) await loader.conflicts(instructions);
  await loader.keyEqualities();
  return loader.workingSet;
}
