/**
 * Carries out short runs together, with the result of one after the other (R44). The group is one transaction, and rows with the same system,
 * model and options are one chunk. If a run fails, the others are carried out again without it.
 */
import { transientOutage } from '../../database';
import { GroupTransaction, TakenOut } from './groupTransaction';
import type { Run, SyncResult } from './run';
import type { ShortRun } from './shortRun';

export class RunGroup {
  constructor(
    private readonly runs: readonly ShortRun[],
    /** Carries out a run by itself. */
    private readonly alone: (run: Run) => Promise<SyncResult>,
  ) {}

  /** Tells each run its result, or its error. */
  async execute(): Promise<void> {
    const failed: ShortRun[] = [];
    const unfit: ShortRun[] = [];
    let rest = await this.begin();
    for (let [first, ...others] = rest; first; [first, ...others] = rest) {
      const taken = await this.commit([first, ...others]);
      failed.push(...taken.failed);
      unfit.push(...taken.unfit);
      const isDone = taken.failed.length + taken.unfit.length === 0;
      rest = isDone ? [] : rest.filter((run) => !taken.failed.includes(run) && !taken.unfit.includes(run));
    }
    for (const run of failed) await new RunGroup([run], this.alone).execute();
    for (const short of unfit) await this.executeAlone(short).then(short.succeed, short.fail);
  }

  private async executeAlone({ run }: ShortRun): Promise<SyncResult> {
    await run.startAgain();
    return this.alone(run);
  }

  /** The runs that are still wanted. */
  private async begin(): Promise<ShortRun[]> {
    const wanted: ShortRun[] = [];
    for (const short of this.runs) {
      const { signal, identity } = short.run.active;
      await identity.begin();
      if (signal.aborted) short.fail(signal.reason);
      else wanted.push(short);
    }
    return wanted;
  }

  /** Commits the runs together. Nothing is committed if some have to be taken out. */
  private async commit(runs: readonly [ShortRun, ...ShortRun[]]): Promise<Pick<TakenOut, 'failed' | 'unfit'>> {
    try {
      await new GroupTransaction(runs).execute();
    } catch (error) {
      if (error instanceof TakenOut) return error;
      // Alone, each run finds out whether it causes the error. After an outage, each would wait for the database again.
      if (!transientOutage(runs[0].run.environment.database.dialect, error)) return { failed: [], unfit: runs };
      for (const { fail } of runs) fail(error);
    }
    return { failed: [], unfit: [] };
  }
}
