/** Prints results on stdout, and everything else on stderr. */
import { once } from 'node:events';
import { statusLine } from './statusLine';
import { printable } from './text';

export interface OutputOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Prints lines of a result. Waits for a slow reader of stdout. */
export async function print(...lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return;
  statusLine.erase();
  if (!process.stdout.write(`${lines.join('\n')}\n`)) await once(process.stdout, 'drain');
}

/** Prints values as JSON lines. */
export const printJson = (...values: readonly unknown[]): Promise<void> =>
  print(...values.map((value) => JSON.stringify(value)));

/** Prints a line for people on stderr. */
export function note(line: string): void {
  statusLine.erase();
  process.stderr.write(`${printable(line)}\n`);
}

/** Exits without an error when a reader of stdout, such as `head`, stops reading. */
export function endQuietlyWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}
