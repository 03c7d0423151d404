/** The calls of queued runs as they are stored, and the requests that workers make of them. */
import { makeViewer, readScopes, type Viewer } from '../access';
import { SpooledFile } from '../csv';
import type { Database } from '../database';
import { readInput, type StartedRun, storeInput, submitCall } from '../records';
import type { SyncOptions, SyncRequest, SyncSource } from '../sync';
import { authorityOf } from './authority';
import type { SyncCsvFilesInput, SyncCsvInput } from './inputs/csv';
import type { RowInput, SyncRowsInput } from './inputs/rows';
import { rowsOf } from './plainRows';
import type { Services } from './services';
import { csvFileSource, csvFileSources, rowsSource } from './sources';

/** The input of a sync mutation. */
export type SyncCall =
  | { readonly kind: 'rows'; readonly input: SyncRowsInput }
  | { readonly kind: 'csv'; readonly input: SyncCsvInput }
  | { readonly kind: 'csvFiles'; readonly input: SyncCsvFilesInput };

/** A file or a text of a call, which is stored in pieces. */
interface StoredInput {
  /** The name of an upload; null for a text. */
  readonly name: string | null;
  readonly pieces: number;
}

interface StoredCall {
  readonly kind: SyncCall['kind'];
  /** The mutation's input, without its rows and files. */
  readonly input: object;
  readonly inputs: readonly StoredInput[];
  readonly options: SyncOptions;
  readonly caller: Pick<Viewer, 'kind' | 'name' | 'scopes'>;
  readonly requestId: string;
}

interface QueuedRequest {
  readonly call: SyncCall;
  readonly options: SyncOptions;
  readonly viewer: Viewer;
  readonly requestId: string;
  /** How many processes may lose the run before it ends as INTERRUPTED. */
  readonly attempts: number;
}

interface CsvInput {
  readonly csv?: string | null;
  readonly file?: SpooledFile | null;
}

type Content = Pick<StoredInput, 'name'> & { readonly bytes: () => AsyncIterable<Uint8Array> };

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

const contentOf = ({ csv, file }: CsvInput): Content =>
  file ? { name: file.name, bytes: () => file.bytes() } : { name: null, bytes: () => once(Buffer.from(csv ?? '')) };

const withoutContent = (input: CsvInput): object => ({ ...input, csv: null, file: null });

function contentsOf({ kind, input }: SyncCall): Content[] {
  if (kind === 'rows') return [{ name: null, bytes: () => once(Buffer.from(JSON.stringify(rowsOf(input)))) }];
  return kind === 'csv' ? [contentOf(input)] : input.files.map(contentOf);
}

function frameOf({ kind, input }: SyncCall): object {
  if (kind === 'rows') return { ...input, rows: [] };
  return kind === 'csv' ? withoutContent(input) : { ...input, files: input.files.map(withoutContent) };
}

/** The sources of a call's rows. Throws CallError for files that cannot be read. */
export async function sourcesOf(
  { kind, input }: SyncCall,
  { catalog, limits }: Pick<Services, 'catalog' | 'limits'>,
  signal?: AbortSignal,
): Promise<SyncSource[]> {
  if (kind === 'rows') return [rowsSource(input, catalog.find(input.model.trim()), limits)];
  return kind === 'csv' ? [await csvFileSource(input, limits, signal)] : csvFileSources(input, limits, signal);
}

/** Stores a call, so that any process with the database can carry it out. */
export async function storeCall(
  database: Database,
  run: StartedRun,
  system: string,
  { call, options, viewer, requestId, attempts }: QueuedRequest,
): Promise<void> {
  const inputs: StoredInput[] = [];
  for (const [index, { name, bytes }] of contentsOf(call).entries())
    inputs.push({ name, pieces: await storeInput(database, run, index, bytes()) });
  const { kind, name, scopes } = viewer;
  const stored: StoredCall = { kind: call.kind, input: frameOf(call), inputs, options, caller: { kind, name, scopes }, requestId }; // prettier-ignore
  await submitCall(database, run, { system, call: JSON.stringify(stored), attempts });
}

/** Reads a text of a call. */
async function textOf(database: Database, runId: string, index: number, { pieces }: StoredInput): Promise<string> {
  const all: Buffer[] = [];
  for await (const piece of readInput(database, runId, index, pieces)) all.push(piece);
  return Buffer.concat(all).toString();
}

async function contentFrom(database: Database, runId: string, index: number, stored: StoredInput): Promise<CsvInput> {
  const { name, pieces } = stored;
  if (name === null) return { csv: await textOf(database, runId, index, stored) };
  const nothing = (): Promise<void> => Promise.resolve();
  return { file: new SpooledFile(name, () => readInput(database, runId, index, pieces), nothing) };
}

async function callFrom(database: Database, runId: string, { kind, input, inputs }: StoredCall): Promise<SyncCall> {
  if (kind === 'rows') {
    const [rows] = inputs;
    const text = rows ? await textOf(database, runId, 0, rows) : '[]';
    return { kind, input: { ...(input as SyncRowsInput), rows: JSON.parse(text) as RowInput[] } };
  }
  const contents = await Promise.all(inputs.map((stored, index) => contentFrom(database, runId, index, stored)));
  if (kind === 'csv') return { kind, input: { ...(input as SyncCsvInput), ...contents[0] } };
  const { files, ...rest } = input as SyncCsvFilesInput;
  return { kind, input: { ...rest, files: files.map((file, index) => ({ ...file, ...contents[index] })) } };
}

/** The request of a stored call, with the rights that its caller had. */
export async function requestOf(services: Services, runId: string, text: string): Promise<SyncRequest> {
  const stored = JSON.parse(text) as StoredCall;
  const { options, caller, requestId } = stored;
  const viewer = makeViewer(caller.kind, caller.name, readScopes(caller.scopes));
  const { catalog, authority, startedBy } = authorityOf(services, viewer);
  const call = await callFrom(services.database, runId, stored);
  const sources = await sourcesOf(call, { catalog, limits: services.limits });
  return { sources, options, wantOutcomes: false, requestId, startedBy, ...(authority ? { authority } : {}) };
}
