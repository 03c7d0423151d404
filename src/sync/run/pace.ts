/** Keeps the chunks of a long run short while other runs wait for its models (R44). Chunks of wide rows, or on a busy machine, may take long. */

/** The milliseconds of a chunk for which other runs may wait. */
const LONGEST = 150;
/** With fewer rows, a chunk's own statements take most of its time. */
const LEAST_ROWS = 250;
/** How much larger the next chunk may be if no run has waited for the last one. */
const GROWTH = 1.5;

export class Pace {
  private most = Infinity;
  /** Of the chunk under way. */
  private rows = 0;

  constructor(
    /** Whether other runs of this process wait for the models. */
    private readonly isAwaited: () => boolean,
  ) {}

  /** The most rows of the next chunk. */
  get mostRows(): number {
    return this.most;
  }

  begin(): void {
    this.rows = 0;
  }

  /** Called with rows of the chunk. */
  note(rows: number): void {
    this.rows += rows;
  }

  /** Called with the duration of the chunk. */
  end(milliseconds: number): void {
    if (!this.isAwaited()) this.most *= GROWTH;
    else if (milliseconds > LONGEST) this.most = Math.max(LEAST_ROWS, Math.floor((this.rows * LONGEST) / milliseconds));
  }
}
