/** The library: nsync inside an application. For clients of a server, there is `graphql-nsync/client`. */
export type { ServiceLimits } from './api';
export type { ColumnMapping, CsvFormat, CsvOptions } from './csv';
export { CallError, type CallErrorCode } from './errors';
export type { Authorize, Caller, Resolvers } from './library/graphql';
export { createNsync, type Nsync, type SyncAllReport, type SyncInput, type SyncReport } from './library/nsync';
export type { NsyncOptions } from './library/nsyncOptions';
export type { RunOptions } from './library/options';
export { type CsvInput, readCsv } from './library/readCsv';
export type { RowDefaults, SyncRow, SyncRows, SyncRowSource } from './library/syncRows';
export type { SyncRun, SyncRunSource } from './library/runs';
export type { FieldChange, OutcomeFilter, ProblemGroup, RowOutcome, RowStatus, RunCounts, RunStatus } from './records';
export {
  BasicSyncPolicy,
  OrderedSyncPolicy,
  type PolicyAction,
  type Problem,
  type ProblemCode,
  type Row,
  type RowAction,
  type Severity,
  type SourceOrder,
  type SyncPolicy,
  TransactionSyncPolicy,
} from './sync';
