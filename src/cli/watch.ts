/** Watches a run until it has ended. */
import type { RunFragment } from '../../schema/operations/generated';
import { CommandFailure } from './failure';
import { interruptible } from './interruption';
import { makeProgress } from './output/progress';
import { RunStages } from './output/runStages';
import type { Transport } from './transports/transport';

/** Shows the progress of a run. Returns the run when it has ended. A signal ends only the watching. */
export async function watchRun(
  transport: Transport,
  { id }: Pick<RunFragment, 'id'>,
  { quiet = false }: { readonly quiet?: boolean },
): Promise<RunFragment> {
  const progress = makeProgress(!quiet);
  const stages = new RunStages(progress, 'Reading');
  const watch = async (signal: AbortSignal): Promise<RunFragment> => {
    try {
      for await (const run of transport.watch(id, signal)) {
        if (run.finishedAt !== null) return run;
        if (run.progress && run.status !== 'QUEUED') stages.show(run.progress);
        else stages.begin({ what: 'Waiting to start' });
      }
    } catch (error) {
      throw signal.aborted
        ? new CommandFailure(`Stopped watching. Run ${id} goes on: "nsync cancel ${id}" stops it.`)
        : error;
    } finally {
      progress.end();
    }
    throw new CommandFailure(`The progress of run ${id} stopped before its end.`);
  };
  return interruptible(watch, 'at once');
}
