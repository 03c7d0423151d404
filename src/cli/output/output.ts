/** Where results and notes go: results to stdout, everything else to stderr. */
import { once } from 'node:events';
import { printable } from './text';

export interface OutputOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Lines of a result. Waits for a reader that is slower than the database. */
export async function print(...lines: readonly string[]): Promise<void> {
  if (lines.length > 0 && !process.stdout.write(`${lines.join('\n')}\n`)) await once(process.stdout, 'drain');
}

/** Values as JSON lines. */
export const printJson = (...values: readonly unknown[]): Promise<void> =>
  print(...values.map((value) => JSON.stringify(value)));

/** A line for whoever watches. */
export function note(line: string): void {
  process.stderr.write(`${printable(line)}\n`);
}

/** Whoever reads stdout may stop to do so, as `head` does: that is no error. */
export function endQuietlyWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}
