/** Counts rows as their outcomes arrive, so that a run's record is true while the run works (R47). */
import {
  type CommittedChunk,
  COUNTED_AS,
  countOutcome,
  noCounts,
  type RunCounts,
  type StartedRun,
} from '../../records';
import type { PlannedOutcome } from '../plan/operations';
import { PRECEDENCE } from './joinOutcomes';

/** V8 stores so few bytes in the object itself. Most runs are short. */
const FIRST_SIZE = 64;

type Counted = Pick<PlannedOutcome, 'status' | 'problems' | 'alsoDeleted'> & {
  readonly row: { readonly number: number };
};

/** In a run of several passes, a row counts with its most telling status. */
export class RowTally {
  private counts = noCounts();
  /** By row number: the position of the row's status in PRECEDENCE, from 1; 0 for a row without an outcome. */
  private places = new Uint8Array(FIRST_SIZE);

  get soFar(): RunCounts {
    return this.counts;
  }

  /** The counts plus these outcomes, each of a different row. */
  with(outcomes: readonly Counted[]): RunCounts {
    const counts = { ...this.counts };
    for (const outcome of outcomes) {
      const earlier = PRECEDENCE[(this.places[outcome.row.number] ?? 0) - 1];
      if (earlier) {
        counts.rows -= 1;
        counts[COUNTED_AS[earlier]] -= 1;
      }
      countOutcome(counts, { ...outcome, status: PRECEDENCE[this.placeOf(outcome) - 1] ?? outcome.status });
    }
    return counts;
  }

  /** Continues with the counts of rows that another process has committed. Not for runs with several passes. */
  continueFrom(counts: RunCounts): void {
    this.counts = { ...counts };
  }

  add(outcomes: readonly Counted[]): void {
    this.counts = this.with(outcomes);
    for (const outcome of outcomes) {
      const place = this.placeOf(outcome);
      this.reserve(outcome.row.number);
      this.places[outcome.row.number] = place;
    }
  }

  /** The position of the row's status after this outcome. */
  private placeOf({ row, status }: Counted): number {
    const place = PRECEDENCE.indexOf(status) + 1;
    const earlier = this.places[row.number] ?? 0;
    return earlier === 0 ? place : Math.min(place, earlier);
  }

  private reserve(row: number): void {
    if (row < this.places.length) return;
    const larger = new Uint8Array(Math.max(2 * this.places.length, row + 1));
    larger.set(this.places);
    this.places = larger;
  }
}

/** The counts that a chunk's own transaction records before the commit. */
export class ChunkCounts {
  private source = -1;
  private planned: PlannedOutcome[] = [];

  constructor(
    private readonly reports: readonly { countsWith(planned: readonly PlannedOutcome[]): RunCounts }[],
    private readonly started: StartedRun,
  ) {}

  /** Called when a chunk begins, or begins again. */
  begin(): void {
    this.planned = [];
  }

  /** Records a part of the chunk's outcomes. All rows of a chunk are of one source. */
  note(source: number, planned: readonly PlannedOutcome[]): void {
    this.source = source;
    this.planned.push(...planned);
  }

  list(): CommittedChunk['counts'] {
    const sourceId = this.started.sourceIds[this.source];
    const counts = this.reports[this.source]?.countsWith(this.planned);
    return sourceId && counts ? { sourceId, counts } : null;
  }
}
