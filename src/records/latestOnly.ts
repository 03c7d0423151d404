/** An iterator for one reader that holds only the latest item, so that a slow reader never has a backlog. */
export class LatestOnly<T> implements AsyncIterableIterator<T, undefined> {
  private latest: { readonly item: T } | null = null;
  private isEnded = false;
  private wake: () => void = () => undefined;

  /** `onReturn` is called if the reader stops before the end. */
  constructor(private readonly onReturn: () => void) {}

  /** Replaces an item that was not read yet. */
  put(item: T): void {
    if (this.isEnded) return;
    this.latest = { item };
    this.wake();
  }

  /** Ends the iterator after the item that was not read yet. */
  end(): void {
    this.isEnded = true;
    this.wake();
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    while (!this.latest && !this.isEnded) await new Promise<void>((resolve) => (this.wake = resolve));
    const { latest } = this;
    this.latest = null;
    return latest ? { done: false, value: latest.item } : { done: true, value: undefined };
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.latest = null;
    this.end();
    this.onReturn();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
