/** Inputs of the schema -> sources of the engine; uploads go to temporary files on the way. */
import type { FileUpload } from 'graphql-upload-minimal';
import {
  type CsvFile,
  type CsvOptions,
  openCsvFile,
  openCsvText,
  readFileName,
  type SpooledFile,
  spoolUpload,
} from '../csv';
import { CallError } from '../errors';
import { DEFAULT_OPTIONS, type Row, type SyncOptions, type SyncSource } from '../sync';
import { pathName } from '../sync/read/columns';
import type { ServiceLimits } from './context';
import type {
  CsvFileInput,
  RowInput,
  SyncCsvFilesInput,
  SyncCsvInput,
  SyncOptionsInput,
  SyncRowsInput,
} from './inputs';

const BATCH = 1000;

export function syncOptions(input: SyncOptionsInput | null | undefined): SyncOptions {
  return { ...DEFAULT_OPTIONS, ...input, order: input?.order ?? null };
}

const joined = (names: readonly string[] | null | undefined): string | null => names?.join(' ') ?? null;

/** Names of columns, those inside inline objects too. */
function columnNames(
  values: Record<string, unknown>,
  prefix: readonly string[] = [],
  names = new Set<string>(),
): Set<string> {
  for (const [key, value] of Object.entries(values)) {
    names.add(pathName(...prefix, key));
    for (const item of Array.isArray(value) ? (value as unknown[]) : [value])
      if (item !== null && typeof item === 'object' && prefix.length < 8)
        columnNames(item as Record<string, unknown>, [...prefix, key], names);
  }
  return names;
}

/** All names of columns that the rows carry. */
export function rowColumns(rows: readonly { readonly values: Record<string, unknown> }[]): Set<string> {
  const names = new Set<string>();
  for (const { values } of rows) columnNames(values, [], names);
  return names;
}

/** A row as it is given to `syncRows`; `index` from 0. */
export function readRow(
  { actionFlags, matchOn, externalKey, values }: RowInput,
  index: number,
  defaults: SyncRowsInput['defaults'],
): Row {
  return {
    number: index + 1,
    actionFlags: actionFlags ?? defaults?.actionFlags ?? null,
    matchOn: joined(matchOn) ?? joined(defaults?.matchOn),
    externalKey: externalKey ?? null,
    values,
  };
}

/** The rows of `syncRows`; throws TOO_MANY_ROWS. */
export function rowsSource(input: SyncRowsInput, { rowsPerCall }: ServiceLimits): SyncSource {
  if (rowsPerCall > 0 && input.rows.length > rowsPerCall)
    throw new CallError(
      'TOO_MANY_ROWS',
      `A call has at most ${rowsPerCall} rows, and this one has ${input.rows.length}: send them in several calls, or as a CSV file.`,
    );
  return {
    system: input.system,
    model: input.model,
    file: null,
    text: false,
    columns: rowColumns(input.rows),
    async *batches() {
      for (let start = 0; start < input.rows.length; start += BATCH)
        yield input.rows.slice(start, start + BATCH).map((row, index) => readRow(row, start + index, input.defaults));
    },
  };
}

interface CsvText {
  readonly csv?: string | null;
  readonly file?: Promise<FileUpload> | null;
}

function assertOneOf({ csv, file }: CsvText): void {
  if ((csv === null || csv === undefined) === (file === null || file === undefined))
    throw new CallError('BAD_USER_INPUT', 'Give exactly one of csv and file.');
}

const csvSource = (csv: CsvFile, system: string, model: string, file: string | null): SyncSource => ({
  system,
  model,
  file,
  text: true,
  columns: csv.names,
  batches: () => csv.batches(),
});

/** Uploads on disk for the time of a call. */
class Spool {
  private readonly files: SpooledFile[] = [];

  constructor(private readonly limits: ServiceLimits) {}

  async open({ csv, file }: CsvText, options: CsvOptions): Promise<{ csv: CsvFile; name: string | null }> {
    if (csv !== null && csv !== undefined) return { csv: await openCsvText(csv, options), name: null };
    const upload = await file;
    if (!upload) throw new CallError('BAD_USER_INPUT', 'Give exactly one of csv and file.');
    const spooled = await spoolUpload(upload.createReadStream(), this.limits.uploadBytes);
    this.files.push(spooled);
    return { csv: await openCsvFile(spooled.path, options), name: upload.filename };
  }

  async remove(): Promise<void> {
    for (const file of this.files) await file.remove();
  }
}

const csvOptions = (input: Pick<SyncCsvInput, 'columns' | 'defaults' | 'format'> | SyncCsvFilesInput): CsvOptions => ({
  columns: 'columns' in input ? input.columns : null,
  defaults: { actionFlags: input.defaults?.actionFlags, matchOn: joined(input.defaults?.matchOn) },
  format: input.format,
});

/** Gives the source of a CSV file to the work, and removes what it had to put on disk. */
export async function withCsvSource<T>(
  input: SyncCsvInput,
  limits: ServiceLimits,
  work: (source: SyncSource) => Promise<T>,
): Promise<T> {
  assertOneOf(input);
  const spool = new Spool(limits);
  try {
    const { csv, name } = await spool.open(input, csvOptions(input));
    return await work(csvSource(csv, input.system, input.model, name));
  } finally {
    await spool.remove();
  }
}

function identity(
  file: CsvFileInput,
  name: string | null,
  pattern: string | null | undefined,
): { system: string; model: string } {
  if (file.system && file.model) return { system: file.system, model: file.model };
  if (!name) throw new CallError('BAD_USER_INPUT', 'A file given as csv needs a name, or a system and a model.');
  const read = readFileName(name, pattern ?? undefined);
  return { system: file.system ?? read.system, model: file.model ?? read.model };
}

/** As `withCsvSource`, for several files of one run. */
export async function withCsvSources<T>(
  input: SyncCsvFilesInput,
  limits: ServiceLimits,
  work: (sources: SyncSource[]) => Promise<T>,
): Promise<T> {
  if (input.files.length === 0) throw new CallError('BAD_USER_INPUT', 'Give at least one file.');
  for (const file of input.files) assertOneOf(file);
  const spool = new Spool(limits);
  const options = csvOptions(input);
  try {
    const sources: SyncSource[] = [];
    for (const file of input.files) {
      const { csv, name: uploadName } = await spool.open(file, options);
      const name = file.name ?? uploadName;
      const { system, model } = identity(file, name, input.pattern);
      sources.push(csvSource(csv, system, model, name));
    }
    return await work(sources);
  } finally {
    await spool.remove();
  }
}
