/** `graphql-nsync/client`: for services that speak to a server. Loads nothing of the server. */
export type { ClientRow, ClientRows } from './calls';
export {
  type CsvFileRequest,
  NsyncClient,
  type NsyncClientOptions,
  type OutcomeFilter,
  type Page,
  PartialSyncError,
  type SyncCsvFilesRequest,
  type SyncCsvRequest,
  type SyncRowsRequest,
  type SyncRowsResult,
} from './client';
export { NsyncError, type NsyncErrorCode } from './error';
export type { Upload, UploadContent } from './upload';
export type * from '../../schema/operations/generated';
