/** CSV as rows of a sync. A reader of another format is a function like this one, which yields rows. */
import { Readable } from 'node:stream';
import { type CsvFile, type CsvOptions, openCsvBytes, openCsvText, spoolUpload } from '../csv';
import { CallError } from '../errors';
import type { SyncRow } from './rows';

/** A text, or a stream of bytes or text: a Node.js or web stream, or any async iterable. */
export type CsvInput = string | AsyncIterable<Uint8Array | string>;

async function* rowsOf(file: CsvFile): AsyncGenerator<SyncRow> {
  for await (const batch of file.batches())
    for (const { line, actionFlags, matchOn, externalKey, values, unreadable } of batch)
      yield { line, actionFlags, matchOn, externalKey, values, unreadable, text: true };
}

/**
 * Reads CSV, header line first. A stream goes to a temporary file, because all of it is looked at before the first row.
 * Throws CallError: EMPTY_CSV, MALFORMED_CSV, DUPLICATE_CSV_HEADER, UNREADABLE_ENCODING, NOT_CSV, BAD_USER_INPUT.
 */
export async function* readCsv(input: CsvInput, options: CsvOptions = {}): AsyncGenerator<SyncRow> {
  if (typeof input === 'string') {
    yield* rowsOf(await openCsvText(input, options));
    return;
  }
  if (typeof (input as Partial<CsvInput> | null)?.[Symbol.asyncIterator as never] !== 'function')
    throw new CallError('BAD_USER_INPUT', 'readCsv takes a text or a stream: for a file, createReadStream(path).');
  const file = await spoolUpload(Readable.from(input, { objectMode: false }), 'csv', 0);
  try {
    yield* rowsOf(await openCsvBytes(file.bytes, options));
  } finally {
    await file.remove();
  }
}
