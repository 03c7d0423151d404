/** CSV as rows of a sync. A reader of another format is a function like this one, which yields rows. */
import { Readable } from 'node:stream';
import { type CsvFile, type CsvOptions, openCsvBytes, openCsvText, spoolUpload } from '../csv';
import { argumentProblem } from '../arguments';
import type { SyncRow } from './rows';
import { CSV_INPUT, CSV_OPTIONS, refuse } from './shapes';

/** A text, or a stream of bytes or text: a Node.js or web stream, or any async iterable. */
export type CsvInput = string | AsyncIterable<Uint8Array | string>;

async function* rowsOf(file: CsvFile): AsyncGenerator<SyncRow> {
  for await (const batch of file.batches())
    for (const { line, actionFlags, matchOn, externalKey, values, unreadable } of batch)
      yield { line, actionFlags, matchOn, externalKey, values, unreadable, text: true };
}

async function* readInput(input: CsvInput, options: CsvOptions): AsyncGenerator<SyncRow> {
  if (typeof input === 'string') {
    yield* rowsOf(await openCsvText(input, options));
    return;
  }
  const file = await spoolUpload(Readable.from(input, { objectMode: false }), 'csv', 0);
  try {
    yield* rowsOf(await openCsvBytes(file.bytes, options));
  } finally {
    await file.remove();
  }
}

/**
 * Reads CSV, header line first. A stream goes to a temporary file, because all of it is looked at before the first row.
 * Throws CallError: BAD_USER_INPUT at once, and EMPTY_CSV, MALFORMED_CSV, DUPLICATE_CSV_HEADER, UNREADABLE_ENCODING, NOT_CSV
 * when it is read.
 */
export function readCsv(input: CsvInput, options: CsvOptions = {}): AsyncGenerator<SyncRow> {
  refuse(argumentProblem('readCsv()', ['input', CSV_INPUT, input], ['options', CSV_OPTIONS, options]));
  return readInput(input, options);
}
