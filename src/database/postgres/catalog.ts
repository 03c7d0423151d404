/** Reads PostgreSQL's catalog. */
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
import { schemaOf, tableName, tableParts } from '../tableNames';
import { readForeignObstacles } from './foreignTables';
import { readRightsObstacles } from './rights';
import { columnType, type TypeRow } from './types';

interface TableRow {
  schema: string;
  table: string;
}

interface ColumnRow extends TypeRow, TableRow {
  is_view: boolean;
  name: string;
  not_null: boolean;
  default_value: string | null;
  identity: string;
  sequence: string | null;
  generated: string;
}

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

const RULES: Record<string, DeleteRule> = {
  a: 'NO ACTION',
  r: 'RESTRICT',
  c: 'CASCADE',
  n: 'SET NULL',
  d: 'SET DEFAULT',
};

/** A type's name without length or precision, under which casts take any: `bit` alone is one bit. */
const plainName = (type: string, name: string): string =>
  `CASE ${name} WHEN 'bpchar' THEN 'bpchar' WHEN 'bit' THEN '"bit"' ELSE format_type(${type}, NULL) END`;

/** SQL for whether an index of such a method can be made over values of a type, which has an equality then. */
function hasOperators(type: string, methods: readonly string[]): string {
  const operators = (of: string): string =>
    `EXISTS (SELECT 1 FROM pg_type ot JOIN pg_opclass o ON o.opcdefault JOIN pg_am m ON m.oid = o.opcmethod
              WHERE ot.oid = ${of} AND m.amname IN (${methods.map((method) => `'${method}'`).join(', ')})
                AND (ot.typtype IN ('e', 'r', 'm') OR o.opcintype IN (ot.oid, ot.typbasetype) OR EXISTS (
                  SELECT 1 FROM pg_cast x WHERE x.castsource IN (ot.oid, ot.typbasetype) AND x.casttarget = o.opcintype AND x.castmethod = 'b' AND x.castcontext = 'i')))`;
  // Of composite types all parts must have them; those of parts that are composite themselves are not followed.
  const parts = `SELECT COALESCE(pe.oid, pt.oid) AS type FROM pg_type c JOIN pg_attribute p ON p.attrelid = c.typrelid AND p.attnum > 0 AND NOT p.attisdropped
                   JOIN pg_type pt ON pt.oid = p.atttypid LEFT JOIN pg_type pe ON pe.oid = pt.typelem AND pe.typarray = pt.oid
                  WHERE c.oid = ${type} AND c.typtype = 'c'`;
  return `(${operators(type)} OR (EXISTS (${parts}) AND NOT EXISTS (SELECT 1 FROM (${parts}) part WHERE NOT ${operators('part.type')})))`;
}

type Query = <T>(sql: string, bindings?: readonly Knex.RawBinding[]) => Promise<T[]>;

const queryOf =
  (knex: Knex): Query =>
  async <T>(sql: string, bindings: readonly Knex.RawBinding[] = []) =>
    ((await knex.raw(sql, bindings)) as { rows: T[] }).rows;

const OUTSIDE = `n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_toast%' AND n.nspname NOT LIKE 'pg\\_temp%'`;
/** Tables, partitioned and foreign ones, views and stored views. */
const KINDS = `c.relkind IN ('r', 'p', 'f', 'v', 'm')`;

async function defaultSchemaOf(query: Query): Promise<string> {
  const [current] = await query<{ schema: string | null }>('SELECT current_schema() AS schema');
  return current?.schema ?? 'public';
}

/** Parts of a partitioned table are its own affair. */
export async function listPostgresTables(knex: Knex, schemas: readonly string[]): Promise<TableListing> {
  const query = queryOf(knex);
  const defaultSchema = await defaultSchemaOf(query);
  const wanted = schemas.length > 0 ? schemas : [defaultSchema];
  const all = await query<{ name: string }>(
    `SELECT n.nspname AS name FROM pg_namespace n WHERE ${OUTSIDE} ORDER BY n.nspname`,
  );
  const rows = await query<TableRow>(
    `SELECT n.nspname AS schema, c.relname AS "table" FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE ${KINDS} AND NOT c.relispartition AND ${OUTSIDE} AND n.nspname IN (${wanted.map(() => '?').join(', ')})
      ORDER BY n.nspname, c.relname`,
    [...wanted],
  );
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

export async function readPostgresCatalog(knex: Knex, tables: readonly string[]): Promise<DatabaseCatalog> {
  const query = queryOf(knex);
  const defaultSchema = await defaultSchemaOf(query);
  const wordOf = (schema: string, name: string): string => tableName(schema === defaultSchema ? null : schema, name);
  const nameOf = ({ schema, table }: TableRow): string => wordOf(schema, table);
  const columnRows = await query<ColumnRow>(
    `WITH RECURSIVE domain AS (
       SELECT t.oid AS type, t.typtype, t.typbasetype AS base, t.typtypmod AS modifier, t.typnotnull AS not_null, t.typdefault AS default_value
         FROM pg_type t WHERE t.typtype = 'd'
        UNION ALL
       SELECT d.type, b.typtype, b.typbasetype, CASE WHEN d.modifier >= 0 THEN d.modifier ELSE b.typtypmod END,
              d.not_null OR b.typnotnull, COALESCE(d.default_value, b.typdefault)
         FROM domain d JOIN pg_type b ON b.oid = d.base WHERE b.typtype = 'd'
     ), resolved AS (
       SELECT d.* FROM domain d JOIN pg_type b ON b.oid = d.base WHERE b.typtype <> 'd'
     )
     SELECT n.nspname AS schema, c.relname AS "table", c.relkind IN ('v', 'm') AS is_view, a.attname AS name, COALESCE(et.typname, bt.typname) AS base, et.oid IS NOT NULL AS is_array,
            CASE WHEN t.typname = 'bpchar' THEN 'bpchar' WHEN t.typname = '_bpchar' THEN 'bpchar[]'
                 WHEN t.typname IN ('bit', '_bit') THEN format_type(a.atttypid, a.atttypmod)
                 ELSE format_type(a.atttypid, NULL) END AS "full",
            COALESCE(r.modifier, a.atttypmod) AS modifier,
            ${plainName('COALESCE(et.oid, bt.oid)', 'COALESCE(et.typname, bt.typname)')} AS plain,
            format_type(COALESCE(et.oid, bt.oid), COALESCE(r.modifier, a.atttypmod)) AS exact,
            COALESCE(et.typdelim, ',') AS delimiter, COALESCE(et.typtype, bt.typtype) IN ('r', 'm') AS is_range,
            ${hasOperators('COALESCE(et.oid, bt.oid)', ['btree', 'hash'])} AS comparable,
            ${hasOperators('COALESCE(et.oid, bt.oid)', ['btree'])} AS ordered,
            a.attnotnull OR COALESCE(r.not_null, FALSE) AS not_null,
            COALESCE(pg_get_expr(d.adbin, d.adrelid), r.default_value) AS default_value, a.attidentity AS identity, a.attgenerated AS generated,
            (SELECT quote_ident(qn.nspname) || '.' || quote_ident(q.relname)
               FROM pg_depend p JOIN pg_class q ON q.relkind = 'S' AND q.oid = CASE p.classid WHEN 'pg_class'::regclass THEN p.objid ELSE p.refobjid END
               JOIN pg_namespace qn ON qn.oid = q.relnamespace
              WHERE (p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid AND p.refclassid = 'pg_class'::regclass)
                 OR (p.classid = 'pg_class'::regclass AND p.refclassid = 'pg_class'::regclass AND p.refobjid = c.oid AND p.refobjsubid = a.attnum AND p.deptype = 'i')
              LIMIT 1) AS sequence,
            CASE WHEN COALESCE(et.typtype, bt.typtype) = 'e'
                 THEN ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = COALESCE(et.oid, bt.oid) ORDER BY e.enumsortorder) END AS members,
            quote_ident(cn.nspname) || '.' || quote_ident(co.collname) AS collation, co.collisdeterministic AS deterministic
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       JOIN pg_type t ON t.oid = a.atttypid
       LEFT JOIN resolved r ON r.type = t.oid
       JOIN pg_type bt ON bt.oid = COALESCE(r.base, t.oid)
       LEFT JOIN pg_type et ON et.oid = bt.typelem AND et.typarray = bt.oid
       LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
       LEFT JOIN pg_collation co ON co.oid = a.attcollation LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
      WHERE ${KINDS} AND ${OUTSIDE} ORDER BY n.nspname, c.relname, a.attnum`,
  );
  const indexRows = await query<
    TableRow & {
      name: string;
      is_primary: boolean;
      is_unique: boolean;
      is_lookup: boolean;
      columns: (string | null)[];
      partial: boolean;
      is_valid: boolean;
    }
  >(
    `SELECT n.nspname AS schema, c.relname AS "table", i.relname AS name, x.indisprimary AS is_primary, x.indisunique AS is_unique,
            am.amname IN ('btree', 'hash') AND x.indisvalid AS is_lookup, x.indpred IS NOT NULL AS partial, x.indisvalid AS is_valid,
            ARRAY(SELECT a.attname::text FROM unnest(x.indkey) WITH ORDINALITY k(attnum, place)
                    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum AND k.attnum > 0
                   WHERE k.place <= x.indnkeyatts ORDER BY k.place) AS columns
       FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
       JOIN pg_am am ON am.oid = i.relam JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${OUTSIDE}`,
  );
  const constraintRows = await query<
    TableRow & {
      name: string;
      type: string;
      target_schema: string | null;
      target: string | null;
      columns: string[];
      target_columns: string[];
      rule: string;
      definition: string;
    }
  >(
    `SELECT n.nspname AS schema, c.relname AS "table", k.conname AS name, k.contype AS type, fn.nspname AS target_schema, f.relname AS target,
            ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u(attnum, place) JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.attnum ORDER BY u.place) AS columns,
            ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u(attnum, place) JOIN pg_attribute a ON a.attrelid = f.oid AND a.attnum = u.attnum ORDER BY u.place) AS target_columns,
            k.confdeltype AS rule, pg_get_constraintdef(k.oid) AS definition
       FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
       LEFT JOIN pg_class f ON f.oid = k.confrelid LEFT JOIN pg_namespace fn ON fn.oid = f.relnamespace
      WHERE k.contype IN ('f', 'c') AND k.conparentid = 0 AND ${OUTSIDE}`,
  );
  const triggerRows = await query<TableRow>(
    `SELECT DISTINCT n.nspname AS schema, c.relname AS "table" FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
       JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal AND ${OUTSIDE}`,
  );
  const foreign = await readForeignObstacles(query, defaultSchema);
  const forbidden = await readRightsObstacles(query);
  const obstacle = (schema: string, name: string): string | null => foreign(schema, name) ?? forbidden(schema, name);
  const triggers = new Set(triggerRows.map(nameOf));
  const columnsByTable = groupBy(columnRows, nameOf);
  const indexesByTable = groupBy(indexRows, nameOf);
  const checksByTable = groupBy(
    constraintRows.filter(({ type }) => type === 'c'),
    nameOf,
  );

  const found = new Map<string, TableInfo>();
  for (const table of tables) {
    const rows = columnsByTable.get(table) ?? [];
    if (rows.length === 0) continue;
    const indexes = indexesByTable.get(table) ?? [];
    const checks = (checksByTable.get(table) ?? []).map(({ definition }) => checkedMembers(definition));
    found.set(table, {
      name: table,
      isView: rows.some(({ is_view }) => is_view),
      columns: rows.map((row) => columnOf(row, checks.find((check) => check?.column === row.name)?.members)),
      primaryKey: (indexes.find((index) => index.is_primary)?.columns ?? []).filter((column) => column !== null),
      uniqueKeys: indexes
        .filter((index) => index.is_unique)
        .map((index): UniqueKey => ({
          name: index.name,
          columns:
            !index.partial && index.is_valid && index.columns.every((column) => column !== null) ? index.columns : null,
        })),
      indexedFirst: indexes.flatMap((index) => (index.is_lookup && !index.partial ? (index.columns[0] ?? []) : [])),
      hasTriggers: triggers.has(table),
      obstacle: obstacle(schemaOf(table) ?? defaultSchema, tableParts(table).at(-1) ?? ''),
    });
  }
  const foreignKeys = constraintRows
    .filter((row) => row.type === 'f')
    .map((row): ForeignKey => ({
      name: row.name,
      table: nameOf(row),
      columns: row.columns,
      targetTable: wordOf(row.target_schema ?? '', row.target ?? ''),
      targetColumns: row.target_columns,
      onDelete: RULES[row.rule] ?? 'NO ACTION',
    }));
  return { tables: found, foreignKeys };
}
