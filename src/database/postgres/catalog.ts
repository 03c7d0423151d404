/** Reads PostgreSQL's catalog. */
import type { Knex } from 'knex';
import {
  type Collation,
  type ColumnInfo,
  type ColumnType,
  type DatabaseCatalog,
  type DeleteRule,
  EXACT,
  type ForeignKey,
  integerType,
  type TableInfo,
  type UniqueKey,
} from '../catalog';

interface ColumnRow {
  table: string;
  name: string;
  base: string;
  full: string;
  modifier: number;
  type_kind: string;
  not_null: boolean;
  default_value: string | null;
  identity: string;
  generated: string;
  members: string[] | null;
  collation: string | null;
  deterministic: boolean | null;
}

function collationOf(row: ColumnRow): Collation {
  if (row.base === 'citext') return { kind: 'collated', name: 'citext', expression: '(?::citext)', folds: true };
  if (row.deterministic === false) {
    // An ICU collation may ignore punctuation or compare digits by value: only the database can tell.
    return {
      kind: 'collated',
      name: row.collation ?? '',
      expression: `(?::text COLLATE ${row.collation})`,
      folds: false,
    };
  }
  return EXACT;
}

function fractionOf(row: ColumnRow): number {
  return row.modifier >= 0 ? row.modifier : 6;
}

function columnType(row: ColumnRow): ColumnType {
  if (row.members) return { kind: 'enum', members: row.members, collation: EXACT };
  switch (row.base) {
    case 'int2':
      return integerType(16n);
    case 'int4':
      return integerType(32n);
    case 'int8':
      return integerType(64n);
    case 'numeric':
      return row.modifier >= 4
        ? { kind: 'decimal', precision: ((row.modifier - 4) >> 16) & 0xffff, scale: (row.modifier - 4) & 0x7ff }
        : { kind: 'decimal' };
    case 'float4':
      return { kind: 'float', single: true };
    case 'float8':
      return { kind: 'float', single: false };
    case 'bool':
      return { kind: 'boolean' };
    case 'date':
      return { kind: 'date' };
    case 'time':
      return { kind: 'time', fraction: fractionOf(row) };
    case 'timestamp':
      return { kind: 'datetime', fraction: fractionOf(row), zoned: false };
    case 'timestamptz':
      return { kind: 'datetime', fraction: fractionOf(row), zoned: true };
    case 'json':
    case 'jsonb':
      return { kind: 'json' };
    case 'uuid':
      return { kind: 'uuid' };
    case 'bytea':
      return { kind: 'binary' };
    case 'varchar':
    case 'bpchar':
      return {
        kind: 'string',
        maxLength: row.modifier >= 4 ? row.modifier - 4 : undefined,
        padded: row.base === 'bpchar',
        collation: collationOf(row),
      };
    case 'text':
    case 'citext':
    case 'name':
      return { kind: 'string', collation: collationOf(row) };
    default:
      return { kind: 'other', sqlType: row.full };
  }
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
    /^CHECK \(\(+"?([^")]+?)"?\)?(?:::text)? = ANY \(+(?:ARRAY)?\[((?:'(?:[^']|'')*'(?:::[\w\s]+)?(?:, )?)+)\]\)*(?:::text\[\])?\)+$/.exec(
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

/** A table as models name it: with its schema where that is not on the search path's first place. */
const NAME = (alias: string, schema: string): string =>
  `CASE WHEN ${schema}.nspname = current_schema() THEN ${alias}.relname ELSE ${schema}.nspname || '.' || ${alias}.relname END`;

export async function readPostgresCatalog(knex: Knex, tables: readonly string[]): Promise<DatabaseCatalog> {
  const query = async <T>(sql: string): Promise<T[]> => ((await knex.raw(sql)) as { rows: T[] }).rows;
  const outside = `n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%'`;
  const columnRows = await query<ColumnRow>(
    `SELECT ${NAME('c', 'n')} AS "table", a.attname AS name, bt.typname AS base,
            CASE WHEN t.typname = 'bpchar' THEN 'bpchar' ELSE format_type(a.atttypid, NULL) END AS "full",
            CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END AS modifier, bt.typtype AS type_kind,
            a.attnotnull OR t.typnotnull AS not_null, pg_get_expr(d.adbin, d.adrelid) AS default_value,
            a.attidentity AS identity, a.attgenerated AS generated,
            CASE WHEN bt.typtype = 'e' THEN ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = bt.oid ORDER BY e.enumsortorder) END AS members,
            quote_ident(cn.nspname) || '.' || quote_ident(co.collname) AS collation, co.collisdeterministic AS deterministic
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       JOIN pg_type t ON t.oid = a.atttypid
       JOIN pg_type bt ON bt.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
       LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
       LEFT JOIN pg_collation co ON co.oid = a.attcollation LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
      WHERE c.relkind IN ('r', 'p') AND ${outside} ORDER BY n.nspname, c.relname, a.attnum`,
  );
  const indexRows = await query<{
    table: string;
    name: string;
    is_primary: boolean;
    columns: (string | null)[];
    partial: boolean;
  }>(
    `SELECT ${NAME('c', 'n')} AS "table", i.relname AS name, x.indisprimary AS is_primary, x.indpred IS NOT NULL AS partial,
            ARRAY(SELECT a.attname::text FROM unnest(x.indkey) WITH ORDINALITY k(attnum, place)
                    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum AND k.attnum > 0
                   WHERE k.place <= x.indnkeyatts ORDER BY k.place) AS columns
       FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
       JOIN pg_namespace n ON n.oid = c.relnamespace WHERE x.indisunique AND ${outside}`,
  );
  const constraintRows = await query<{
    table: string;
    name: string;
    type: string;
    target: string | null;
    columns: string[];
    target_columns: string[];
    rule: string;
    definition: string;
  }>(
    `SELECT ${NAME('c', 'n')} AS "table", k.conname AS name, k.contype AS type, ${NAME('f', 'fn')} AS target,
            ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u(attnum, place) JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.attnum ORDER BY u.place) AS columns,
            ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u(attnum, place) JOIN pg_attribute a ON a.attrelid = f.oid AND a.attnum = u.attnum ORDER BY u.place) AS target_columns,
            k.confdeltype AS rule, pg_get_constraintdef(k.oid) AS definition
       FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
       LEFT JOIN pg_class f ON f.oid = k.confrelid LEFT JOIN pg_namespace fn ON fn.oid = f.relnamespace
      WHERE k.contype IN ('f', 'c') AND k.conparentid = 0 AND ${outside}`,
  );
  const triggerRows = await query<{ table: string }>(
    `SELECT DISTINCT ${NAME('c', 'n')} AS "table" FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
       JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal AND ${outside}`,
  );
  const triggers = new Set(triggerRows.map((row) => row.table));

  const found = new Map<string, TableInfo>();
  for (const table of tables) {
    const rows = columnRows.filter((row) => row.table === table);
    if (rows.length === 0) continue;
    const indexes = indexRows.filter((row) => row.table === table);
    const checks = constraintRows
      .filter((row) => row.table === table && row.type === 'c')
      .map((row) => checkedMembers(row.definition));
    found.set(table, {
      name: table,
      columns: rows.map((row): ColumnInfo => {
        const members = checks.find((check) => check?.column === row.name)?.members;
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
          generated: row.generated !== '' || row.identity === 'a',
          changesOnUpdate: false,
        };
      }),
      primaryKey: (indexes.find((index) => index.is_primary)?.columns ?? []).filter((column) => column !== null),
      uniqueKeys: indexes.map((index): UniqueKey => ({
        name: index.name,
        columns: !index.partial && index.columns.every((column) => column !== null) ? index.columns : null,
      })),
      hasTriggers: triggers.has(table),
    });
  }
  const foreignKeys = constraintRows
    .filter((row) => row.type === 'f')
    .map((row): ForeignKey => ({
      name: row.name,
      table: row.table,
      columns: row.columns,
      targetTable: row.target ?? '',
      targetColumns: row.target_columns,
      onDelete: RULES[row.rule] ?? 'NO ACTION',
    }));
  return { tables: found, foreignKeys };
}
