/** What is expected of a source's next rows, so that they are loaded in the way that is likely to be the fastest. It changes nothing else. */
import type { Model } from '../../models';
import type { WorkingSet } from '../load/workingSet';
import type { PlannedOutcome } from '../plan/operations';

/** `NONE`: each chunk is read, loaded, planned and written before the next begins. It is slower, and the result is the same. */
export type LookaheadSetting = 'DEFAULT' | 'NONE';

/** Runs whose first key is remembered, of each source. */
const MOST_REMEMBERED = 1000;

const isMost = (outcomes: readonly PlannedOutcome[], status: PlannedOutcome['status']): boolean =>
  2 * outcomes.filter((outcome) => outcome.status === status).length > outcomes.length;

export class Expectations {
  /** Most rows of the chunk before changed nothing. */
  unchanged = false;
  /** Most rows of the chunk before were new. */
  created = false;
  private readonly firstKeys = new Set<string>();

  constructor(private readonly lookahead: LookaheadSetting) {}

  /** Rows that begin as those of an earlier run did are most likely the same rows, which then change nothing. */
  begin(firstKey: string): void {
    if (this.lookahead === 'NONE') return;
    if (this.firstKeys.has(firstKey)) {
      this.unchanged = true;
      this.created = false;
    }
    if (this.firstKeys.size >= MOST_REMEMBERED) this.firstKeys.clear();
    this.firstKeys.add(firstKey);
  }

  /** Rows that were taken for the same are new where the database knows nothing of them. */
  foresee(loaded: WorkingSet, model: Model): void {
    if (!this.unchanged || loaded.unchangedRows > 0 || loaded.hasObjects(model)) return;
    this.unchanged = false;
    this.created = true;
  }

  /** What became of the last rows. */
  note(outcomes: readonly PlannedOutcome[]): void {
    if (this.lookahead === 'NONE') return;
    this.unchanged = isMost(outcomes, 'UNCHANGED');
    this.created = isMost(outcomes, 'CREATED');
  }
}
