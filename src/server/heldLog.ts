/** Log lines that wait, so that the sentence about what went wrong comes first. */
import pino, { type DestinationStream } from 'pino';

/** Writes to stderr once it is released, or at the end of the process. */
export class HeldLog implements DestinationStream {
  private readonly stderr = pino.destination(2);
  private held: string[] | null = [];

  constructor() {
    process.once('exit', () => this.release());
  }

  write(line: string): void {
    if (this.held) this.held.push(line);
    else this.stderr.write(line);
  }

  release(): void {
    for (const line of this.held ?? []) this.stderr.write(line);
    this.held = null;
  }
}
