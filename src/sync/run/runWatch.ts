/** Tells whoever asked for a run how far it is, and stops it where they ask for that. */
import { CallError } from '../../errors';
import type { SyncPolicy } from '../policy';
import type { SyncRequest } from '../request';

export class RunWatch {
  private rows = 0;
  private readonly expectedRows: number | null;

  constructor(private readonly request: SyncRequest & { readonly policy: SyncPolicy }) {
    const { sources, policy } = request;
    const { passes } = policy;
    const known = sources.map(({ expectedRows }) => expectedRows);
    this.expectedRows = known.reduce<number | null>(
      (sum, rows) => (sum === null || rows === undefined ? null : sum + rows * passes),
      0,
    );
  }

  /** Notes rows that have been read; throws as `assertWanted`. */
  read(rows: number): void {
    this.assertWanted();
    this.rows += rows;
    this.request.onProgress?.({ rows: this.rows, expectedRows: this.expectedRows });
  }

  /** Notes a pass that none of the rows has a part in. */
  skipPass(): void {
    if (this.expectedRows !== null) this.read(this.expectedRows / this.request.policy.passes);
  }

  /** Throws CANCELLED where the run is to go no further. */
  assertWanted(): void {
    const { signal, options, policy } = this.request;
    if (signal?.aborted)
      throw new CallError(
        'CANCELLED',
        policy.atomic || options.dryRun
          ? 'The run was stopped on request: nothing of it stays.'
          : 'The run was stopped on request: what it had committed stays.',
      );
  }
}
