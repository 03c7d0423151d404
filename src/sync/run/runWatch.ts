/** Watches the rows of a run: reports the progress, and stops the run if it is cancelled. */
import type { SyncPolicy } from '../policy';
import type { SyncRequest } from '../request';
import type { ActiveRun } from './activeRun';
import type { SourceReport } from './report';

export class RunWatch {
  private rows = 0;
  private readonly expectedRows: number | null;

  constructor(
    private readonly request: SyncRequest & { readonly policy: SyncPolicy },
    private readonly active: ActiveRun,
    reports: readonly SourceReport[],
  ) {
    const { sources, policy } = request;
    const { passes } = policy;
    const known = sources.map(({ expectedRows }) => expectedRows);
    const total = known.reduce<number | null>(
      (sum, rows) => (sum === null || rows === undefined ? null : sum + rows),
      0,
    );
    this.expectedRows = total === null ? null : total * passes;
    // With several passes, a row is done in parts.
    active.beginSyncing(reports, total, passes > 1 ? () => Math.floor(this.rows / passes) : undefined);
  }

  /** Records rows that have been read. Throws like `assertWanted`. */
  read(rows: number): void {
    this.assertWanted();
    if (rows === 0) return;
    this.rows += rows;
    this.active.hasRows();
    this.request.onProgress?.({ rows: this.rows, expectedRows: this.expectedRows });
  }

  /** Records a pass without rows. */
  skipPass(): void {
    if (this.expectedRows !== null) this.read(this.expectedRows / this.request.policy.passes);
  }

  /** Throws CANCELLED or RUN_INTERRUPTED if the run must stop. */
  assertWanted(): void {
    this.active.signal.throwIfAborted();
  }
}
