/** Runs a sync of files, and prints the report of its run. */
import type { RunFragment } from '../../schema/operations/generated';
import type { Sync } from './transports/transport';
import { overTransport } from './transports/open';
import { interruptible } from './interruption';
import { makeProgress } from './output/progress';
import { note, print, printJson } from './output/output';
import { printRun } from './output/runReport';
import type { SyncCommandOptions } from './syncOptions';
import { judge } from './verdict';

/** Prints a run that has not ended. */
async function printQueued({ id, status }: RunFragment, { json, quiet }: SyncCommandOptions): Promise<void> {
  if (json) return printJson({ run: { id, status } });
  if (!quiet) await print(`Run ${id} · ${status}`);
  note(`A server or "nsync worker" carries it out. "nsync run ${id} --watch" shows how far it is.`);
}

/** Syncs, prints the run, and sets the exit code. */
export async function runSync<T, V>(
  sync: Sync<T, V>,
  runOf: (data: T) => RunFragment,
  options: SyncCommandOptions,
): Promise<void> {
  await overTransport(options, async (transport) => {
    const progress = makeProgress(!options.quiet);
    const run = await interruptible((signal) =>
      transport.sync(sync, { signal, progress }).finally(() => progress.end()),
    ).then(runOf);
    if (run.replayed) note(`An earlier sync with this key started run ${run.id}. Nothing was run again.`);
    if (run.status === 'QUEUED' || run.status === 'RUNNING') return printQueued(run, options);
    await printRun(transport, run, { ...options, changes: options.changes ?? options.dryRun });
    judge(run, options.strict);
  });
}
