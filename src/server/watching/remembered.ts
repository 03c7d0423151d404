/** A value of the database that metrics report. It is read in the background when it is requested, and not too often. */
export class Remembered<T> {
  private value: T | null = null;
  private lookedAt = -Infinity;
  private readAt = -Infinity;
  private isLooking = false;

  /** `interval`: the least milliseconds between two reads. After ten of them without an answer, the value is outdated. */
  constructor(
    private readonly read: () => Promise<T>,
    private readonly interval: number,
  ) {}

  /** The value of the last read; null if there is none, or if it is outdated. */
  get latest(): T | null {
    const now = performance.now();
    if (!this.isLooking && now - this.lookedAt >= this.interval) void this.look(now);
    return now - this.readAt < 10 * this.interval ? this.value : null;
  }

  private async look(now: number): Promise<void> {
    this.lookedAt = now;
    this.isLooking = true;
    try {
      this.value = await this.read();
      this.readAt = performance.now();
    } catch {
      // `nsync_ready` reports an unavailable database.
    } finally {
      this.isLooking = false;
    }
  }
}
