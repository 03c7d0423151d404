/** A number of places, each for one run at a time. */
export class Slots {
  private taken = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly count: number) {}

  /** Returns false if no place is free. */
  tryTake(): boolean {
    if (this.taken >= this.count) return false;
    this.taken += 1;
    return true;
  }

  /** Waits for a place. */
  async take(): Promise<void> {
    while (!this.tryTake()) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  giveBack(): void {
    this.taken -= 1;
    this.waiting.shift()?.();
  }
}
