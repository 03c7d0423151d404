/** Calls with the same idempotency key and the same content are one run (R49). */
import { setTimeout } from 'node:timers/promises';
import { type Database, retrying } from '../../database';
import { CallError } from '../../errors';
import { yieldToEventLoop } from '../../eventLoop';
import {
  assertIdempotencyKey,
  type EarlierCall,
  earlierCall,
  interruptDeadRuns,
  type KeyClaim,
  type KeyedCall,
  recordedOutcomes,
  KeyTaken,
  type LiveRuns,
  type RowOutcome,
  RunRecords,
  runState,
} from '../../records';
import { shown } from '../../shown';
import type { SyncSource } from '../request';
import type { Row } from '../row';
import { fingerprintOf } from './fingerprint';
import type { RunRequest, SyncResult } from './run';
import { isUnfinished } from './runStatus';

const FIRST_PAUSE = 10;
const LONGEST_PAUSE = 500;

type State = NonNullable<Awaited<ReturnType<typeof runState>>>;

const isWorking = ({ status }: State): boolean => status === 'RUNNING' || status === 'QUEUED';

/** A row that changed nothing and has no problem: its outcome was only counted. */
const unchanged = ({ number, line, externalKey }: Row): RowOutcome => ({
  row: number,
  line: line ?? null,
  externalKey: externalKey?.trim() ? externalKey : null,
  status: 'UNCHANGED',
  objectId: null,
  changes: [],
  alsoDeleted: [],
  alsoChanged: [],
  problems: [],
});

const reused = ({ key }: KeyedCall, { runId }: EarlierCall): CallError =>
  new CallError(
    'IDEMPOTENCY_KEY_REUSED',
    `The idempotency key ${shown(key)} belongs to run ${runId}, whose call had other content. Nothing was synced. Use another key, or repeat that call without any change.`,
  );

/** The answer to a repeated call whose run was ended, and of which something may remain. */
function ended(runId: string, { status, committedChunks }: State): CallError {
  const [code, how] =
    status === 'CANCELLED' ? (['CANCELLED', 'stopped on request'] as const) : (['RUN_INTERRUPTED', 'interrupted'] as const); // prettier-ignore
  const stays = committedChunks > 0 ? 'Committed rows stay.' : 'All its changes were undone.';
  return new CallError(
    code,
    `An earlier call with the same idempotency key started run ${runId}, which was ${how}. ${stays} To sync the rows again, use another key.`,
    { runId },
  );
}

export class RepeatedCalls {
  constructor(
    private readonly database: Database,
    private readonly live: LiveRuns,
    /** How long a key stands for its call; 0: for ever. */
    private readonly hours: number,
  ) {}

  /**
   * The result of a request: that of `run`, which is given what it has to claim, or that of an earlier call with the same key.
   * `commitsChunks`: if the run is stopped, what it has committed stays. `waits`: an earlier call is waited for. Throws CallError as `run` does,
   * and IDEMPOTENCY_KEY_REUSED.
   */
  async once(
    request: RunRequest,
    { commitsChunks, waits }: { readonly commitsChunks: boolean; readonly waits: boolean },
    run: (claim: KeyClaim | null) => Promise<SyncResult>,
  ): Promise<SyncResult> {
    const { idempotencyKey, startedBy = null, signal } = request;
    if (idempotencyKey === undefined || idempotencyKey === null) return run(null);
    const key = assertIdempotencyKey(idempotencyKey);
    const call: KeyedCall = { caller: startedBy, key, fingerprint: await fingerprintOf(request) };
    for (;;) {
      const earlier = await retrying(this.database.dialect, () => earlierCall(this.database, call, this.hours));
      const end = earlier && (await this.endOf(call, earlier, commitsChunks, waits, signal));
      if (earlier && end) return this.replay(request, earlier.runId, end);
      try {
        return await run({ ...call, replaces: earlier });
      } catch (error) {
        if (!(error instanceof KeyTaken)) throw error;
      }
    }
  }

  /** How the run of an earlier call has ended, or works; null if the key may start another run. Throws CallError. */
  private async endOf(
    call: KeyedCall,
    earlier: EarlierCall,
    commitsChunks: boolean,
    waits: boolean,
    signal: AbortSignal | undefined,
  ): Promise<State | null> {
    const { runId, fingerprint, isExpired } = earlier;
    const found = await this.stateOf(runId);
    if (!found || (isExpired && !isWorking(found))) return null;
    if (fingerprint !== call.fingerprint) throw reused(call, earlier);
    const state = waits && isWorking(found) ? await this.untilEnded(runId, signal) : found;
    if (!state || !isUnfinished(state.status)) return state;
    // Whoever stops a run stops it for all calls that wait for it. A run that had no time to wait gives its key back.
    const isStopped = state.status === 'CANCELLED' && isWorking(found) && (await this.hasKey(call, runId));
    if (isStopped || (commitsChunks && state.committedChunks > 0)) throw ended(runId, state);
    return null;
  }

  private async hasKey(call: KeyedCall, runId: string): Promise<boolean> {
    const found = await retrying(this.database.dialect, () => earlierCall(this.database, call, this.hours));
    return found?.runId === runId;
  }

  private async stateOf(runId: string): Promise<State | null> {
    const { reader, dialect } = this.database;
    return (await retrying(dialect, () => runState(reader, runId))) ?? null;
  }

  /** Waits for the end of a run, in whichever process it works; null if the run was removed. */
  private async untilEnded(runId: string, signal: AbortSignal | undefined): Promise<State | null> {
    for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      const state = await this.stateOf(runId);
      if (!state || !isWorking(state)) return state;
      // One whose process is gone would never end.
      if (!this.live.find(runId)) await interruptDeadRuns(this.database);
      if (signal?.aborted)
        throw new CallError(
          'CANCELLED',
          `Stopped waiting for run ${runId}, which an earlier call with the same idempotency key started. The run continues.`,
        );
      await setTimeout(pause);
    }
  }

  private async replay(request: RunRequest, runId: string, { status }: State): Promise<SyncResult> {
    const { reader } = this.database;
    const sources = request.wantOutcomes ? await new RunRecords(this.database, this.live).sourcesOf([runId]) : [];
    const outcomes: RowOutcome[][] = [];
    for (const [index, { id }] of sources.entries()) {
      const recorded = new Map<number, RowOutcome>();
      for await (const batch of recordedOutcomes(reader, id))
        for (const outcome of batch) recorded.set(outcome.row, outcome);
      outcomes.push(await allOutcomes(request.sources[index], recorded));
    }
    return { runId, status, outcomes, replayed: true, record: null };
  }
}

/** The outcome of every row of a source, of those that are recorded. */
async function allOutcomes(
  source: SyncSource | undefined,
  recorded: ReadonlyMap<number, RowOutcome>,
): Promise<RowOutcome[]> {
  const outcomes: RowOutcome[] = [];
  for await (const rows of source?.batches() ?? []) {
    for (const row of rows) outcomes.push(recorded.get(row.number) ?? unchanged(row));
    await yieldToEventLoop();
  }
  return outcomes;
}
