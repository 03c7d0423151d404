/** Converts inputs of the schema to sources of the engine. */
import { createHash } from 'node:crypto';
import {
  assertSharedColumns,
  type CsvFile,
  type CsvOptions,
  openCsvBytes,
  openCsvText,
  fileNameReader,
  type SpooledFile,
} from '../csv';
import { BOUNDS } from '../bounds';
import { canonicalJson } from '../canonicalJson';
import { CallError } from '../errors';
import { type Model, unstorable } from '../models';
import { DEFAULT_OPTIONS, type Row, RowColumns, type SyncOptions, type SyncSource } from '../sync';
import { shown } from '../shown';
import { counted } from '../wording';
import { rowsOf } from './plainRows';
import type { ServiceLimits } from './services';
import type { SyncCsvFilesInput, SyncCsvInput } from './inputs/csv';
import type { RowInput, SyncOptionsInput, SyncRowsInput } from './inputs/rows';

const BATCH = 1000;
/** The extension of a compressed file, which is not part of the system and model in the name. */
const PACKED = /\.gz$/i;

/** The options of an input; null means the default. How the call is answered is no option of its run. */
export function syncOptions(input: SyncOptionsInput | null | undefined): SyncOptions {
  const given = Object.entries(input ?? {}).filter(
    ([name, value]) => name !== 'async' && value !== null && value !== undefined,
  );
  return Object.assign({}, DEFAULT_OPTIONS, Object.fromEntries(given) as Partial<SyncOptions>);
}

const joined = (names: readonly string[] | null | undefined): string | null => names?.join(' ') ?? null;

/** Null for a blank text, so that a default applies, as for blank cells of a file. */
const given = (text: string | null | undefined): string | null => (text?.trim() ? text : null);

/** Converts a row of `syncRows`. `index` starts at 0. */
export function readRow(
  { actionFlags, matchOn, externalKey, values }: RowInput,
  index: number,
  defaults: SyncRowsInput['defaults'],
): Row {
  return {
    number: index + 1,
    actionFlags: given(actionFlags) ?? defaults?.actionFlags ?? null,
    matchOn: given(joined(matchOn)) ?? joined(defaults?.matchOn),
    externalKey: externalKey ?? null,
    values,
  };
}

/** The rows of `syncRows`. `model` is undefined if no model has the name. Throws TOO_MANY_ROWS, TOO_MANY_COLUMNS. */
export function rowsSource(input: SyncRowsInput, model: Model | undefined, { rowsPerCall }: ServiceLimits): SyncSource {
  const rows = rowsOf(input);
  if (rowsPerCall > 0 && rows.length > rowsPerCall)
    throw new CallError(
      'TOO_MANY_ROWS',
      `The call has ${counted(rows.length, 'row')}, but the limit is ${rowsPerCall}. Send the rows in several calls, or as a CSV file.`,
    );
  const columns = new RowColumns(model);
  for (const { values } of rows) columns.add(values);
  return {
    system: input.system,
    model: input.model,
    file: null,
    text: false,
    columns: columns.names,
    expectedRows: rows.length,
    async *batches() {
      for (let start = 0; start < rows.length; start += BATCH)
        yield rows.slice(start, start + BATCH).map((row, index) => readRow(row, start + index, input.defaults));
    },
  };
}

interface CsvText {
  readonly csv?: string | null;
  readonly file?: SpooledFile | null;
}

/** A SHA-256 of a file and its options, without reading its rows. An option that is null counts as not given. */
async function csvFingerprint(
  { csv, file }: CsvText,
  { columns, sharedColumns, defaults, format }: CsvOptions,
): Promise<string> {
  const hash = createHash('sha256');
  const given = JSON.stringify(
    { columns, sharedColumns, defaults, format },
    (_name, value: unknown) => value ?? undefined,
  );
  hash.update(`${canonicalJson(JSON.parse(given))}\n`);
  if (file) for await (const bytes of file.bytes()) hash.update(bytes);
  else hash.update(csv ?? '');
  return hash.digest('hex');
}

/** Opens the text or the file, whichever is given. */
async function openCsv({ csv, file }: CsvText, options: CsvOptions): Promise<CsvFile> {
  const text = csv ?? null;
  const upload = file ?? null;
  if ((text === null) === (upload === null)) throw new CallError('BAD_USER_INPUT', 'Give exactly one of csv and file.');
  return upload ? openCsvBytes(upload.bytes, options) : openCsvText(text ?? '', options);
}

/** The rows of a file. The header is checked before any row runs. Throws BAD_USER_INPUT for a file name that a database cannot store. */
export function csvSource(csv: CsvFile, system: string, model: string, file: string | null): SyncSource {
  const reason = file === null ? null : unstorable(file);
  if (reason) throw new CallError('BAD_USER_INPUT', `The name of the file, ${shown(file)}, ${reason}.`);
  const { names: columns, expectedRows, size } = csv;
  return { system, model, file, text: true, columns, header: csv, expectedRows, size, batches: () => csv.batches() };
}

const csvOptions = (
  input: Pick<SyncCsvInput, 'columns' | 'defaults' | 'format'> | SyncCsvFilesInput,
  { unpackedBytes }: ServiceLimits,
  signal?: AbortSignal,
): CsvOptions => ({
  ...('files' in input ? { sharedColumns: input.columns } : { columns: input.columns }),
  defaults: { actionFlags: input.defaults?.actionFlags, matchOn: joined(input.defaults?.matchOn) },
  format: input.format,
  maxUnpackedBytes: unpackedBytes,
  signal,
});

/** The source of `syncCsv`. */
export async function csvFileSource(
  input: SyncCsvInput,
  limits: ServiceLimits,
  signal?: AbortSignal,
): Promise<SyncSource> {
  const options = csvOptions(input, limits, signal);
  const csv = await openCsv(input, options);
  const source = csvSource(csv, input.system, input.model, input.file?.name ?? null);
  return { ...source, fingerprint: () => csvFingerprint(input, options) };
}

/** Adds the file's name to errors. */
async function naming<T>(label: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof CallError ? new CallError(error.code, `${label}: ${error.message}`) : error;
  }
}

/** The sources of `syncCsvFiles`. Missing systems and models are read from the names of the files. */
export async function csvFileSources(
  input: SyncCsvFilesInput,
  limits: ServiceLimits,
  signal?: AbortSignal,
): Promise<SyncSource[]> {
  if (input.files.length === 0) throw new CallError('BAD_USER_INPUT', 'Give at least one file.');
  if (input.files.length > BOUNDS.filesPerCall)
    throw new CallError(
      'TOO_MANY_FILES',
      `The call has ${input.files.length} files, more than the limit of ${BOUNDS.filesPerCall}. Send them in several calls.`,
    );
  const options = csvOptions(input, limits, signal);
  const readName = fileNameReader(input.pattern ?? undefined);
  const sources: SyncSource[] = [];
  const headers: (readonly string[])[] = [];
  for (const [index, file] of input.files.entries()) {
    const name = file.name ?? file.file?.name ?? null;
    const label = name === null ? `File ${index + 1}` : `File ${shown(name)}`;
    const source = await naming(label, async () => {
      const csv = await openCsv(file, options);
      const { system, model } = readName(name?.replace(PACKED, '') ?? null, file);
      headers.push(csv.headers);
      return { ...csvSource(csv, system, model, name), fingerprint: () => csvFingerprint(file, options) };
    });
    sources.push(source);
  }
  assertSharedColumns(input.columns ?? [], headers);
  return sources;
}
