/** Tables in memory. The loader reads them, and operations of the planner change them. */
import {
  type Canonical,
  type Field,
  type Model,
  type ModelCatalog,
  type ObjectValues,
  objectIdOf,
  type Relation,
  sameValue,
} from '../../src/models';
import type { ChunkReader, ScanTerm } from '../../src/sync/load/chunkReader';
import type { Tuple } from '../../src/sync/load/workingObject';
import { linkKey, type Operation } from '../../src/sync/plan/operations';
import type { Row } from '../../src/sync/row';

interface Mapping {
  id: string;
  systemId: number;
  model: string;
  key: string;
  objectId: string;
}

interface Link {
  relation: string;
  own: Record<string, Canonical>;
}

export interface State {
  tables: Map<string, ObjectValues[]>;
  mappings: Mapping[];
  links: Link[];
  systems: string[];
}

export class Violation extends Error {
  constructor(readonly code: 'UNIQUE_VIOLATION' | 'FOREIGN_KEY_VIOLATION') {
    super(code);
  }
}

type OfKind<K extends Operation['kind']> = Extract<Operation, { readonly kind: K }>;

/** The order of operations in a plan. */
const PHASES: readonly (readonly Operation['kind'][])[] = [
  ['merge'],
  ['delete'],
  ['update'],
  ['insert'],
  ['setMapping', 'removeMapping', 'addLink', 'removeLink'],
];

const fits = (values: ObjectValues, fields: readonly Field[], tuple: Tuple): boolean =>
  fields.every(({ column }, index) => sameValue(values[column.name] ?? null, tuple[index] ?? null));

export class MemoryDatabase implements ChunkReader {
  private state: State = { tables: new Map(), mappings: [], links: [], systems: [] };
  private next = 1;
  /** The values that the current plan has written. */
  private written: { readonly model: Model; readonly values: ObjectValues }[] = [];

  constructor(private readonly catalog: ModelCatalog) {}

  table(name: string): ObjectValues[] {
    let rows = this.state.tables.get(name);
    if (!rows) this.state.tables.set(name, (rows = []));
    return rows;
  }

  /** The ids of the external systems by name. */
  get systemIds(): ReadonlyMap<string, number> {
    return new Map(this.state.systems.map((name, index) => [name, index + 1]));
  }

  addSystem(name: string): void {
    if (!this.state.systems.includes(name)) this.state.systems.push(name);
  }

  get mappingRows(): { system: string; model: string; key: string; objectId: string }[] {
    return this.state.mappings.map(({ systemId, ...rest }) => ({
      system: this.state.systems[systemId - 1] ?? '',
      ...rest,
    }));
  }

  get linkRows(): Record<string, Canonical>[] {
    return this.state.links.map(({ own }) => own);
  }

  // ── reads of the loader ──

  objects(model: Model, fields: readonly Field[], tuples: readonly Tuple[]): Promise<ObjectValues[]> {
    const found = this.table(model.table.name).filter((values) => tuples.some((tuple) => fits(values, fields, tuple)));
    return Promise.resolve(found.map((values) => ({ ...values })));
  }

  scan(model: Model, terms: readonly ScanTerm[], most: number): Promise<ObjectValues[]> {
    const holds = (values: ObjectValues, { fields, tuples, not }: ScanTerm): boolean =>
      tuples.some((tuple) => fits(values, fields, tuple)) !== not;
    const found = this.table(model.table.name).filter((values) => terms.every((term) => holds(values, term)));
    return Promise.resolve(found.slice(0, most).map((values) => ({ ...values })));
  }

  mappings(systemId: number, model: Model, keys: readonly string[]): Promise<Mapping[]> {
    return Promise.resolve(
      this.state.mappings.filter(
        (mapping) => mapping.systemId === systemId && mapping.model === model.name && keys.includes(mapping.key),
      ),
    );
  }

  mappingsOfObjects(model: Model, objectIds: readonly string[]): Promise<Mapping[]> {
    return Promise.resolve(
      this.state.mappings.filter((mapping) => mapping.model === model.name && objectIds.includes(mapping.objectId)),
    );
  }

  links({ join, ownFields }: Relation, owners: readonly Tuple[]): Promise<{ owner: Tuple; related: Tuple }[]> {
    if (!join) return Promise.resolve([]);
    const found = this.state.links.map(({ own }) => ({
      owner: join.ownColumns.map(({ name }) => own[name] ?? null),
      related: join.relatedColumns.map(({ name }) => own[name] ?? null),
    }));
    return Promise.resolve(
      found.filter(({ owner }) =>
        owners.some((tuple) => ownFields.every((_, index) => sameValue(tuple[index] ?? null, owner[index] ?? null))),
      ),
    );
  }

  /** Rows are always planned: what the planner says of them is what is tested. */
  unchanged(): Promise<ReadonlyMap<Row, string>> {
    return Promise.resolve(new Map());
  }

  classify(): Promise<number[]> {
    return Promise.reject(new Error('all texts of the demo catalog are compared exactly'));
  }

  // ── operations of the planner ──

  private checkConstraints(model: Model, values: ObjectValues): void {
    for (const { columns } of model.uniqueKeys) {
      if (!columns || columns.some((column) => values[column] === null || values[column] === undefined)) continue;
      if (
        this.table(model.table.name).some(
          (other) =>
            other !== values && columns.every((column) => sameValue(other[column] ?? null, values[column] ?? null)),
        )
      )
        throw new Violation('UNIQUE_VIOLATION');
    }
    for (const key of this.catalog.foreignKeys.filter(({ table }) => table === model.table.name)) {
      const value = values[key.columns[0] ?? ''] ?? null;
      if (value !== null && !this.table(key.targetTable).some((target) => sameValue(target.id ?? null, value)))
        throw new Violation('FOREIGN_KEY_VIOLATION');
    }
  }

  private stored(model: Model, id: string | null): ObjectValues | undefined {
    return this.table(model.table.name).find(
      (values) => objectIdOf(model.idFields.map(({ column }) => values[column.name] ?? null)) === id,
    );
  }

  private carryOutOne(operation: Operation, systemId: number): void {
    switch (operation.kind) {
      case 'insert':
        return void this.insert(operation);
      case 'update':
        return void this.update(operation);
      case 'delete':
        return void this.delete(operation);
      case 'merge':
        return void this.merge(operation);
      case 'setMapping':
        return void this.setMapping(operation, systemId);
      case 'removeMapping':
        return void this.removeMapping(operation, systemId);
      default:
        this.setLink(operation);
    }
  }

  private insert({ object }: OfKind<'insert'>): void {
    const values = { ...object.values } as ObjectValues;
    for (const { column } of object.model.idFields) values[column.name] ??= this.next++;
    this.table(object.model.table.name).push(values);
    this.written.push({ model: object.model, values });
    Object.assign(object.values, values);
  }

  private update({ object, values: changed, pointsTo }: OfKind<'update'>): void {
    const values = this.stored(object.model, object.id);
    if (!values) throw new Error(`update of an object that is not there: ${object.id}`);
    Object.assign(values, changed);
    if (pointsTo) {
      const { relation, target } = pointsTo;
      const key = target.tuple(relation.kind.targetFields(relation)) ?? [];
      for (const [index, { column }] of relation.kind.keyFields(relation).entries())
        values[column.name] = key[index] ?? null;
    }
    this.written.push({ model: object.model, values });
  }

  private delete({ object }: OfKind<'delete'>): void {
    const values = this.stored(object.model, object.id);
    if (!values) throw new Error(`delete of an object that is not there: ${object.id}`);
    const rows = this.table(object.model.table.name);
    rows.splice(rows.indexOf(values), 1);
    this.state.mappings = this.state.mappings.filter(
      ({ model, objectId }) => model !== object.model.name || objectId !== object.id,
    );
    for (const key of object.model.referencedBy) {
      const column = key.columns[0] ?? '';
      if (key.onDelete === 'SET NULL')
        for (const other of this.table(key.table)) if (other[column] === values.id) other[column] = null;
      if (key.onDelete === 'CASCADE')
        this.state.links = this.state.links.filter(({ own }) => own[column] !== values.id);
    }
  }

  /** All keys in the demo catalog have one column. */
  private merge({ from, into }: OfKind<'merge'>): void {
    for (const mapping of this.state.mappings)
      if (mapping.model === from.model.name && mapping.objectId === from.id) mapping.objectId = into.id ?? '';
    const key = into.values.id ?? null;
    for (const { table, columns } of from.model.referencedBy) {
      const column = columns[0] ?? '';
      for (const other of this.table(table)) if (other[column] === from.values.id) other[column] = key;
      const moved = this.state.links
        .filter(({ relation }) => relation === table)
        .map(({ own }) => (own[column] === from.values.id ? { ...own, [column]: key } : own));
      const distinct = new Map(moved.map((own) => [JSON.stringify(own), { relation: table, own }]));
      this.state.links = [...this.state.links.filter(({ relation }) => relation !== table), ...distinct.values()];
    }
  }

  private setMapping({ model, key, object }: OfKind<'setMapping'>, systemId: number): void {
    const objectId = object.id ?? '';
    const existing = this.state.mappings.find(
      (mapping) => mapping.systemId === systemId && mapping.model === model.name && mapping.key === key,
    );
    if (existing) existing.objectId = objectId;
    else this.state.mappings.push({ id: String(this.next++), systemId, model: model.name, key, objectId });
  }

  private removeMapping({ model, key }: OfKind<'removeMapping'>, systemId: number): void {
    this.state.mappings = this.state.mappings.filter(
      (mapping) => !(mapping.systemId === systemId && mapping.model === model.name && mapping.key === key),
    );
  }

  private setLink(operation: OfKind<'addLink' | 'removeLink'>): void {
    const { join, relation, object } = operation;
    const tuple = [...(object.tuple(relation.ownFields) ?? []), ...linkKey(operation)];
    const own = Object.fromEntries(
      [...join.ownColumns, ...join.relatedColumns].map(({ name }, index) => [name, tuple[index] ?? null]),
    );
    const same = (link: Link): boolean =>
      Object.entries(own).every(([name, value]) => sameValue(link.own[name] ?? null, value));
    this.state.links = this.state.links.filter((link) => !same(link));
    if (operation.kind === 'addLink') this.state.links.push({ relation: join.table, own });
  }

  /** Carries out a plan. References are set after their targets exist. Constraints are checked at the end (R17b). */
  carryOut(operations: readonly Operation[], systemId: number): void {
    this.written = [];
    const isLate = (operation: Operation): boolean => operation.kind === 'update' && operation.pointsTo !== undefined;
    for (const phase of PHASES)
      for (const operation of operations)
        if (phase.includes(operation.kind) && !isLate(operation)) this.carryOutOne(operation, systemId);
    for (const operation of operations) if (isLate(operation)) this.carryOutOne(operation, systemId);
    for (const { model, values } of this.written) this.checkConstraints(model, values);
  }

  snapshot(): State {
    return structuredClone(this.state);
  }

  restore(snapshot: State): void {
    this.state = snapshot;
  }
}
