/** Arguments of the client's methods. */
import type {
  CsvFileInput,
  RowDefaultsInput,
  RowStatus,
  Severity,
  SyncCsvFilesInput,
  SyncCsvInput,
  SyncOptionsInput,
} from '../../schema/operations/generated';
import type { TransportOptions } from './transport';
import type { Upload } from './upload';

/** A row of `syncRows`. */
export interface ClientRow {
  readonly actionFlags?: string | null;
  readonly matchOn?: string | readonly string[] | null;
  readonly externalKey?: string | number | bigint | null;
  /** JSON values, and also Date, Buffer and bigint. Undefined values are omitted. */
  readonly values: Readonly<Record<string, unknown>>;
}

export type ClientRows = Iterable<ClientRow> | AsyncIterable<ClientRow>;

export interface NsyncClientOptions extends TransportOptions {
  /**
   * Whether a sync is repeated although it may have reached the server. Default: true, because the server knows the sync by its idempotency key. If
   * false, a sync is repeated only if no connection was established.
   */
  readonly retrySyncs?: boolean;
}

export interface SyncRowsRequest {
  readonly system: string;
  readonly model: string;
  /** Any iterable. The rows are split into as many calls as the server's limits require. */
  readonly rows: ClientRows;
  readonly defaults?: RowDefaultsInput | null;
  readonly options?: SyncOptionsInput | null;
  /** Names the sync, for a program that repeats it itself. Each call has a random key otherwise. Calls after the first append their number. */
  readonly idempotencyKey?: string | null;
}

export type SyncCsvRequest = Omit<SyncCsvInput, 'file'> & { readonly file?: Upload | File | null };
export type CsvFileRequest = Omit<CsvFileInput, 'file'> & { readonly file?: Upload | File | null };
export type SyncCsvFilesRequest = Omit<SyncCsvFilesInput, 'files'> & { readonly files: readonly CsvFileRequest[] };

export interface Page {
  readonly first?: number;
  readonly after?: string | null;
}

export interface WatchOptions {
  /** Ends the watching. */
  readonly signal?: AbortSignal;
}

export interface OutcomeFilter {
  readonly statuses?: RowStatus[] | null;
  readonly severity?: Severity | null;
}
