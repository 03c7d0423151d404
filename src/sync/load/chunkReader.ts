/** Reads from the database what a chunk needs. Tests have a reader that reads from memory. */
import type { Knex } from 'knex';
import type { Binding, CollatedCollation, ColumnInfo, ColumnType, Dialect } from '../../database';
import {
  type Canonical,
  type Field,
  joinOf,
  type Model,
  type ObjectValues,
  readObjects,
  readsInstances,
  readValue,
  type Relation,
} from '../../models';
import type { Instruction } from '../read/instruction';
import type { Row } from '../row';
import type { Classify } from './equality';
import { findUnchanged } from './unchangedRows';
import type { UnindexedLookups } from './unindexedLookups';
import type { Tuple } from './workingObject';
import { findMappings, mappingsOfObjects, type StoredMapping } from '../../records/mappings';

/** Fields that equal one of the tuples, null-safe; with `not`, none of them. */
export interface ScanTerm {
  readonly fields: readonly Field[];
  readonly tuples: readonly Tuple[];
  readonly not: boolean;
}

export interface ChunkReader {
  /** Objects whose fields equal one of the tuples, null-safe. The result may contain others too. */
  objects(model: Model, fields: readonly Field[], tuples: readonly Tuple[]): Promise<ObjectValues[]>;
  /** Up to `most` objects that fulfil all terms. */
  scan(model: Model, terms: readonly ScanTerm[], most: number): Promise<ObjectValues[]>;
  mappings(systemId: number, model: Model, keys: readonly string[]): Promise<StoredMapping[]>;
  mappingsOfObjects(model: Model, objectIds: readonly string[]): Promise<StoredMapping[]>;
  /** Keys on both sides of a join table, for owners with the given keys. */
  links(relation: Relation, owners: readonly Tuple[]): Promise<{ readonly owner: Tuple; readonly related: Tuple }[]>;
  /** Ids of objects that rows would leave unchanged, by row. The result may lack some. */
  unchanged(systemId: number, model: Model, instructions: readonly Instruction[]): Promise<ReadonlyMap<Row, string>>;
  /** Numbers for values of a type. Values that the collation calls equal get the same number. */
  classify: Classify;
}

interface Source {
  readonly knex: Knex;
  readonly dialect: Dialect;
  /** Records which columns are looked up. */
  readonly lookups?: UnindexedLookups;
}

/** Groups tuples by which of their values are NULL, because `IN` never finds NULL. */
function byNulls(tuples: readonly Tuple[]): ReadonlyMap<string, readonly Tuple[]> {
  const [first] = tuples;
  if (first && !tuples.some((tuple) => tuple.includes(null))) return new Map([['1'.repeat(first.length), tuples]]);
  const groups = new Map<string, Tuple[]>();
  for (const tuple of tuples) {
    const pattern = tuple.map((value) => (value === null ? '0' : '1')).join('');
    const group = groups.get(pattern);
    if (group) group.push(tuple);
    else groups.set(pattern, [tuple]);
  }
  return groups;
}

export class DatabaseReader implements ChunkReader {
  constructor(private readonly source: Source) {}

  private bind(fields: readonly Field[], tuple: Tuple): Binding[] {
    return fields.map(({ column }, index) => this.source.dialect.bind(column.type, tuple[index]));
  }

  private whereIn(query: Knex.QueryBuilder, fields: readonly Field[], tuples: readonly Tuple[]): void {
    const { knex, dialect } = this.source;
    const bound = tuples.map((tuple) => this.bind(fields, tuple));
    const { sql, bindings } = dialect.tupleCondition(
      knex,
      fields.map(({ column }) => column),
      bound,
    );
    void query.whereRaw(sql, bindings as Knex.RawBinding[]);
  }

  /** Joins by an index of a single column, if this is faster in the database. Returns whether it did. */
  private async joinAmong(
    query: Knex.QueryBuilder,
    model: Model,
    [field, ...others]: readonly Field[],
    tuples: readonly Tuple[],
  ): Promise<boolean> {
    const { knex, dialect } = this.source;
    const { table } = model;
    if (!dialect.joinAmong || !field || others.length > 0 || readsInstances(model)) return false;
    const { column } = field;
    if (!table.indexedFirst.includes(column.name)) return false;
    const values = tuples.map(([value]) => dialect.bind(column.type, value));
    return dialect.joinAmong(knex, query, table.name, [], column, values);
  }

  private whereNull(query: Knex.QueryBuilder, column: ColumnInfo): void {
    void query.whereRaw(`${this.source.dialect.columnName(column)} IS NULL`);
  }

  async objects(model: Model, fields: readonly Field[], tuples: readonly Tuple[]): Promise<ObjectValues[]> {
    this.note(model, fields);
    const found: ObjectValues[] = [];
    for (const [pattern, group] of byNulls(tuples)) {
      const given = fields.filter((_, index) => pattern[index] === '1');
      const isWhole = given.length === fields.length;
      const present = isWhole ? group : group.map((tuple) => tuple.filter((value) => value !== null));
      const rows = await readObjects(this.source, model, async (query) => {
        fields.forEach(({ column }, index) => pattern[index] === '0' && this.whereNull(query, column));
        if (given.length > 0 && !(await this.joinAmong(query, model, given, present)))
          this.whereIn(query, given, present);
      });
      found.push(...rows);
    }
    return found;
  }

  private note({ name, table }: Model, fields: readonly Field[]): void {
    const columns = fields.map(({ column }) => column.name);
    this.source.lookups?.note({ table: table.name, model: name, columns }, table.indexedFirst);
  }

  async scan(model: Model, terms: readonly ScanTerm[], most: number): Promise<ObjectValues[]> {
    this.note(
      model,
      terms.flatMap(({ fields, not }) => (not ? [] : fields)),
    );
    return readObjects(this.source, model, (query) => {
      for (const { fields, tuples, not } of terms)
        void query.where((outer) => {
          if (tuples.length === 0 && !not) void outer.whereRaw('1 = 0');
          for (const tuple of tuples)
            void (not
              ? outer.where((inner) => this.differs(inner, fields, tuple))
              : outer.orWhere((inner) => this.equals(inner, fields, tuple)));
        });
      void query.limit(most);
    });
  }

  private equals(query: Knex.QueryBuilder, fields: readonly Field[], tuple: Tuple): void {
    fields.forEach((field, index) => {
      const value = tuple[index] ?? null;
      if (value === null) this.whereNull(query, field.column);
      else this.whereIn(query, [field], [[value]]);
    });
  }

  private differs(query: Knex.QueryBuilder, fields: readonly Field[], tuple: Tuple): void {
    const { knex, dialect } = this.source;
    fields.forEach((field, index) => {
      const value = tuple[index] ?? null;
      const { column } = field;
      const name = dialect.columnName(column);
      if (value === null) {
        void query.orWhereRaw(`${name} IS NOT NULL`);
        return;
      }
      const { sql, bindings } = dialect.tupleCondition(knex, [column], [this.bind([field], [value])]);
      void query.orWhereRaw(`${name} IS NULL`).orWhereRaw(`NOT (${sql})`, bindings as Knex.RawBinding[]);
    });
  }

  mappings(systemId: number, model: Model, keys: readonly string[]): Promise<StoredMapping[]> {
    return findMappings(this.source.knex, this.source.dialect, systemId, model.name, keys);
  }

  mappingsOfObjects(model: Model, objectIds: readonly string[]): Promise<StoredMapping[]> {
    return mappingsOfObjects(this.source.knex, this.source.dialect, model.name, objectIds);
  }

  async links(relation: Relation, owners: readonly Tuple[]): Promise<{ owner: Tuple; related: Tuple }[]> {
    if (owners.length === 0) return [];
    const join = joinOf(relation);
    const { knex, dialect, lookups } = this.source;
    lookups?.note(
      { table: join.table, model: `"${join.table}"`, columns: join.ownColumns.map(({ name }) => name) },
      join.indexedFirst,
    );
    const { sql, bindings } = dialect.tupleCondition(
      knex,
      join.ownColumns,
      owners.map((owner) => this.bind(relation.ownFields, owner)),
    );
    const columns = [...join.ownColumns, ...join.relatedColumns].map((column) => dialect.selectColumn(knex, column));
    const rows = (await knex(join.table)
      .select(columns)
      .whereRaw(sql, bindings as Knex.RawBinding[])) as Record<string, unknown>[];
    return rows.map((row) => ({
      owner: join.ownColumns.map((column) => readValue(column.type, row[column.name])),
      related: join.relatedColumns.map((column) => readValue(column.type, row[column.name])),
    }));
  }

  unchanged(systemId: number, model: Model, instructions: readonly Instruction[]): Promise<ReadonlyMap<Row, string>> {
    return findUnchanged(this.source, model, systemId, instructions);
  }

  classify(type: ColumnType, collation: CollatedCollation, values: readonly Canonical[]): Promise<number[]> {
    const { knex, dialect } = this.source;
    const texts = values.map((value) => String(dialect.bind(type, value)));
    return dialect.classify(knex, collation, texts);
  }
}
