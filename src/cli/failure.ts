/** How a command ends. */

/** 0 is what needs no word. */
export const EXIT = { rowsFailed: 1, couldNotRun: 2, interrupted: 130, terminated: 143 } as const;

/** Why a command could not run, or goes no further; its message is one line. */
export class CommandFailure extends Error {
  constructor(
    message: string,
    readonly exitCode: number = EXIT.couldNotRun,
  ) {
    super(message);
  }
}

/** The first line of whatever was thrown. */
export function messageOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message?.split('\n')[0] || code || String(error);
}
