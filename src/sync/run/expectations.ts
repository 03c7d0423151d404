/** Expectations of a source's next rows, which choose the fastest way to load them. They change nothing else. */
import type { Model } from '../../models';
import type { WorkingSet } from '../load/workingSet';
import type { PlannedOutcome } from '../plan/operations';

/**
 * `NONE`: each chunk is read, loaded, planned and written before the next begins. This is slower and gives the same
 * result.
 */
export type LookaheadSetting = 'DEFAULT' | 'NONE';

/** The most first keys that are stored per source. */
const MOST_REMEMBERED = 1000;

const isMost = (outcomes: readonly PlannedOutcome[], status: PlannedOutcome['status']): boolean =>
  2 * outcomes.filter((outcome) => outcome.status === status).length > outcomes.length;

export class Expectations {
  /** Whether most rows of the previous chunk changed nothing. */
  unchanged = false;
  /** Whether most rows of the previous chunk were new. */
  created = false;
  private readonly firstKeys = new Set<string>();

  constructor(private readonly lookahead: LookaheadSetting) {}

  /** A source whose first key was seen before is probably being repeated unchanged. */
  begin(firstKey: string): void {
    if (this.lookahead === 'NONE') return;
    if (this.firstKeys.has(firstKey)) {
      this.unchanged = true;
      this.created = false;
    }
    if (this.firstKeys.size >= MOST_REMEMBERED) this.firstKeys.clear();
    this.firstKeys.add(firstKey);
  }

  /** If rows were expected to be unchanged but the database has none of their objects, they are probably new. */
  correct(loaded: WorkingSet, model: Model): void {
    if (!this.unchanged || loaded.unchangedRows > 0 || loaded.hasObjects(model)) return;
    this.unchanged = false;
    this.created = true;
  }

  /** Updates the expectations after a chunk. */
  note(outcomes: readonly PlannedOutcome[]): void {
    if (this.lookahead === 'NONE') return;
    this.unchanged = isMost(outcomes, 'UNCHANGED');
    this.created = isMost(outcomes, 'CREATED');
  }
}
