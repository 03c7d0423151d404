/** Requests with rows for the demo's tags, which are known by their labels. */
import { DEFAULT_OPTIONS, type RunControl, type SyncOptions, type SyncRequest } from '../../src/sync';

export interface GivenRun {
  readonly system?: string;
  readonly flags?: string;
  /** Null: rows are found by their keys alone. */
  readonly matchOn?: string | null;
  readonly options?: Partial<SyncOptions>;
  readonly control?: RunControl;
  readonly idempotencyKey?: string;
}

/** A request with a row for each label. */
export const requestOf = (
  names: readonly string[],
  { system = 'HR', flags = 'cu*', matchOn = 'label', options, control, idempotencyKey }: GivenRun = {},
): SyncRequest => ({
  sources: [
    {
      system,
      model: 'Tag',
      file: null,
      text: false,
      columns: ['label'],
      expectedRows: names.length,
      async *batches() {
        yield await Promise.resolve(
          names.map((label, index) => ({
            number: index + 1,
            actionFlags: flags,
            matchOn,
            externalKey: `key ${label}`,
            values: { label },
          })),
        );
      },
    },
  ],
  options: { ...DEFAULT_OPTIONS, ...options },
  wantOutcomes: true,
  idempotencyKey,
  ...control,
});
