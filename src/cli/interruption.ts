/** Ctrl-C and SIGTERM: the first one stops the work cleanly, the second one ends the process. */
import { CommandFailure, EXIT, messageOf } from './failure';
import { note } from './output/output';

const SIGNALS = {
  SIGINT: { exitCode: EXIT.interrupted, note: 'Stopping. Press Ctrl-C again to quit immediately.' },
  SIGTERM: { exitCode: EXIT.terminated, note: 'Stopping.' },
} as const;
const NAMES = Object.keys(SIGNALS) as (keyof typeof SIGNALS)[];

/**
 * Does work that a signal stops: soon, which is noted, or at once. Then throws CommandFailure with the exit code that shells expect. If the work finishes before it is stopped, returns
 * its result, and the process still ends with that exit code.
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  stops: 'soon' | 'at once' = 'soon',
): Promise<T> {
  const controller = new AbortController();
  let exitCode = 0;
  const stop = (name: keyof typeof SIGNALS): void => {
    if (exitCode) process.exit(exitCode);
    ({ exitCode } = SIGNALS[name]);
    if (stops === 'soon') note(SIGNALS[name].note);
    controller.abort();
  };
  for (const name of NAMES) process.on(name, stop);
  try {
    const result = await work(controller.signal);
    if (exitCode) {
      process.exitCode = exitCode;
      note('The run had finished before it could be stopped.');
    }
    return result;
  } catch (error) {
    if (!exitCode) throw error;
    const reason = error instanceof CommandFailure ? messageOf(error) : 'Stopped before anything was run.';
    throw new CommandFailure(reason, exitCode);
  } finally {
    for (const name of NAMES) process.off(name, stop);
  }
}
