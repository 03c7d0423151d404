/** Where results and notes go: results to stdout, everything else to stderr. */
import { once } from 'node:events';
import { statusLine } from './statusLine';
import { printable } from './text';

export interface OutputOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Lines of a result. Waits for a reader that is slower than the database. */
export async function print(...lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return;
  statusLine.erase();
  if (!process.stdout.write(`${lines.join('\n')}\n`)) await once(process.stdout, 'drain');
}

/** Values as JSON lines. */
export const printJson = (...values: readonly unknown[]): Promise<void> =>
  print(...values.map((value) => JSON.stringify(value)));

/** A line for people. */
export function note(line: string): void {
  statusLine.erase();
  process.stderr.write(`${printable(line)}\n`);
}

/** Programs such as `head` stop reading when they have seen enough: that is no error. */
export function endQuietlyWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}
