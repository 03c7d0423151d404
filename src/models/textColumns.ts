/** Binary columns whose values are text in UTF-8, such as those of WordPress and MediaWiki (NSYNC_TEXT_COLUMNS). */
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
  // Ids of objects must not depend on the setting.
  const isText = type.kind === 'binary' && !identifyingKey(table).includes(column.name);
  return isText && tests.some((test) => test(`${table.name}.${column.name}`))
    ? { ...column, type: { ...type, text: true } }
    : column;
}

/** The catalog, with matching binary columns as text columns. The globs are for `table.column`, in any case. */
export function withTextColumns(catalog: DatabaseCatalog, globs: readonly string[]): DatabaseCatalog {
  if (globs.length === 0) return catalog;
  const tests = globs.map(testOf);
  const tables = [...catalog.tables].map(([name, table]): [string, TableInfo] => [
    name,
    { ...table, columns: table.columns.map((column) => readAsText(column, table, tests)) },
  ]);
  return { ...catalog, tables: new Map(tables) };
}

/** A sentence for each glob that matches no binary column of the catalog. */
export function unusedTextColumns({ tables }: DatabaseCatalog, globs: readonly string[]): string[] {
  const named = [...tables.values()].flatMap(({ name, columns }) =>
    columns.flatMap((column) => (column.type.kind === 'binary' ? [`${name}.${column.name}`] : [])),
  );
  return globs
    .filter((glob) => !named.some(testOf(glob)))
    .map((glob) => `"${glob}" of NSYNC_TEXT_COLUMNS matches no binary column`);
}
