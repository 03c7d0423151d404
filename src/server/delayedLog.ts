/** Delays log lines, so that an error message on stderr comes first. */
import pino, { type DestinationStream } from 'pino';

/** Writes to stderr once the log is released, or when the process ends. */
export class DelayedLog implements DestinationStream {
  private readonly stderr = pino.destination(2);
  private delayed: string[] | null = [];

  constructor() {
    process.once('exit', () => this.release());
  }

  write(line: string): void {
    if (this.delayed) this.delayed.push(line);
    else this.stderr.write(line);
  }

  release(): void {
    for (const line of this.delayed ?? []) this.stderr.write(line);
    this.delayed = null;
  }
}
