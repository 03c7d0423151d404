/** The queries of the catalog to PostgreSQL's own catalog: one function each. */
import { marks, type Query } from '../query';
import type { TypeRow } from './types';

const OUTSIDE = `n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_toast%' AND n.nspname NOT LIKE 'pg\\_temp%'`;
/** Tables, partitioned tables, foreign tables, views and materialized views. */
const KINDS = `c.relkind IN ('r', 'p', 'f', 'v', 'm')`;

export interface TableRow {
  schema: string;
  table: string;
}

/** The schema of names without a schema; null if the search path contains no schema. */
export const readCurrentSchema = (query: Query): Promise<{ schema: string | null }[]> =>
  query('SELECT current_schema() AS schema');

export const readSchemas = (query: Query): Promise<{ name: string }[]> =>
  query(`SELECT n.nspname AS name FROM pg_namespace n WHERE ${OUTSIDE} ORDER BY n.nspname`);

/** Leaves out the partitions of a partitioned table. */
export const readTables = (query: Query, schemas: readonly string[]): Promise<TableRow[]> =>
  query(
    `SELECT n.nspname AS schema, c.relname AS "table" FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE ${KINDS} AND NOT c.relispartition AND ${OUTSIDE} AND n.nspname IN (${marks(schemas)})
      ORDER BY n.nspname, c.relname`,
    schemas,
  );

/** A type's name without length or precision, to which casts convert any length: `bit` alone is one bit. */
const plainName = (type: string, name: string): string =>
  `CASE ${name} WHEN 'bpchar' THEN 'bpchar' WHEN 'bit' THEN '"bit"' ELSE format_type(${type}, NULL) END`;

/** SQL for whether a type has a default operator class for one of these index methods, and therefore an equality. */
function hasOperators(type: string, methods: readonly string[]): string {
  const operators = (of: string): string =>
    `EXISTS (SELECT 1 FROM pg_type ot JOIN pg_opclass o ON o.opcdefault JOIN pg_am m ON m.oid = o.opcmethod
              WHERE ot.oid = ${of} AND m.amname IN (${methods.map((method) => `'${method}'`).join(', ')})
                AND (ot.typtype IN ('e', 'r', 'm') OR o.opcintype IN (ot.oid, ot.typbasetype) OR EXISTS (
                  SELECT 1 FROM pg_cast x WHERE x.castsource IN (ot.oid, ot.typbasetype) AND x.casttarget = o.opcintype AND x.castmethod = 'b' AND x.castcontext = 'i')))`;
  // A composite type needs operators for each of its parts. Nested composite types are not checked.
  const parts = `SELECT COALESCE(pe.oid, pt.oid) AS type FROM pg_type c JOIN pg_attribute p ON p.attrelid = c.typrelid AND p.attnum > 0 AND NOT p.attisdropped
                   JOIN pg_type pt ON pt.oid = p.atttypid LEFT JOIN pg_type pe ON pe.oid = pt.typelem AND pe.typarray = pt.oid
                  WHERE c.oid = ${type} AND c.typtype = 'c'`;
  return `(${operators(type)} OR (EXISTS (${parts}) AND NOT EXISTS (SELECT 1 FROM (${parts}) part WHERE NOT ${operators('part.type')})))`;
}

export interface ColumnRow extends TypeRow, TableRow {
  is_view: boolean;
  name: string;
  not_null: boolean;
  default_value: string | null;
  identity: string;
  sequence: string | null;
  generated: string;
}

/** Columns of tables and views. A domain is replaced with its base type. */
export const readColumns = (query: Query): Promise<ColumnRow[]> =>
  query(
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

export interface IndexRow extends TableRow {
  name: string;
  is_primary: boolean;
  is_unique: boolean;
  is_lookup: boolean;
  columns: (string | null)[];
  partial: boolean;
  is_valid: boolean;
}

export const readIndexes = (query: Query): Promise<IndexRow[]> =>
  query(
    `SELECT n.nspname AS schema, c.relname AS "table", i.relname AS name, x.indisprimary AS is_primary, x.indisunique AS is_unique,
            am.amname IN ('btree', 'hash') AND x.indisvalid AS is_lookup, x.indpred IS NOT NULL AS partial, x.indisvalid AS is_valid,
            ARRAY(SELECT a.attname::text FROM unnest(x.indkey) WITH ORDINALITY k(attnum, place)
                    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum AND k.attnum > 0
                   WHERE k.place <= x.indnkeyatts ORDER BY k.place) AS columns
       FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
       JOIN pg_am am ON am.oid = i.relam JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${OUTSIDE}
      ORDER BY n.nspname, c.relname, i.relname`,
  );

/** A foreign key (type f) or a check (type c). */
export interface ConstraintRow extends TableRow {
  name: string;
  type: string;
  target_schema: string | null;
  target: string | null;
  columns: string[];
  target_columns: string[];
  rule: string;
  definition: string;
}

export const readConstraints = (query: Query): Promise<ConstraintRow[]> =>
  query(
    `SELECT n.nspname AS schema, c.relname AS "table", k.conname AS name, k.contype AS type, fn.nspname AS target_schema, f.relname AS target,
            ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u(attnum, place) JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.attnum ORDER BY u.place) AS columns,
            ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u(attnum, place) JOIN pg_attribute a ON a.attrelid = f.oid AND a.attnum = u.attnum ORDER BY u.place) AS target_columns,
            k.confdeltype AS rule, pg_get_constraintdef(k.oid) AS definition
       FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
       LEFT JOIN pg_class f ON f.oid = k.confrelid LEFT JOIN pg_namespace fn ON fn.oid = f.relnamespace
      WHERE k.contype IN ('f', 'c') AND k.conparentid = 0 AND ${OUTSIDE} ORDER BY n.nspname, c.relname, k.conname`,
  );

/** Tables that have triggers. */
export const readTriggers = (query: Query): Promise<TableRow[]> =>
  query(
    `SELECT DISTINCT n.nspname AS schema, c.relname AS "table" FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
       JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal AND ${OUTSIDE}`,
  );
