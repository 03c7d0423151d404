/** How a command ends. */

/** A command that is done exits with 0. */
export const EXIT = { rowsFailed: 1, problemFound: 1, couldNotRun: 2, interrupted: 130, terminated: 143 } as const;

/** Why a command could not run, or stopped; the message is one line. */
export class CommandFailure extends Error {
  constructor(
    message: string,
    readonly exitCode: number = EXIT.couldNotRun,
  ) {
    super(message);
  }
}

/** The first line of what was thrown. */
export function messageOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message?.split('\n')[0] || code || String(error);
}
