/** Shapes of the library's arguments. */
import { DEFAULT_LIMITS, type ServiceLimits } from '../api';
import {
  BOOLEAN,
  DATE,
  either,
  FUNCTION,
  ITERABLE,
  type Kind,
  listOf,
  NAME,
  nullable,
  OBJECT,
  oneOf,
  optional,
  type Shape,
  shaped,
  TEXT,
  wholeNumber,
} from '../arguments';
import type { ColumnMapping, CsvFormat, CsvOptions } from '../csv';
import { CallError } from '../errors';
import type { OutcomeFilter, PruneOptions } from '../records';
import { ORDER, POLICY } from '../sync';
import type { NsyncOptions } from './nsyncOptions';
import type { RunOptions } from './options';
import type { RowDefaults, SyncRow, SyncRowSource } from './syncRows';

const WARN_OR_FAIL = oneOf('WARN', 'FAIL');
const COUNT = wholeNumber(0);
const SECONDS: Kind = { what: 'a number above 0', accepts: (value) => typeof value === 'number' && value > 0 };
const MATCH_ON = nullable(either(TEXT, listOf(TEXT)));

const KEY: Kind = {
  what: 'a text or a number',
  accepts: (value) => ['string', 'bigint'].includes(typeof value) || Number.isFinite(value),
};

const MODELS: Kind = {
  what: 'Objection classes: a list, or an object with the classes',
  accepts: (value) => typeof value === 'object' && value !== null,
};

const LIMITS = shaped(
  Object.fromEntries(Object.keys(DEFAULT_LIMITS).map((name) => [name, optional(COUNT)])) as Shape<
    Partial<ServiceLimits>
  >,
);

export const NSYNC_OPTIONS = shaped<NsyncOptions>({
  knex: optional({ what: 'a knex instance', accepts: () => true }),
  database: optional(NAME),
  models: optional(MODELS),
  textColumns: optional(listOf(TEXT)),
  migrate: optional(BOOLEAN),
  authorize: optional(FUNCTION),
  limits: optional(LIMITS),
});

const RUN_OPTION_KINDS = {
  createExternalSystem: optional(BOOLEAN),
  order: nullable(ORDER),
  onError: optional(oneOf('ROLLBACK', 'CONTINUE')),
  onMatchConflict: optional(oneOf('DELETE', 'MERGE', 'FAIL')),
  onUnresolvedReference: optional(WARN_OR_FAIL),
  dryRun: optional(BOOLEAN),
  onUnknownField: optional(WARN_OR_FAIL),
  minRows: nullable(COUNT),
  maxWaitSeconds: nullable(SECONDS),
  policy: optional(POLICY),
  wantOutcomes: optional(BOOLEAN),
  idempotencyKey: optional(TEXT),
};

export const RUN_OPTIONS = shaped<RunOptions>(RUN_OPTION_KINDS);

const SOURCE_KINDS = {
  system: NAME,
  model: NAME,
  rows: ITERABLE,
  defaults: optional(shaped<RowDefaults>({ actionFlags: nullable(TEXT), matchOn: MATCH_ON })),
  file: nullable(TEXT),
};

export const SYNC_INPUT = shaped<SyncRowSource & RunOptions>({ ...SOURCE_KINDS, ...RUN_OPTION_KINDS });

export const SOURCES = listOf(shaped<SyncRowSource>(SOURCE_KINDS));

export const ROW = shaped<SyncRow>({
  values: { ...OBJECT, what: 'an object with values by field' },
  actionFlags: nullable(TEXT),
  matchOn: MATCH_ON,
  externalKey: nullable(KEY),
  line: optional(wholeNumber(1)),
  text: optional(BOOLEAN),
  unreadable: optional(OBJECT),
});

export const RUN_ID = NAME;

export const PRUNE_OPTIONS = shaped<Partial<PruneOptions>>({ finishedBefore: DATE, keepLastTouch: optional(BOOLEAN) });

export const OUTCOME_FILTER = optional(
  shaped<OutcomeFilter>({
    statuses: optional(listOf(oneOf('CREATED', 'UPDATED', 'UNCHANGED', 'DELETED', 'UNLINKED', 'SKIPPED', 'FAILED'))),
    severity: optional(oneOf('WARNING', 'ERROR')),
  }),
);

export const CSV_INPUT: Kind = {
  what: 'a text or a stream of a file, such as createReadStream(path)',
  accepts: (value) =>
    typeof value === 'string' || (typeof value === 'object' && value !== null && Symbol.asyncIterator in value),
};

export const CSV_OPTIONS = optional(
  // Shared columns are for calls with several files, and signals for calls that are cancelled.
  shaped<Omit<CsvOptions, 'sharedColumns' | 'signal'>>({
    columns: nullable(listOf(shaped<ColumnMapping>({ header: TEXT, name: nullable(TEXT), ignore: nullable(BOOLEAN) }))),
    defaults: nullable(
      shaped<NonNullable<CsvOptions['defaults']>>({ actionFlags: nullable(TEXT), matchOn: nullable(TEXT) }),
    ),
    format: nullable(
      shaped<CsvFormat>({
        delimiter: nullable(TEXT),
        escape: nullable(TEXT),
        encoding: nullable(TEXT),
        nullMarker: nullable(TEXT),
        listDelimiter: nullable(TEXT),
      }),
    ),
    maxUnpackedBytes: optional(COUNT),
  }),
);

/** Throws BAD_USER_INPUT with the problem, if there is one. */
export function refuse(problem: string | null): void {
  if (problem) throw new CallError('BAD_USER_INPUT', problem);
}
