/** Binary columns whose values are text in UTF-8, such as WordPress's and MediaWiki's (NSYNC_TEXT_COLUMNS). */
import picomatch from 'picomatch';
import type { ColumnInfo, DatabaseCatalog, TableInfo } from '../database';
import { identifyingKey } from './tableKeys';

type Test = (path: string) => boolean;

function testOf(glob: string): Test {
  const matches = picomatch(glob, { nocase: true, dot: true, bash: true });
  return (path) => matches(path);
}

function readAsText(column: ColumnInfo, table: TableInfo, tests: readonly Test[]): ColumnInfo {
  const { type } = column;
  // The ids of objects stay the same whatever the setting says.
  const isText = type.kind === 'binary' && !identifyingKey(table).includes(column.name);
  return isText && tests.some((test) => test(`${table.name}.${column.name}`))
    ? { ...column, type: { ...type, text: true } }
    : column;
}

/** The catalog with the binary columns that globs over `table.column` name, in any case, as columns of text. */
export function withTextColumns(catalog: DatabaseCatalog, globs: readonly string[]): DatabaseCatalog {
  if (globs.length === 0) return catalog;
  const tests = globs.map(testOf);
  const tables = [...catalog.tables].map(([name, table]): [string, TableInfo] => [
    name,
    { ...table, columns: table.columns.map((column) => readAsText(column, table, tests)) },
  ]);
  return { ...catalog, tables: new Map(tables) };
}

/** What of the setting has no effect, a sentence for each glob that names no binary column of the catalog. */
export function unusedTextColumns({ tables }: DatabaseCatalog, globs: readonly string[]): string[] {
  const named = [...tables.values()].flatMap(({ name, columns }) =>
    columns.flatMap((column) => (column.type.kind === 'binary' ? [`${name}.${column.name}`] : [])),
  );
  return globs
    .filter((glob) => !named.some(testOf(glob)))
    .map((glob) => `"${glob}" of NSYNC_TEXT_COLUMNS matches no binary column`);
}
