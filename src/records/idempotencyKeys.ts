/** Idempotency keys: which call has started which run (R49). The database decides whose call it was: a key is unique. */
import type { Knex } from 'knex';
import { type Database, type Dialect, retrying } from '../database';
import { CallError } from '../errors';
import { shown } from '../shown';

const KEYS_TABLE = 'nsync_idempotency_keys';

/** How long keys are stored, unless a setting says otherwise. */
export const IDEMPOTENCY_HOURS = 24;

const HOUR = 3600;
/** Keys that one step of the pruning looks at. */
const PRUNED_AT_ONCE = 500;

const KEY = /^[!-~]{1,255}$/;

/** The key as it was given; throws BAD_USER_INPUT. */
export function assertIdempotencyKey(key: string): string {
  if (KEY.test(key)) return key;
  throw new CallError(
    'BAD_USER_INPUT',
    `An idempotency key must have 1 to 255 visible ASCII characters and no blanks, not ${shown(key)}.`,
  );
}

/** A call that may be repeated. */
export interface KeyedCall {
  /** Callers have keys of their own; null: callers without a name. */
  readonly caller: string | null;
  readonly key: string;
  /** Tells its content from other content. */
  readonly fingerprint: string;
}

/** The call that has the key. */
export interface EarlierCall {
  readonly id: string;
  readonly runId: string;
  readonly fingerprint: string;
  /** Whether the key may be used for another call. */
  readonly isExpired: boolean;
}

/** What a call asks for that starts a run. */
export interface KeyClaim extends KeyedCall {
  /** The call that had the key before; null: none had. */
  readonly replaces: EarlierCall | null;
}

/** Another call has taken the key meanwhile. */
export class KeyTaken extends Error {}

const callerColumn = (caller: string | null): string => (caller === null ? 'nobody' : `caller ${caller}`);

/** The earlier call with the key of a call; null if there is none. `hours` 0: keys do not expire. */
export async function earlierCall(
  { reader, dialect }: Database,
  { caller, key }: KeyedCall,
  hours: number,
): Promise<EarlierCall | null> {
  const row = (await reader(KEYS_TABLE)
    .where({ caller: callerColumn(caller), idempotency_key: key })
    .first('id', 'run_id', 'fingerprint', { age: reader.raw(dialect.secondsSince('created_at')) })) as
    { id: unknown; run_id: unknown; fingerprint: string; age: string | number } | undefined;
  return row
    ? {
        id: String(row.id),
        runId: String(row.run_id),
        fingerprint: row.fingerprint,
        isExpired: hours > 0 && Number(row.age) > hours * HOUR,
      }
    : null;
}

/** A run that takes the key of its call. */
export interface KeyedRun {
  readonly claim: KeyClaim;
  readonly runId: string;
}

/** Takes the keys of runs, in the transaction that records the runs. Throws KeyTaken; then nothing may be committed. */
export async function claimKeys(trx: Knex.Transaction, dialect: Dialect, runs: readonly KeyedRun[]): Promise<void> {
  if (runs.length === 0) return;
  // Not updated: keys are pruned in the order of their ids.
  for (const { replaces } of runs.map(({ claim }) => claim))
    if (replaces && (await trx(KEYS_TABLE).where({ id: replaces.id }).delete()) === 0) throw new KeyTaken();
  try {
    // Waits for a transaction that has the same key.
    await trx(KEYS_TABLE).insert(
      runs.map(({ claim: { caller, key, fingerprint }, runId }) => ({
        caller: callerColumn(caller),
        idempotency_key: key,
        fingerprint,
        run_id: runId,
        created_at: trx.raw(dialect.clock),
      })),
    );
  } catch (error) {
    const failure = dialect.explainFailure(error);
    throw failure?.kind === 'violation' && failure.code === 'UNIQUE_VIOLATION' ? new KeyTaken() : error;
  }
}

/** Gives back the key of a run that has not begun with its rows; a run without a key is fine. */
export async function releaseKey(knex: Knex, runId: string): Promise<void> {
  await knex(KEYS_TABLE).where({ run_id: runId }).delete();
}

/** Removes keys that are older than some hours, a few at a time, the oldest first. The signal ends it early. */
export async function pruneIdempotencyKeys(database: Database, hours: number, signal?: AbortSignal): Promise<void> {
  const { knex, reader, dialect } = database;
  while (!signal?.aborted) {
    const oldest = (await reader(KEYS_TABLE)
      .orderBy('id')
      .limit(PRUNED_AT_ONCE)
      .select('id', { age: reader.raw(dialect.secondsSince('created_at')) })) as {
      id: string | number;
      age: string | number;
    }[];
    const expired = oldest.filter(({ age }) => Number(age) > hours * HOUR).map(({ id }) => id);
    if (expired.length > 0) await retrying(dialect, () => knex(KEYS_TABLE).whereIn('id', expired).delete());
    if (expired.length < PRUNED_AT_ONCE) return;
  }
}
