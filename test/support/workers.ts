/** Worker processes, which tests kill and pause. */
import { type ChildProcess } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import type { Knex } from 'knex';
import { startNsync } from './commandLine';
import { eventually } from './eventually';

export class WorkerProcesses {
  private readonly running = new Set<ChildProcess>();

  constructor(
    private readonly knex: Knex,
    private readonly environment: Readonly<Record<string, string>>,
  ) {}

  /** Starts workers that begin to look for runs. */
  async start(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => this.startOne()));
  }

  private async startOne(): Promise<void> {
    const { child } = startNsync(['worker', '--runs', '1'], { env: this.environment });
    this.running.add(child);
    child.once('exit', () => this.running.delete(child));
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (text: string) => {
        if (text.includes('ready')) resolve();
      });
      child.once('exit', () => reject(new Error('The worker has ended.')));
    });
  }

  /** The worker that has a run; null if none of these has it now. */
  private async owner(runId: string): Promise<ChildProcess | null> {
    const run = (await this.knex('nsync_runs').where({ id: runId }).first('owner', 'status')) as
      { owner: string | null; status: string } | undefined;
    if (run?.status !== 'RUNNING') return null;
    const pid = Number(run.owner?.split(':').at(-2));
    return [...this.running].find((child) => child.pid === pid) ?? null;
  }

  private async workerOf(runId: string): Promise<ChildProcess | null> {
    for (let look = 0; look < 400; look += 1) {
      const owner = await this.owner(runId);
      if (owner) return owner;
      if (await this.hasEnded(runId)) return null;
      await setTimeout(25);
    }
    throw new Error(`No worker has taken run ${runId}.`);
  }

  async hasEnded(runId: string): Promise<boolean> {
    const run = (await this.knex('nsync_runs').where({ id: runId }).first('status')) as { status: string };
    return run.status !== 'QUEUED' && run.status !== 'RUNNING';
  }

  /** Kills the worker of a run some time after it has taken the run, and starts another one. Returns false if the run has ended before. */
  async kill(runId: string, after: number): Promise<boolean> {
    const worker = await this.workerOf(runId);
    if (!worker) return false;
    await setTimeout(after);
    worker.kill('SIGKILL');
    await this.start(1);
    return true;
  }

  /** Pauses the worker of a run for some time. Returns false if the run has ended before. */
  async pause(runId: string, after: number, milliseconds: number): Promise<boolean> {
    const worker = await this.workerOf(runId);
    if (!worker) return false;
    await setTimeout(after);
    worker.kill('SIGSTOP');
    await setTimeout(milliseconds);
    worker.kill('SIGCONT');
    return true;
  }

  async ended(runId: string): Promise<void> {
    await eventually(`the end of run ${runId}`, () => this.hasEnded(runId));
  }

  stop(): void {
    for (const child of this.running) child.kill('SIGKILL');
  }
}
