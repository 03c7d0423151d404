/**
 * Carries out short runs together, with the result of one after the other (R44). The group is one transaction, and rows with the same system,
 * model and options are one chunk. If a run fails, the others are carried out again without it.
 */
import { transientOutage } from '../../database';
import { GroupTransaction, TakenOut } from './groupTransaction';
import type { Run, SyncResult } from './run';
import type { ShortRun } from './shortRun';

/** Takes runs out of the queue that wait for the models of a group, so that they join the group. */
export type Join = (group: readonly ShortRun[]) => readonly ShortRun[];

export class RunGroup {
  /** All runs of the group, also those that joined it or left it. */
  private readonly runs: ShortRun[];

  constructor(
    runs: readonly ShortRun[],
    /** Carries out a run by itself. */
    private readonly alone: (run: Run) => Promise<SyncResult>,
    private readonly join: Join = () => [],
  ) {
    this.runs = [...runs];
  }

  /** Tells each run its result, or its error. */
  async execute(): Promise<void> {
    try {
      await this.untilDone();
    } catch (error) {
      for (const { fail } of this.runs) fail(error);
    }
  }

  private async untilDone(): Promise<void> {
    const failed: ShortRun[] = [];
    const unfit: ShortRun[] = [];
    let rest = await this.begin(this.runs);
    for (let [first, ...others] = rest; first; [first, ...others] = rest) {
      const group = new GroupTransaction([first, ...others], (runs) => this.joining(runs));
      const taken = await this.commit(group);
      failed.push(...taken.failed);
      unfit.push(...taken.unfit);
      const isDone = taken.failed.length + taken.unfit.length === 0;
      rest = isDone ? [] : group.runs.filter((run) => !taken.failed.includes(run) && !taken.unfit.includes(run));
    }
    for (const run of failed) await new RunGroup([run], this.alone).execute();
    for (const short of unfit) await this.executeAlone(short).then(short.succeed, short.fail);
  }

  private async executeAlone({ run }: ShortRun): Promise<SyncResult> {
    await run.startAgain();
    return this.alone(run);
  }

  private async joining(group: readonly ShortRun[]): Promise<ShortRun[]> {
    const more = this.join(group);
    this.runs.push(...more);
    return this.begin(more);
  }

  /** The runs that are still wanted. */
  private async begin(runs: readonly ShortRun[]): Promise<ShortRun[]> {
    const wanted: ShortRun[] = [];
    for (const short of runs) {
      const { signal, identity } = short.run.active;
      await identity.begin();
      if (signal.aborted) short.fail(signal.reason);
      else wanted.push(short);
    }
    return wanted;
  }

  /** Commits the runs together. Nothing is committed if some have to be taken out. */
  private async commit(group: GroupTransaction): Promise<Pick<TakenOut, 'failed' | 'unfit'>> {
    try {
      await group.execute();
    } catch (error) {
      if (error instanceof TakenOut) return error;
      // Alone, each run finds out whether it causes the error. After an outage, each would wait for the database again.
      if (!transientOutage(group.runs[0].run.environment.database.dialect, error))
        return { failed: [], unfit: group.runs };
      for (const { fail } of group.runs) fail(error);
    }
    return { failed: [], unfit: [] };
  }
}
