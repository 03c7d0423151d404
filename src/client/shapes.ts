/** Shapes of the client's arguments. The server checks the contents of its own inputs. */
import type {
  DeleteExternalSystemInput,
  ExternalKeyMappingFilter,
  PruneRunsInput,
  SaveExternalSystemInput,
} from '../../schema/operations/generated';
import {
  argumentProblem,
  BOOLEAN,
  either,
  FUNCTION,
  type Given,
  inputProblem,
  ITERABLE,
  type Kind,
  listOf,
  NAME,
  nullable,
  OBJECT,
  objectProblem,
  optional,
  shaped,
  TEXT,
  wholeNumber,
} from '../arguments';
import type {
  ClientRow,
  CsvFileRequest,
  NsyncClientOptions,
  OutcomeFilter,
  Page,
  SyncCsvFilesRequest,
  SyncCsvRequest,
  SyncRowsRequest,
  WatchOptions,
} from './requests';
import { NsyncError } from './error';
import { IDEMPOTENCY_KEY, IDEMPOTENCY_KEY_OF_CALLS } from './idempotencyKey';
import type { Upload } from './upload';

const ID: Kind = { what: 'an id', accepts: (value) => typeof value === 'number' || NAME.accepts(value) };

const isContent = (value: unknown): boolean =>
  ['string', 'function'].includes(typeof value) ||
  (typeof value === 'object' &&
    value !== null &&
    (value instanceof Uint8Array || value instanceof Blob || Symbol.asyncIterator in value || 'getReader' in value));

const UPLOAD = shaped<Upload>({
  name: NAME,
  content: { what: 'a text, bytes, a Blob, a stream, or a function that returns a stream', accepts: isContent },
});
const FILE: Kind = {
  what: 'a File, or an object with name, content',
  accepts: (value) => value instanceof Blob || UPLOAD.accepts(value),
  inside: (value, path) => (value instanceof Blob ? null : (UPLOAD.inside?.(value, path) ?? null)),
};

export const CLIENT_OPTIONS = shaped<NsyncClientOptions>({
  url: { what: 'the address of the server, such as "http://127.0.0.1:4000/graphql"', accepts: (value) => typeof value === 'string' || value instanceof URL }, // prettier-ignore
  token: optional(either({ ...NAME, what: 'the secret of a token' }, FUNCTION)),
  headers: optional(either(OBJECT, FUNCTION)),
  fetch: optional(FUNCTION),
  retries: optional(wholeNumber(0)),
  retryDelay: optional(wholeNumber(0)),
  retrySyncs: optional(BOOLEAN),
});

export const SYNC_ROWS = shaped<SyncRowsRequest>({
  system: NAME,
  model: NAME,
  rows: ITERABLE,
  defaults: nullable(OBJECT),
  options: nullable(OBJECT),
  idempotencyKey: nullable(IDEMPOTENCY_KEY_OF_CALLS),
});

const ROW = shaped<ClientRow>({
  values: { ...OBJECT, what: 'an object with values by field' },
  actionFlags: nullable(TEXT),
  matchOn: nullable(either(TEXT, listOf(TEXT))),
  externalKey: nullable({
    what: 'a text or a number',
    accepts: (value) => ['string', 'bigint'].includes(typeof value) || Number.isFinite(value),
  }),
});

export const SYNC_CSV = shaped<SyncCsvRequest>({
  system: NAME,
  model: NAME,
  csv: nullable(TEXT),
  file: nullable(FILE),
  columns: nullable(listOf(OBJECT)),
  defaults: nullable(OBJECT),
  format: nullable(OBJECT),
  options: nullable(OBJECT),
  idempotencyKey: nullable(IDEMPOTENCY_KEY),
});

export const SYNC_CSV_FILES = shaped<SyncCsvFilesRequest>({
  files: listOf(
    shaped<CsvFileRequest>({
      csv: nullable(TEXT),
      file: nullable(FILE),
      name: nullable(TEXT),
      system: nullable(TEXT),
      model: nullable(TEXT),
    }),
  ),
  columns: nullable(listOf(OBJECT)),
  defaults: nullable(OBJECT),
  format: nullable(OBJECT),
  options: nullable(OBJECT),
  pattern: nullable(TEXT),
  smartOrder: nullable(BOOLEAN),
  idempotencyKey: nullable(IDEMPOTENCY_KEY),
});

export const PRUNE_RUNS = shaped<PruneRunsInput>({ finishedBefore: TEXT, keepLastTouch: nullable(BOOLEAN) });

const PAGE_KINDS = { first: optional(wholeNumber(0)), after: nullable(TEXT) };

export const PAGE = optional(shaped<Page>(PAGE_KINDS));

export const OUTCOME_FILTER = optional(
  shaped<OutcomeFilter>({ statuses: nullable(listOf(TEXT)), severity: nullable(TEXT) }),
);

export const RUNS_FILTER = optional(
  shaped<{ system?: string; statuses?: readonly string[] } & Page>({
    system: optional(TEXT),
    statuses: optional(listOf(TEXT)),
    ...PAGE_KINDS,
  }),
);

export const WATCH_OPTIONS = optional(
  shaped<WatchOptions>({
    signal: optional({ what: 'an AbortSignal', accepts: (value) => value instanceof AbortSignal }),
  }),
);

export const MAPPING_FILTER = optional(
  shaped<ExternalKeyMappingFilter>({
    dangling: nullable(BOOLEAN),
    externalKey: nullable(ID),
    externalKeys: nullable(listOf(ID)),
    model: nullable(TEXT),
    objectId: nullable(ID),
    system: nullable(TEXT),
  }),
);

export const OBJECTS_PAGE = optional(
  shaped<{ where?: Record<string, unknown> } & Page>({ where: optional(OBJECT), ...PAGE_KINDS }),
);

export const SAVE_SYSTEM = shaped<SaveExternalSystemInput>({
  name: NAME,
  newName: nullable(TEXT),
  description: nullable(TEXT),
});

export const DELETE_SYSTEM = optional(
  shaped<Omit<DeleteExternalSystemInput, 'name'>>({ deleteMappings: nullable(BOOLEAN) }),
);

export { ID, NAME };

function refuse(problem: string | null): void {
  if (problem) throw new NsyncError('BAD_USER_INPUT', problem);
}

/** Throws BAD_USER_INPUT if the only argument of a call, an object, is invalid. */
export const checkInput = (call: string, kind: Kind, value: unknown): void => refuse(inputProblem(call, kind, value));

/** Throws BAD_USER_INPUT if an argument of a method is invalid. */
export const check = (method: string, ...given: readonly Given[]): void =>
  refuse(argumentProblem(`client.${method}()`, ...given));

/** Throws BAD_USER_INPUT for a value that is not a row. `index` starts at 0. */
export const checkRow = (row: unknown, index: number): void => refuse(objectProblem(ROW, row, `Row ${index + 1}`));
