/** Reads from the database what a chunk needs. Tests have a reader that reads from memory. */
import type { Knex } from 'knex';
import type { Binding, CollatedCollation, ColumnType, Dialect, SqlFragment } from '../../database';
import {
  type Canonical,
  type Field,
  joinOf,
  type Model,
  type ObjectValues,
  readObjects,
  readsInstances,
  readValue,
  readValues,
  type Relation,
  selectedColumns,
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
function byNulls(tuples: readonly Tuple[]): readonly (readonly Tuple[])[] {
  if (!tuples.some((tuple) => tuple.includes(null))) return tuples.length > 0 ? [tuples] : [];
  const groups = new Map<string, Tuple[]>();
  for (const tuple of tuples) {
    const pattern = tuple.map((value) => (value === null ? '0' : '1')).join('');
    const group = groups.get(pattern);
    if (group) group.push(tuple);
    else groups.set(pattern, [tuple]);
  }
  return [...groups.values()];
}

export class DatabaseReader implements ChunkReader {
  constructor(private readonly source: Source) {}

  private bind(fields: readonly Field[], tuple: Tuple): Binding[] {
    return fields.map(({ column }, index) => this.source.dialect.bind(column.type, tuple[index]));
  }

  /** The condition that fields have one of the tuples, none of whose values is null. */
  private among(fields: readonly Field[], tuples: readonly Tuple[]): SqlFragment {
    const { knex, dialect } = this.source;
    return dialect.tupleCondition(
      knex,
      fields.map(({ column }) => column),
      tuples.map((tuple) => this.bind(fields, tuple)),
    );
  }

  private isNull({ column }: Field): SqlFragment {
    return { sql: `${this.source.dialect.columnName(column)} IS NULL`, bindings: [] };
  }

  /** The conditions that fields have one of the tuples, whose values are null in the same places. */
  private conditions(fields: readonly Field[], tuples: readonly Tuple[]): SqlFragment[] {
    const [first] = tuples;
    const given = fields.filter((_, index) => first?.[index] !== null);
    if (given.length === fields.length) return [this.among(fields, tuples)];
    const missing = fields.filter((_, index) => first?.[index] === null);
    const conditions = missing.map((field) => this.isNull(field));
    const present = tuples.map((tuple) => tuple.filter((value) => value !== null));
    if (given.length > 0) conditions.push(this.among(given, present));
    return conditions;
  }

  /** A SELECT that joins the tuples by an index of a single column, if this is faster in the database. */
  private async selectAmong(
    model: Model,
    [field, ...others]: readonly Field[],
    tuples: readonly Tuple[],
  ): Promise<SqlFragment | null> {
    const { knex, dialect } = this.source;
    const { table } = model;
    if (!dialect.selectAmong || !field || others.length > 0 || tuples[0]?.includes(null)) return null;
    const { column } = field;
    if (!table.indexedFirst.includes(column.name)) return null;
    const values = tuples.map(([value]) => dialect.bind(column.type, value));
    return dialect.selectAmong(knex, selectedColumns(dialect, model), table.name, [], column, values);
  }

  async objects(model: Model, fields: readonly Field[], tuples: readonly Tuple[]): Promise<ObjectValues[]> {
    this.note(model, fields);
    const found: ObjectValues[] = [];
    for (const group of byNulls(tuples)) found.push(...(await this.objectsAmong(model, fields, group)));
    return found;
  }

  private async objectsAmong(
    model: Model,
    fields: readonly Field[],
    tuples: readonly Tuple[],
  ): Promise<ObjectValues[]> {
    const { knex, dialect } = this.source;
    if (readsInstances(model))
      return readObjects(this.source, model, (query) => {
        for (const { sql, bindings } of this.conditions(fields, tuples))
          void query.whereRaw(sql, bindings as Knex.RawBinding[]);
      });
    const { sql, bindings } = (await this.selectAmong(model, fields, tuples)) ?? this.selectWhere(model, this.conditions(fields, tuples)); // prettier-ignore
    const rows = await dialect.queryOf(knex)<Record<string, unknown>>(sql, bindings as Knex.RawBinding[]);
    return rows.map((row) => readValues(model, row));
  }

  private selectWhere(model: Model, conditions: readonly SqlFragment[]): SqlFragment {
    const { dialect } = this.source;
    const columns = selectedColumns(dialect, model).join(', ');
    return {
      sql: `SELECT ${columns} FROM ${dialect.tableName(model.table.name)} WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}`,
      bindings: conditions.flatMap(({ bindings }) => bindings),
    };
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
      const { sql, bindings } = value === null ? this.isNull(field) : this.among([field], [[value]]);
      void query.whereRaw(sql, bindings as Knex.RawBinding[]);
    });
  }

  private differs(query: Knex.QueryBuilder, fields: readonly Field[], tuple: Tuple): void {
    fields.forEach((field, index) => {
      const value = tuple[index] ?? null;
      const name = this.source.dialect.columnName(field.column);
      if (value === null) {
        void query.orWhereRaw(`${name} IS NOT NULL`);
        return;
      }
      const { sql, bindings } = this.among([field], [[value]]);
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
    const columns = [...join.ownColumns, ...join.relatedColumns].map((column) => dialect.selectColumn(column));
    const rows = await dialect.queryOf(knex)<Record<string, unknown>>(
      `SELECT ${columns.join(', ')} FROM ${dialect.tableName(join.table)} WHERE ${sql}`,
      bindings as Knex.RawBinding[],
    );
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
