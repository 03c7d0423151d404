/** Converts an application's rows to sources of the engine. */
import { csvSource, readRow } from '../api/sources';
import { objectProblem } from '../arguments';
import { JsonSpool } from '../jsonSpool';
import { jsonValues } from '../jsonValues';
import type { Model } from '../models';
import { nestingProblem } from '../nesting';
import { type Row, RowColumns, type SyncSource } from '../sync';
import { CsvRows } from './readCsv';
import { refuse, ROW } from './shapes';
import type { RowDefaults, SyncRow, SyncRows, SyncRowSource } from './syncRows';

const BATCH = 1000;

const isList = (rows: SyncRows): rows is readonly SyncRow[] => Array.isArray(rows);

const namesOf = (matchOn: SyncRow['matchOn']): string[] | null => (matchOn ? [matchOn].flat() : null);

/** The problem with a value that is not a row. Passing a file's bytes or lines as rows is an easy mistake. */
function rowProblem(row: unknown, index: number): string | null {
  const isFile = typeof row === 'string' || row instanceof Uint8Array;
  const problem = objectProblem(ROW, row, `Row ${index + 1}`);
  return isFile && problem ? `${problem} To sync a CSV file, give rows: readCsv(stream).` : problem;
}

function rowOf(row: SyncRow, index: number, defaults: RowDefaults | undefined): Row {
  refuse(rowProblem(row, index));
  const { actionFlags, matchOn, externalKey, line } = row;
  const unreadable = row.unreadable ?? nestingProblem(row.values);
  const input = {
    actionFlags,
    matchOn: namesOf(matchOn),
    externalKey: externalKey === null || externalKey === undefined ? null : String(externalKey),
    values: unreadable ? {} : jsonValues(row.values),
  };
  const read = readRow(input, index, { actionFlags: defaults?.actionFlags, matchOn: namesOf(defaults?.matchOn) });
  return { ...read, ...(line === undefined ? {} : { line }), ...(unreadable ? { unreadable } : {}) };
}

/** Elements are not awaited, neither here nor when the engine reads them: a promise is not a row. */
function* slicesOf<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += BATCH) yield items.slice(start, start + BATCH);
}

async function* batchesOf<T>(items: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** A source with its files on disk, which must be removed after the run. */
export interface OpenSource {
  readonly source: SyncSource;
  readonly remove: () => Promise<void>;
}

async function openCsvRows(
  rows: CsvRows,
  { system, model, defaults, file = null }: SyncRowSource,
): Promise<OpenSource> {
  const { csv, remove } = await rows.open({
    actionFlags: defaults?.actionFlags,
    matchOn: namesOf(defaults?.matchOn)?.join(' '),
  });
  return { source: csvSource(csv, system, model, file), remove };
}

/** Reads the rows once to find their columns. The engine reads them several times. */
export async function openRows(source: SyncRowSource, known: Model): Promise<OpenSource> {
  const { system, model, rows, defaults, file = null } = source;
  if (rows instanceof CsvRows) return openCsvRows(rows, source);
  const columns = new RowColumns(known);
  const spool = new JsonSpool<Row>();
  let text = false;
  let count = 0;
  const read = (batch: readonly SyncRow[], start: number): Row[] =>
    batch.map((row, index) => rowOf(row, start + index, defaults));
  try {
    for await (const batch of isList(rows) ? slicesOf(rows) : batchesOf(rows)) {
      if (count === 0) text = batch[0]?.text ?? false;
      const converted = read(batch, count);
      for (const { values } of converted) columns.add(values);
      if (!isList(rows)) await spool.append(converted);
      count += batch.length;
    }
  } catch (error) {
    await spool.remove();
    throw error;
  }
  async function* fromList(list: readonly SyncRow[]): AsyncGenerator<readonly Row[]> {
    let start = 0;
    for (const batch of slicesOf(list)) {
      yield read(batch, start);
      start += batch.length;
    }
  }
  const batches = isList(rows) ? () => fromList(rows) : () => batchesOf(spool.read());
  const opened = { system, model, file, text, columns: columns.names, expectedRows: count, batches };
  return { source: opened, remove: () => spool.remove() };
}
