/**
 * The changes of runs, for any number of followers. The runs of all processes are read about once per second, in one batch for all followers. The runs
 * of this process are looked at more often, in memory.
 */
import { type Database, retrying } from '../database';
import { LatestOnly } from './latestOnly';
import type { LiveRuns, RunReport } from './progress';
import { type RunRecord, RunRecords, type SourceRecord } from './runRecords';

/** The state of a run, with its sources. */
interface RunState {
  readonly run: RunRecord;
  readonly sources: readonly SourceRecord[];
}

export type RunEvent =
  | ({ readonly kind: 'changed' } & RunState)
  /** The run was removed. */
  | { readonly kind: 'gone' }
  /** The run cannot be read. */
  | { readonly kind: 'failed'; readonly error: unknown };

const BETWEEN_READS = 1000;
const BETWEEN_LOOKS = 250;

export const isUnfinished = ({ status }: Pick<RunRecord, 'status'>): boolean =>
  status === 'QUEUED' || status === 'RUNNING';

/** What followers are told about. Speed and remaining time change all the time, and are no news by themselves. */
function newsOf({ run: { status, progress }, sources }: RunState): string {
  const { phase, rowsDone, rowsTotal } = progress ?? {};
  return JSON.stringify([status, phase, rowsDone, rowsTotal, sources.map(({ counts }) => counts)]);
}

/** A state with a newer report of the run's process. */
const withReport = ({ run, sources }: RunState, { progress, counts }: RunReport): RunState => ({
  run: { ...run, progress },
  sources: sources.map((source, position) => {
    const reported = counts[position];
    return reported && reported.rows > source.counts.rows ? { ...source, counts: reported } : source;
  }),
});

type Follower = LatestOnly<RunEvent>;

/** The followers of one run, and what is known about it. */
class FollowedRun {
  /** With the news that each of them has. */
  private readonly followers = new Map<Follower, string | null>();
  /** Null: the run was not read since the last follower came. */
  private state: RunState | null = null;
  private isLive = false;

  constructor(readonly id: string) {}

  get isFollowed(): boolean {
    return this.followers.size > 0;
  }

  follow(): Follower {
    const follower: Follower = new LatestOnly(() => this.followers.delete(follower));
    this.followers.set(follower, null);
    this.state = null;
    return follower;
  }

  /** Takes the report of a run of this process. Returns whether the run must be read, because its state is unknown or no longer reported. */
  look(live: LiveRuns): boolean {
    const report = live.find(this.id)?.report();
    const hasEnded = this.isLive && !report;
    this.isLive = report !== undefined;
    if (this.state && report) this.tell(withReport(this.state, report));
    return this.state === null || hasEnded;
  }

  /** Takes the state that was read; undefined if the run does not exist. */
  read(state: RunState | undefined): void {
    if (!state) {
      this.end({ kind: 'gone' });
      return;
    }
    this.state = state;
    this.tell(state);
    if (!isUnfinished(state.run)) this.end();
  }

  /** Ends all followers, with a last event. */
  end(last?: RunEvent): void {
    for (const follower of this.followers.keys()) {
      if (last) follower.put(last);
      follower.end();
    }
    this.followers.clear();
  }

  private tell(state: RunState): void {
    const news = newsOf(state);
    for (const [follower, known] of this.followers) {
      if (known === news) continue;
      this.followers.set(follower, news);
      follower.put({ kind: 'changed', ...state });
    }
  }
}

export class RunFeed {
  private readonly records: RunRecords;
  private readonly runs = new Map<string, FollowedRun>();
  private isWorking = false;
  private wake: () => void = () => undefined;
  private readAt = -Infinity;

  constructor(
    private readonly database: Database,
    private readonly live: LiveRuns,
  ) {
    this.records = new RunRecords(database, live);
  }

  /** The state of a run, now and whenever it changes. Ends after the state in which the run has finished. */
  follow(id: string): AsyncIterableIterator<RunEvent, undefined> {
    const run = this.runs.get(id) ?? new FollowedRun(id);
    this.runs.set(id, run);
    const follower = run.follow();
    if (this.isWorking) this.wake();
    else void this.work();
    return follower;
  }

  private async work(): Promise<void> {
    this.isWorking = true;
    while (this.forgetUnfollowed() > 0) {
      const mustRead = [...this.runs.values()].filter((run) => run.look(this.live)).length > 0;
      if (mustRead || performance.now() - this.readAt >= BETWEEN_READS) await this.read();
      else await this.pause();
    }
    this.isWorking = false;
  }

  /** Returns the number of runs that have followers. */
  private forgetUnfollowed(): number {
    for (const [id, run] of this.runs) if (!run.isFollowed) this.runs.delete(id);
    return this.runs.size;
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, BETWEEN_LOOKS).unref();
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private async read(): Promise<void> {
    const runs = [...this.runs.values()];
    try {
      const states = await retrying(this.database.dialect, () => this.statesOf(runs.map(({ id }) => id)));
      for (const run of runs) run.read(states.get(run.id));
    } catch (error) {
      for (const run of runs) run.end({ kind: 'failed', error });
    }
    this.readAt = performance.now();
  }

  /** Reads the counts after the status, so that the counts of a finished run are final. */
  private async statesOf(ids: readonly string[]): Promise<Map<string, RunState>> {
    const found = await this.records.byIds(ids);
    const sources = await this.records.sourcesOf(found.map(({ id }) => id));
    return new Map(found.map((run) => [run.id, { run, sources: sources.filter(({ runId }) => runId === run.id) }]));
  }
}
