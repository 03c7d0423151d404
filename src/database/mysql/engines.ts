/** Tables whose writes no transaction can undo, because of their engine or their triggers (R43). */
import type { Knex } from 'knex';
import { type Code, findWritten, identity, namesIn, readCode } from '../codeReach';
import { groupBy } from '../grouping';
import { marks, type Query } from '../query';
import { queryOf } from './query';

interface EngineRow {
  SCHEMA: string;
  TABLE: string;
  ENGINE: string;
}

/** The text of a table's trigger, of a view or of a routine; null if the user may not read it. */
export interface CodeRow {
  SCHEMA: string;
  TABLE: string;
  TEXT: string | null;
}

/** Tables whose engine lacks transactions or savepoints. */
const tablesQuery = (condition: string): string =>
  `SELECT t.TABLE_SCHEMA AS \`SCHEMA\`, t.TABLE_NAME AS \`TABLE\`, t.ENGINE AS ENGINE
     FROM information_schema.TABLES t LEFT JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE
    WHERE ${condition} AND t.TABLE_TYPE NOT IN ('VIEW', 'SYSTEM VIEW', 'SEQUENCE') AND t.ENGINE IS NOT NULL
      AND (COALESCE(e.TRANSACTIONS, 'NO') <> 'YES' OR COALESCE(e.SAVEPOINTS, 'NO') <> 'YES')
    ORDER BY t.TABLE_SCHEMA, t.TABLE_NAME`;

/** Tables of the connection's database with this prefix whose engine has no transactions. */
export async function tablesWithoutTransactions(
  knex: Knex,
  prefix: string,
): Promise<{ table: string; engine: string }[]> {
  const condition = 't.TABLE_SCHEMA = DATABASE() AND LEFT(t.TABLE_NAME, ?) = ?';
  const rows = await queryOf(knex)<EngineRow>(tablesQuery(condition), [prefix.length, prefix]);
  return rows.map(({ TABLE, ENGINE }) => ({ table: TABLE, engine: ENGINE }));
}

const byName = (rows: readonly CodeRow[], read: (row: CodeRow) => Code): [string, Code[]][] =>
  Array.from(
    groupBy(rows, ({ SCHEMA, TABLE }) => identity(SCHEMA, TABLE)),
    ([name, group]) => [name, group.map(read)],
  );

const readBody = ({ SCHEMA, TEXT }: CodeRow): Code => readCode(SCHEMA, TEXT ?? '');

/** A view writes to the tables that it shows. */
function readView({ SCHEMA, TEXT }: CodeRow): Code {
  const names = namesIn(TEXT ?? '');
  return { schema: SCHEMA, writes: names, names };
}

const NOT_UNDONE = 'has no transactions, so dry runs and failed runs could not be undone';

/** Why runs cannot write to a table of the schemas, as a sentence; null if they can. */
export async function readEngineObstacles(
  query: Query,
  schemas: readonly string[],
  code: { readonly triggers: readonly CodeRow[]; readonly views: readonly CodeRow[] },
): Promise<(schema: string, table: string) => string | null> {
  const { triggers, views } = code;
  const mentioned = [...triggers, ...views].flatMap(({ TEXT }) =>
    namesIn(TEXT ?? '').flatMap(({ schema }) => schema ?? []),
  );
  const reached = [...new Set([...schemas, ...mentioned])];
  const rows = await query<EngineRow>(tablesQuery(`t.TABLE_SCHEMA IN (${marks(reached)})`), reached);
  if (rows.length === 0) return () => null;
  const routines = await query<CodeRow>(
    `SELECT ROUTINE_SCHEMA AS \`SCHEMA\`, ROUTINE_NAME AS \`TABLE\`, ROUTINE_DEFINITION AS TEXT
       FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA IN (${marks(reached)})`,
    reached,
  );
  const engines = new Map(rows.map((row) => [identity(row.SCHEMA, row.TABLE), row]));
  const all = {
    tables: new Map([...byName(triggers, readBody), ...byName(views, readView)]),
    routines: new Map(byName(routines, readBody)),
  };
  return (schema, table) => {
    const own = engines.get(identity(schema, table));
    if (own) return `The engine ${own.ENGINE} ${NOT_UNDONE}. Convert the table: ALTER TABLE … ENGINE=InnoDB.`;
    const written = findWritten(identity(schema, table), all, engines);
    return written && `Writing to it also writes to "${written.TABLE}", whose engine ${written.ENGINE} ${NOT_UNDONE}.`;
  };
}
