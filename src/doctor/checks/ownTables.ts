/** nsync's own tables: whether they exist, are up to date and usable, and have their indexes. */
import {
  createIndex,
  type Database,
  groupBy,
  migrationState,
  namedRights,
  OWN_PREFIX,
  OWN_TABLES,
  type TableInfo,
} from '../../database';
import { counted, listed } from '../../wording';
import { type Check, error, EXAMPLES, type Finding, warning } from '../check';
import { OWN_INDEXES, type OwnIndex } from '../ownIndexes';

async function versions(database: Database): Promise<Finding[]> {
  const { missing, unknown } = await migrationState(database);
  const findings: Finding[] = [];
  if (missing.length > 0)
    findings.push(
      error(
        `nsync's own tables are missing or out of date: ${counted(missing.length, 'migration')} did not run.`,
        'Run "nsync migrate".',
        missing.length,
        missing.slice(0, EXAMPLES),
      ),
    );
  if (unknown.length > 0)
    findings.push(
      error(
        `A newer version of nsync has changed nsync's own tables: ${counted(unknown.length, 'migration')} unknown to this version.`,
        'Use the newer version here, too.',
        unknown.length,
        unknown.slice(0, EXAMPLES),
      ),
    );
  return findings;
}

/** Tables that do not exist although their migration has run. */
function missingTables(found: ReadonlyMap<string, TableInfo>): Finding[] {
  const missing = OWN_TABLES.filter((table) => !found.has(table));
  if (missing.length === 0) return [];
  return [
    error(
      `${counted(missing.length, 'table')} of nsync's own tables ${missing.length === 1 ? 'does' : 'do'} not exist: ${listed(missing)}.`,
      'Restore them from the backup that your other tables are from.',
      missing.length,
    ),
  ];
}

async function unusable({ dialect, reader }: Database): Promise<Finding[]> {
  const engines = (await dialect.tablesWithoutTransactions?.(reader, OWN_PREFIX)) ?? [];
  const rights = (await dialect.lackedRights?.(reader, OWN_PREFIX)) ?? [];
  return [
    ...engines.map(({ table, engine }) =>
      error(
        `The table ${table} has the engine ${engine}, which has no transactions.`,
        `Convert the table: ALTER TABLE ${table} ENGINE=InnoDB.`,
      ),
    ),
    ...Array.from(
      groupBy(
        rights.filter(({ table }) => OWN_TABLES.includes(table)),
        ({ lacked }) => namedRights(lacked),
      ),
      ([lacked, concerned]) =>
        error(
          `The database user lacks ${lacked} on ${counted(concerned.length, 'table')} of nsync's own.`,
          `Grant SELECT, INSERT, UPDATE and DELETE on all tables whose names start with ${OWN_PREFIX}.`,
          concerned.length,
          concerned.slice(0, EXAMPLES).map(({ table }) => table),
        ),
    ),
  ];
}

const same = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((name) => other.includes(name));

function exists({ kind, columns }: OwnIndex, table: TableInfo): boolean {
  if (kind === 'primary key') return same(table.primaryKey, columns);
  if (kind === 'unique key') return table.uniqueKeys.some((key) => key.columns !== null && same(key.columns, columns));
  return columns[0] !== undefined && table.indexedFirst.includes(columns[0]);
}

function statementFor({ table, kind, columns }: OwnIndex): string {
  if (kind === 'primary key') return `ALTER TABLE ${table} ADD PRIMARY KEY (${columns.join(', ')})`;
  const statement = createIndex(table, columns);
  return kind === 'unique key' ? statement.replace('CREATE', 'CREATE UNIQUE') : statement;
}

const missingIndexes = (found: ReadonlyMap<string, TableInfo>): Finding[] =>
  OWN_INDEXES.flatMap((index) => {
    const table = found.get(index.table);
    if (!table || exists(index, table)) return [];
    const problem = `The table ${index.table} lacks its ${index.kind} on ${listed(index.columns)}.`;
    const advice = `Create it: ${statementFor(index)}.`;
    return [index.kind === 'index' ? warning(problem, advice) : error(problem, advice)];
  });

export const ownTables: Check = {
  name: 'own tables',
  about: 'nsync’s own tables are there, up to date, and have their indexes',
  needsOwnTables: false,

  async examine({ database }) {
    const findings = await versions(database);
    // Tables and columns of missing migrations cannot exist yet.
    if (findings.length > 0) return findings;
    const { tables } = await database.dialect.readCatalog(database.reader, OWN_TABLES);
    return [...missingTables(tables), ...(await unusable(database)), ...missingIndexes(tables)];
  },
};
