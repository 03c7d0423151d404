/** Reads CSV as rows of a sync. A reader for another format is a function like `readCsv`, which returns an iterable of rows. */
import { Readable } from 'node:stream';
import { argumentProblem } from '../arguments';
import { type CsvFile, type CsvOptions, openCsvBytes, openCsvText, spoolUpload } from '../csv';
import type { SyncRow } from './syncRows';
import { CSV_INPUT, CSV_OPTIONS, refuse } from './shapes';

/** A text, or a stream of bytes or text: a Node.js or web stream, or any async iterable. */
export type CsvInput = string | AsyncIterable<Uint8Array | string>;

/** A file with its data on disk, which must be removed after reading. */
interface OpenCsv {
  readonly csv: CsvFile;
  readonly remove: () => Promise<void>;
}

/** The first text that is not blank. */
const firstGiven = (...texts: readonly (string | null | undefined)[]): string | null =>
  texts.find((text) => text?.trim()) ?? null;

/** A CSV file: an iterable of rows for any caller. `nsync.sync` calls `open` instead, to check its header too. */
export class CsvRows implements AsyncIterable<SyncRow> {
  constructor(
    private readonly input: CsvInput,
    private readonly options: CsvOptions,
  ) {}

  /** `defaults` apply if neither a row nor the file's own defaults have a value. */
  async open(defaults: NonNullable<CsvOptions['defaults']> = {}): Promise<OpenCsv> {
    const { input } = this;
    const own = this.options.defaults ?? {};
    const options = {
      ...this.options,
      defaults: {
        actionFlags: firstGiven(own.actionFlags, defaults.actionFlags),
        matchOn: firstGiven(own.matchOn, defaults.matchOn),
      },
    };
    if (typeof input === 'string') return { csv: await openCsvText(input, options), remove: () => Promise.resolve() };
    const file = await spoolUpload(Readable.from(input, { objectMode: false }), 'csv', 0);
    try {
      return { csv: await openCsvBytes(file.bytes, options), remove: file.remove };
    } catch (error) {
      await file.remove();
      throw error;
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<SyncRow> {
    const { csv, remove } = await this.open();
    try {
      for await (const batch of csv.batches())
        for (const { line, actionFlags, matchOn, externalKey, values, unreadable } of batch)
          yield { line, actionFlags, matchOn, externalKey, values, unreadable, text: true };
    } finally {
      await remove();
    }
  }
}

/**
 * Reads CSV with a header line. A stream is first written to a temporary file, because the whole file is checked before the first row. Throws
 * CallError: BAD_USER_INPUT at once; EMPTY_CSV, MALFORMED_CSV, DUPLICATE_CSV_HEADER, UNREADABLE_ENCODING and NOT_CSV when the rows are read.
 * `nsync.sync` refuses a header that does not fit the model.
 */
export function readCsv(input: CsvInput, options: CsvOptions = {}): AsyncIterable<SyncRow> {
  refuse(argumentProblem('readCsv()', ['input', CSV_INPUT, input], ['options', CSV_OPTIONS, options]));
  return new CsvRows(input, options);
}
