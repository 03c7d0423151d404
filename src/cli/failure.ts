/** Exit codes and errors of commands. */

/** Exit codes. A successful command exits with 0. */
export const EXIT = { rowsFailed: 1, problemFound: 1, couldNotRun: 2, interrupted: 130, terminated: 143 } as const;

/** The reason why a command could not run, or stopped. The message is one line. */
export class CommandFailure extends Error {
  constructor(
    message: string,
    readonly exitCode: number = EXIT.couldNotRun,
  ) {
    super(message);
  }
}

/** The first line of the message of any thrown value. */
export function messageOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message?.split('\n')[0] || code || String(error);
}
