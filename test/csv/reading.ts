/** Reads texts and bytes as CSV files. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CsvFile, type CsvOptions, openCsvFile, openCsvText } from '../../src/csv';
import type { Row } from '../../src/sync';

/** The rows of a file. */
export async function allRows(file: CsvFile): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const batch of file.batches()) rows.push(...batch);
  return rows;
}

/** The rows of a text. */
export const readText = async (text: string, options?: CsvOptions): Promise<Row[]> =>
  allRows(await openCsvText(text, options));

/** The line and values of every row. */
export const told = (rows: readonly Row[]) => rows.map(({ line, values }) => [line, { ...values }]);

/** A function that opens bytes as a file. Create it within a suite, which removes the files at its end. */
export function fileOpener(): (bytes: Buffer, options?: CsvOptions) => Promise<CsvFile> {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'nsync-csv-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  return (bytes, options) => {
    const path = join(folder, 'file.csv');
    writeFileSync(path, bytes);
    return openCsvFile(path, options);
  };
}
