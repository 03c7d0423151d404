/**
 * The run of an upload to a server. Shows its progress while the upload waits for its response, and cancels the run if the user stops the command.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import {
  CancelRunDocument,
  RunningRunsDocument,
  type RunningRunsQuery,
  type RunPhase,
} from '../../../schema/operations/generated';
import { CommandFailure } from '../failure';
import type { Progress, Stage } from '../output/progress';
import type { Transport } from './transport';

type RunningRun = RunningRunsQuery['runs']['nodes'][number];

const BETWEEN_LOOKS = 500;
/** A server reads the whole file before the run begins. If no run has the id of the request by then, the upload is abandoned. */
const LONGEST_SEARCH = 60_000;

const PHASES: Readonly<Record<RunPhase, string>> = {
  WAITING: 'Waiting for another run',
  READING: 'Reading on the server',
  SYNCING: 'Syncing',
  COMMITTING: 'Committing',
};

export class ServerRun {
  /** The id of the upload's request, by which its run is found. */
  readonly requestId = randomUUID();
  private readonly ended = new AbortController();
  private isSent = false;
  /** Whether the server reports the progress of runs. */
  private isFollowed = false;
  private isLooking = false;
  private stoppedAt: number | null = null;
  private isCancelled = false;
  private shown = '';

  /** `abandon` ends the upload. */
  constructor(
    private readonly transport: Pick<Transport, 'ask'>,
    private readonly progress: Progress,
    private readonly abandon: () => void,
  ) {}

  /** Call after the whole upload is sent. Never throws, because the response of the upload contains the error. */
  follow(): void {
    this.isSent = true;
    this.isFollowed = true;
    this.shown = '';
    this.begin({ what: 'Reading on the server' });
    if (this.isLooking) return;
    this.isLooking = true;
    this.look().catch(() => {
      // A server without this query still sends the response of the upload.
      this.isFollowed = false;
      this.begin({ what: 'Running on the server' });
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
        this.show(run);
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

  private show({ progress }: RunningRun): void {
    if (!progress) return;
    const { phase, rowsDone, rowsTotal, rowsPerSecond } = progress;
    if (phase !== 'SYNCING') this.begin({ what: PHASES[phase] });
    else {
      this.begin({ what: PHASES[phase], unit: 'rows', total: rowsTotal });
      this.progress.at(rowsDone, rowsPerSecond);
    }
  }

  private begin(stage: Stage): void {
    if (stage.what === this.shown) return;
    this.shown = stage.what;
    this.progress.begin(stage);
  }
}
