/** Tables whose rows are outside the database, so that transactions do not reliably undo writes to them (R43). */
import { type Code, findWritten, identity, readCode } from '../codeReach';
import { groupBy } from '../grouping';
import type { Query } from '../query';

interface ForeignRow {
  schema: string;
  table: string;
  wrapper: string;
}

interface CodeRow {
  schema: string;
  name: string;
  text: string;
}

interface EdgeRow {
  schema: string;
  name: string;
  target_schema: string;
  target: string;
}

const FOREIGN = `SELECT n.nspname AS schema, c.relname AS "table", w.fdwname AS wrapper
    FROM pg_foreign_table f JOIN pg_class c ON c.oid = f.ftrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_foreign_server s ON s.oid = f.ftserver JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw`;

const TRIGGERS = `SELECT n.nspname AS schema, c.relname AS name, p.prosrc AS text
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal`;

const ROUTINES = `SELECT n.nspname AS schema, p.proname AS name, p.prosrc AS text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
   WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND p.prosrc IS NOT NULL`;

/** The tables that a write to a table reaches directly: its partitions, the tables of a view, and rows that foreign keys change. */
const EDGES = `SELECT n.nspname AS schema, c.relname AS name, tn.nspname AS target_schema, t.relname AS target
    FROM (SELECT inhparent AS source, inhrelid AS target FROM pg_inherits
           UNION
          SELECT r.ev_class, d.refobjid FROM pg_rewrite r JOIN pg_depend d
              ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class
           UNION
          SELECT confrelid, conrelid FROM pg_constraint WHERE contype = 'f' AND (confdeltype IN ('c', 'n', 'd') OR confupdtype IN ('c', 'n', 'd'))) e
    JOIN pg_class c ON c.oid = e.source JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_class t ON t.oid = e.target JOIN pg_namespace tn ON tn.oid = t.relnamespace
   WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')`;

const NOT_UNDONE = 'outside of this database, so dry runs and failed runs could not be undone';

const grouped = (items: readonly (readonly [string, Code])[]): Map<string, Code[]> =>
  new Map(
    Array.from(
      groupBy(items, ([name]) => name),
      ([name, group]) => [name, group.map(([, code]) => code)],
    ),
  );

/** Why runs cannot write to a table, as a sentence; null if they can. `defaultSchema` resolves names without a schema. */
export async function readForeignObstacles(
  query: Query,
  defaultSchema: string,
): Promise<(schema: string, table: string) => string | null> {
  const rows = await query<ForeignRow>(FOREIGN);
  if (rows.length === 0) return () => null;
  const bodies = async (sql: string): Promise<[string, Code][]> =>
    (await query<CodeRow>(sql)).map(({ schema, name, text }) => [
      identity(schema, name),
      readCode(defaultSchema, text),
    ]);
  const edges = (await query<EdgeRow>(EDGES)).map((edge): [string, Code] => [
    identity(edge.schema, edge.name),
    { schema: edge.target_schema, writes: [{ schema: null, name: edge.target }], names: [] },
  ]);
  const code = { tables: grouped([...edges, ...(await bodies(TRIGGERS))]), routines: grouped(await bodies(ROUTINES)) };
  const foreign = new Map(rows.map((row) => [identity(row.schema, row.table), row]));
  return (schema, table) => {
    const own = foreign.get(identity(schema, table));
    if (own) return `The table is a foreign table (${own.wrapper}). Its rows are ${NOT_UNDONE}.`;
    const written = findWritten(identity(schema, table), code, foreign);
    return (
      written &&
      `Writing to it also writes to the foreign table "${written.table}" (${written.wrapper}), whose rows are ${NOT_UNDONE}.`
    );
  };
}
