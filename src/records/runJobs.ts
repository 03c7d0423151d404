/** The calls of queued runs: what they ask for, and their rows and files in pieces. */
import type { Knex } from 'knex';
import { type Database, retrying } from '../database';
import { RUNS_TABLE, type StartedRun, takenAway } from './runs';

export const JOBS_TABLE = 'nsync_run_jobs';
const PIECES_TABLE = 'nsync_run_pieces';
const CHUNKS_TABLE = 'nsync_run_chunks';

const UNFINISHED = ['QUEUED', 'RUNNING'];

/** Bytes per piece. Small enough for any limit on the size of a statement. */
const PIECE_BYTES = 512 * 1024;
/** Pieces that one statement removes. */
const REMOVED_AT_ONCE = 20;

/** A call that waits for a worker. */
export interface QueuedCall {
  /** The system whose turn the run uses. */
  readonly system: string;
  /** The call as JSON, without its inputs. */
  readonly call: string;
  /** How many processes may lose the run before it ends as INTERRUPTED. */
  readonly attempts: number;
}

/** Jobs of runs that have not ended. */
export const queuedJobs = (knex: Knex): Knex.QueryBuilder =>
  (knex(JOBS_TABLE) as Knex.QueryBuilder)
    .join(RUNS_TABLE, `${RUNS_TABLE}.id`, `${JOBS_TABLE}.run_id`)
    .whereIn('status', UNFINISHED);

async function* inPieces(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let waiting: Uint8Array[] = [];
  let size = 0;
  for await (const some of bytes)
    for (let start = 0; start < some.length; start += PIECE_BYTES) {
      const part = some.subarray(start, start + PIECE_BYTES);
      waiting.push(part);
      size += part.length;
      if (size < PIECE_BYTES) continue;
      yield Buffer.concat(waiting);
      waiting = [];
      size = 0;
    }
  if (size > 0) yield Buffer.concat(waiting);
}

/**
 * Stores an input of a run that is being queued. Each piece is committed by itself and is a sign of life of the run. Returns the number of pieces.
 * Throws RUN_INTERRUPTED if the run was ended meanwhile.
 */
export async function storeInput(
  { knex, dialect }: Database,
  { id, attempt }: StartedRun,
  input: number,
  bytes: AsyncIterable<Uint8Array>,
): Promise<number> {
  let piece = 0;
  for await (const data of inPieces(bytes)) {
    const place = { run_id: id, input, piece };
    await retrying(dialect, async () => {
      const alive = await knex(RUNS_TABLE)
        .where({ id, attempt, status: 'QUEUED' })
        .update({ heartbeat_at: knex.raw(dialect.clock) });
      if (alive === 0) throw takenAway(id);
      await knex(PIECES_TABLE)
        .insert({ ...place, data })
        .onConflict(['run_id', 'input', 'piece'])
        .ignore();
    });
    piece += 1;
  }
  return piece;
}

/** Reads an input of a run, piece by piece. Throws RUN_INTERRUPTED if a piece was removed, because the run has ended. */
export async function* readInput(
  { reader, dialect }: Database,
  runId: string,
  input: number,
  pieces: number,
): AsyncGenerator<Buffer> {
  for (let piece = 0; piece < pieces; piece += 1) {
    const row = (await retrying(dialect, () =>
      reader(PIECES_TABLE).where({ run_id: runId, input, piece }).first('data'),
    )) as { data: Buffer } | undefined;
    if (!row) throw takenAway(runId);
    yield Buffer.from(row.data);
  }
}

/** Puts a run into the queue, once its inputs are stored. Throws RUN_INTERRUPTED if the run was ended meanwhile. */
export async function submitCall(
  { knex, dialect }: Database,
  { id, attempt }: StartedRun,
  { system, call, attempts }: QueuedCall,
): Promise<void> {
  await retrying(dialect, async () => {
    const alive = (await knex(RUNS_TABLE).where({ id, attempt, status: 'QUEUED' }).first('id')) as unknown;
    if (alive === undefined) throw takenAway(id);
    await knex(JOBS_TABLE)
      .insert({ run_id: id, system_name: system, call, attempts_left: attempts })
      .onConflict('run_id')
      .ignore();
  });
}

/** Removes what the workers of a run needed that has ended, a few megabytes at a time. */
export async function removeEndedCall({ knex, dialect }: Database, runId: string): Promise<void> {
  for (const [table, counted] of [
    [PIECES_TABLE, 'piece'],
    [CHUNKS_TABLE, 'chunk'],
  ] as const)
    for (;;) {
      const numbers = await knex(table)
        .where({ run_id: runId })
        .distinct()
        .orderBy(counted)
        .limit(REMOVED_AT_ONCE)
        .pluck<number[]>(counted);
      if (numbers.length === 0) break;
      await retrying(dialect, () => knex(table).where({ run_id: runId }).whereIn(counted, numbers).delete());
    }
}

/** Removes what workers needed of runs that have ended. */
export async function removeEndedCalls(database: Database, signal?: AbortSignal): Promise<void> {
  const { reader } = database;
  for (const table of [PIECES_TABLE, CHUNKS_TABLE]) {
    const ended = await reader(table)
      .join(RUNS_TABLE, `${RUNS_TABLE}.id`, 'run_id')
      .whereNotIn('status', UNFINISHED)
      .distinct()
      .limit(REMOVED_AT_ONCE)
      .pluck<unknown[]>('run_id');
    for (const id of ended) if (!signal?.aborted) await removeEndedCall(database, String(id));
  }
}

/** Records what a committed chunk tells the next worker of its run. In the chunk's transaction. */
export async function recordChunkEntry(
  trx: Knex.Transaction,
  runId: string,
  chunk: number,
  entry: object,
): Promise<void> {
  await trx(CHUNKS_TABLE).insert({ run_id: runId, chunk, entry: JSON.stringify(entry) });
}

/** The entries of a run's committed chunks, in order. */
export async function* chunkEntries<T>({ reader, dialect }: Database, runId: string): AsyncGenerator<T> {
  for (let after = 0; ;) {
    const rows = (await retrying(dialect, () =>
      reader(CHUNKS_TABLE)
        .where({ run_id: runId })
        .where('chunk', '>', after)
        .orderBy('chunk')
        .limit(REMOVED_AT_ONCE)
        .select('chunk', 'entry'),
    )) as { chunk: number; entry: string }[];
    for (const { chunk, entry } of rows) {
      yield JSON.parse(entry) as T;
      after = chunk;
    }
    if (rows.length < REMOVED_AT_ONCE) return;
  }
}
