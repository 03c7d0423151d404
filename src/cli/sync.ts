/** Runs a sync: files in, a run's report out. */
import type { RunFragment } from '../../schema/operations/generated';
import type { Sync } from './doors/door';
import { throughDoor } from './doors/open';
import { EXIT } from './failure';
import { interruptible } from './interruption';
import { makeProgress } from './output/progress';
import { printRun } from './output/runReport';
import type { SyncCommandOptions } from './syncOptions';

/** Syncs, prints the run, and sets the exit code. */
export async function runSync<T, V>(
  sync: Sync<T, V>,
  runOf: (data: T) => RunFragment,
  options: SyncCommandOptions,
): Promise<void> {
  await throughDoor(options, async (door) => {
    const progress = makeProgress(!options.quiet);
    const run = await interruptible((signal) =>
      door.sync(sync, { signal, progress }).finally(() => progress.end()),
    ).then(runOf);
    await printRun(door, run, { ...options, changes: options.changes ?? options.dryRun });
    if (run.counts.failed > 0) process.exitCode = EXIT.rowsFailed;
  });
}
