/** PostgreSQL's catalog. */
import type { Knex } from 'knex';
import {
  type ColumnInfo,
  type DatabaseCatalog,
  type DeleteRule,
  EXACT,
  type ForeignKey,
  type TableInfo,
  type TableListing,
  type UniqueKey,
} from '../catalog';
import { groupBy } from '../grouping';
import type { Query } from '../query';
import { schemaOf, tableName, tableParts } from '../tableNames';
import {
  type ColumnRow,
  type ConstraintRow,
  type IndexRow,
  readColumns,
  readConstraints,
  readCurrentSchema,
  readIndexes,
  readSchemas,
  readTables,
  readTriggers,
  type TableRow,
} from './catalogQueries';
import { readForeignObstacles } from './foreignTables';
import { queryOf } from './query';
import { readRightsObstacles } from './rights';
import { columnType } from './types';

async function defaultSchemaOf(query: Query): Promise<string> {
  const [current] = await readCurrentSchema(query);
  return current?.schema ?? 'public';
}

export async function listTables(knex: Knex, schemas: readonly string[]): Promise<TableListing> {
  const query = queryOf(knex);
  const defaultSchema = await defaultSchemaOf(query);
  const all = await readSchemas(query);
  const rows = await readTables(query, schemas.length > 0 ? schemas : [defaultSchema]);
  return {
    defaultSchema,
    schemas: all.map(({ name }) => name),
    tables: rows.map(({ schema, table }) => ({
      schema,
      name: table,
      table: tableName(schema === defaultSchema ? null : schema, table),
    })),
  };
}

// ── columns ──

/** `'Unknown'::character varying`, `0`, `true`; anything else is computed. */
function constant(text: string | null): unknown {
  if (text === null) return undefined;
  const quoted = /^'((?:[^']|'')*)'(?:::[\w\s"().[\]]+)?$/.exec(text)?.[1];
  if (quoted !== undefined) return quoted.replaceAll("''", "'");
  const plain = /^\(?([-+]?\d+(?:\.\d+)?|true|false)\)?(?:::[\w\s"()]+)?$/.exec(text)?.[1];
  return plain;
}

/** `CHECK ((colour = ANY (ARRAY['red'::text, 'blue'::text])))`: how knex and others spell an enum. */
function checkedMembers(definition: string): { column: string; members: string[] } | null {
  const match =
    /^CHECK \(\(+"?([^"()]+)"?\)?(?:::text)? = ANY \(+(?:ARRAY)?\[('(?:[^']|'')*'(?:::[\w\s]+)?(?:, '(?:[^']|'')*'(?:::[\w\s]+)?)*)\](?:\)*::text\[\])?\)+$/.exec(
      definition,
    );
  if (!match?.[1] || !match[2]) return null;
  return {
    column: match[1],
    members: [...match[2].matchAll(/'((?:[^']|'')*)'/g)].map((member) => (member[1] ?? '').replaceAll("''", "'")),
  };
}

function columnOf(row: ColumnRow, members: readonly string[] | undefined): ColumnInfo {
  const autoIncrement = row.identity !== '' || /^nextval\(/.test(row.default_value ?? '');
  const plain = columnType(row);
  return {
    name: row.name,
    sqlType: row.full,
    type: members && plain.kind === 'string' ? { kind: 'enum', members, collation: EXACT } : plain,
    nullable: !row.not_null,
    defaultValue: row.generated === '' ? constant(row.default_value) : undefined,
    hasDefault: autoIncrement || (row.default_value !== null && row.generated === ''),
    autoIncrement,
    ...(autoIncrement && row.sequence !== null && { sequence: row.sequence }),
    generated: row.generated !== '' || row.identity === 'a',
    changesOnUpdate: false,
  };
}

// ── keys ──

function keysOf(indexes: readonly IndexRow[]): Pick<TableInfo, 'primaryKey' | 'uniqueKeys' | 'indexedFirst'> {
  return {
    primaryKey: (indexes.find((index) => index.is_primary)?.columns ?? []).filter((column) => column !== null),
    uniqueKeys: indexes
      .filter((index) => index.is_unique)
      .map((index): UniqueKey => ({
        name: index.name,
        columns:
          !index.partial && index.is_valid && index.columns.every((column) => column !== null) ? index.columns : null,
      })),
    indexedFirst: indexes.flatMap((index) => (index.is_lookup && !index.partial ? (index.columns[0] ?? []) : [])),
  };
}

const RULES: Record<string, DeleteRule> = {
  a: 'NO ACTION',
  r: 'RESTRICT',
  c: 'CASCADE',
  n: 'SET NULL',
  d: 'SET DEFAULT',
};

const foreignKeysOf = (
  rows: readonly ConstraintRow[],
  nameOf: (schema: string, table: string) => string,
): ForeignKey[] =>
  rows
    .filter(({ type }) => type === 'f')
    .map((row) => ({
      name: row.name,
      table: nameOf(row.schema, row.table),
      columns: row.columns,
      targetTable: nameOf(row.target_schema ?? '', row.target ?? ''),
      targetColumns: row.target_columns,
      onDelete: RULES[row.rule] ?? 'NO ACTION',
    }));

// ── all of it ──

export async function readCatalog(knex: Knex, tables: readonly string[]): Promise<DatabaseCatalog> {
  const query = queryOf(knex);
  const defaultSchema = await defaultSchemaOf(query);
  const wordOf = (schema: string, name: string): string => tableName(schema === defaultSchema ? null : schema, name);
  const nameOf = ({ schema, table }: TableRow): string => wordOf(schema, table);
  const columns = groupBy(await readColumns(query), nameOf);
  const indexes = groupBy(await readIndexes(query), nameOf);
  const constraintRows = await readConstraints(query);
  const checks = groupBy(
    constraintRows.filter(({ type }) => type === 'c'),
    nameOf,
  );
  const triggers = new Set((await readTriggers(query)).map(nameOf));
  const foreign = await readForeignObstacles(query, defaultSchema);
  const forbidden = await readRightsObstacles(query);
  const obstacle = (schema: string, name: string): string | null => foreign(schema, name) ?? forbidden(schema, name);

  const found = new Map<string, TableInfo>();
  for (const table of tables) {
    const rows = columns.get(table) ?? [];
    if (rows.length === 0) continue;
    const enums = (checks.get(table) ?? []).map(({ definition }) => checkedMembers(definition));
    found.set(table, {
      name: table,
      isView: rows.some(({ is_view }) => is_view),
      columns: rows.map((row) => columnOf(row, enums.find((check) => check?.column === row.name)?.members)),
      ...keysOf(indexes.get(table) ?? []),
      hasTriggers: triggers.has(table),
      obstacle: obstacle(schemaOf(table) ?? defaultSchema, tableParts(table).at(-1) ?? ''),
    });
  }
  return { tables: found, foreignKeys: foreignKeysOf(constraintRows, wordOf) };
}
