/** Ctrl-C: the first stops the work as it should be stopped, the second at once. */
import { CommandFailure, EXIT, messageOf } from './failure';
import { note } from './output/output';

const EXIT_CODES = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const;

/** Runs work that a signal stops; then throws CommandFailure with the exit code that shells expect. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let exitCode = 0;
  const stop = (name: keyof typeof EXIT_CODES): void => {
    if (exitCode) process.exit(exitCode);
    exitCode = EXIT_CODES[name];
    note('Stopping; once more stops at once.');
    controller.abort();
  };
  for (const name of Object.keys(EXIT_CODES)) process.on(name, stop);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (!exitCode) throw error;
    const reason = error instanceof CommandFailure ? messageOf(error) : 'Stopped before anything was run.';
    throw new CommandFailure(reason, exitCode);
  } finally {
    for (const name of Object.keys(EXIT_CODES)) process.off(name, stop);
  }
}
