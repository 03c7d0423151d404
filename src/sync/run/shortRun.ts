/** Runs of a few rows, which are carried out together with others that wait for the same models. */
import type { Companion } from './runQueue';
import type { Run, RunRequest, SyncResult } from './run';

/** Rows of a short run. */
const MOST_ROWS = 100;
/** Characters of its rows. All rows and outcomes of a group are in memory at once. */
const MOST_CHARACTERS = 1_000_000;

/** The number of a short run's rows; null if the run is carried out by itself. */
export function rowsOfShortRun({ sources, options, policy }: RunRequest): number | null {
  const [source] = sources;
  if (!source || sources.length > 1 || options.dryRun || policy.passes > 1) return null;
  const { expectedRows, size = 0 } = source;
  const isShort = expectedRows !== undefined && expectedRows <= MOST_ROWS && size <= MOST_CHARACTERS;
  return isShort ? expectedRows : null;
}

/** A short run, with the callbacks for its end. */
export class ShortRun implements Companion {
  constructor(
    readonly run: Run,
    readonly rows: number,
    readonly succeed: (result: SyncResult) => void,
    readonly fail: (error: unknown) => void,
  ) {}

  get mayJoin(): boolean {
    return !this.run.active.identity.isBeingRecorded;
  }
}
