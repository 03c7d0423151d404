/**
 * The run of an upload to a server. Shows its progress while the upload waits for its response, and cancels the run if the user stops the command.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { CancelRunDocument, RunningRunsDocument } from '../../../schema/operations/generated';
import { CommandFailure } from '../failure';
import type { Progress } from '../output/progress';
import { RunStages } from '../output/runStages';
import type { Transport } from './transport';

const BETWEEN_LOOKS = 500;
/** A server reads the whole file before the run begins. If no run has the id of the request by then, the upload is abandoned. */
const LONGEST_SEARCH = 60_000;

const READING = 'Reading on the server';

export class ServerRun {
  /** The id of the upload's request, by which its run is found. */
  readonly requestId = randomUUID();
  private readonly ended = new AbortController();
  private readonly stages: RunStages;
  private isSent = false;
  /** Whether the server reports the progress of runs. */
  private isFollowed = false;
  private isLooking = false;
  private stoppedAt: number | null = null;
  private isCancelled = false;

  /** `abandon` ends the upload. */
  constructor(
    private readonly transport: Pick<Transport, 'ask'>,
    progress: Progress,
    private readonly abandon: () => void,
  ) {
    this.stages = new RunStages(progress, READING);
  }

  /** Call after the whole upload is sent. Never throws, because the response of the upload contains the error. */
  follow(): void {
    this.isSent = true;
    this.isFollowed = true;
    this.stages.restart();
    this.stages.begin({ what: READING });
    if (this.isLooking) return;
    this.isLooking = true;
    this.look().catch(() => {
      // A server without this query still sends the response of the upload.
      this.isFollowed = false;
      this.stages.begin({ what: 'Running on the server' });
      if (this.stoppedAt !== null) this.abandon();
    });
  }

  /** Call if the server has refused the upload, before it is sent again. */
  isRefused(): void {
    this.isSent = false;
    this.isFollowed = false;
  }

  /** Stops an incomplete upload. Otherwise cancels the run, whose response then has that status. */
  stop(): void {
    this.stoppedAt = performance.now();
    if (!this.isFollowed) this.abandon();
  }

  /** The error of an upload that was ended before its response. */
  abandoned(): CommandFailure {
    return new CommandFailure(
      this.isSent
        ? 'Stopped waiting. The server has the whole file and continues the run: "nsync runs" lists it, "nsync cancel" stops it.'
        : 'Stopped before the server had everything: nothing was run.',
    );
  }

  end(): void {
    this.ended.abort();
  }

  private async look(): Promise<void> {
    while (!this.ended.signal.aborted) {
      const { runs } = await this.transport.ask(RunningRunsDocument, {});
      if (this.ended.signal.aborted) return;
      const run = runs.nodes.find(({ requestId }) => requestId === this.requestId);
      if (run) {
        if (run.progress) this.stages.show(run.progress);
        if (this.stoppedAt !== null) await this.cancel(run.id);
      } else if (this.stoppedAt !== null && performance.now() - this.stoppedAt > LONGEST_SEARCH) {
        this.abandon();
      }
      await setTimeout(BETWEEN_LOOKS, undefined, { signal: this.ended.signal }).catch(() => undefined);
    }
  }

  private async cancel(id: string): Promise<void> {
    if (this.isCancelled) return;
    this.isCancelled = true;
    // A run that has just finished cannot be cancelled. Its response is about to arrive.
    await this.transport.ask(CancelRunDocument, { input: { id } }).catch(() => undefined);
  }
}
