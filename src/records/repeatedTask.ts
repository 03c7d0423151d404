/** A task that runs at once and then repeatedly. A failed task is tried again the next time. */
export class RepeatedTask {
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;
  private working: Promise<void> = Promise.resolve();

  constructor(
    private readonly work: () => Promise<unknown>,
    private readonly pause: number,
    private readonly onFailure: (error: unknown) => void,
  ) {
    this.begin();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.working;
  }

  private begin(): void {
    this.working = this.work()
      .catch(this.onFailure)
      .then(() => {
        if (!this.isStopped) this.timer = setTimeout(() => this.begin(), this.pause).unref();
      });
  }
}
