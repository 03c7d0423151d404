/** What the client is asked for. */
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

/** A row as `syncRows` takes it. */
export interface ClientRow {
  readonly actionFlags?: string | null;
  readonly matchOn?: string | readonly string[] | null;
  readonly externalKey?: string | number | bigint | null;
  /** JSON, and besides it Date, Buffer and bigint; what is undefined is left out. */
  readonly values: Readonly<Record<string, unknown>>;
}

export type ClientRows = Iterable<ClientRow> | AsyncIterable<ClientRow>;

export interface NsyncClientOptions extends TransportOptions {
  /**
   * Sends a sync again though it may have arrived (true): most syncs change nothing when they are repeated. With false
   * that is left to you, and a sync is only sent again where no connection was made.
   */
  readonly retrySyncs?: boolean;
}

export interface SyncRowsRequest {
  readonly system: string;
  readonly model: string;
  /** Any iterable; as many calls as the server's limits ask for. */
  readonly rows: ClientRows;
  readonly defaults?: RowDefaultsInput | null;
  readonly options?: SyncOptionsInput | null;
}

export type SyncCsvRequest = Omit<SyncCsvInput, 'file'> & { readonly file?: Upload | File | null };
export type CsvFileRequest = Omit<CsvFileInput, 'file'> & { readonly file?: Upload | File | null };
export type SyncCsvFilesRequest = Omit<SyncCsvFilesInput, 'files'> & { readonly files: readonly CsvFileRequest[] };

export interface Page {
  readonly first?: number;
  readonly after?: string | null;
}

export interface OutcomeFilter {
  readonly statuses?: RowStatus[] | null;
  readonly severity?: Severity | null;
}
