/** `graphql-nsync/client`: for services that call a server. Loads nothing of the server. */
export { NsyncClient } from './client';
export { NsyncError, type NsyncErrorCode } from './error';
export type * from './requests';
export { PartialSyncError, type SyncRowsResult } from './results';
export type { Upload, UploadContent } from './upload';
export type * from '../../schema/operations/generated';
