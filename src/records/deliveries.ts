/** What is sent to webhooks: when it is due, who sends it, and how that ended. */
import type { Knex } from 'knex';
import { type Database, inTransaction, retrying } from '../database';
import { databaseNow } from './endedRuns';
import { type Page, page, type PageRequest, pointInTime } from './reading';
import { TIMESTAMP } from './tables';
import { DELIVERIES_TABLE } from './webhooks';

export const DELIVERY_STATUSES = {
  PENDING: 'The delivery was not sent yet, or will be sent again at `nextAttemptAt`.',
  DELIVERED: 'The receiver accepted the delivery.',
  FAILED: 'The delivery is not sent any more.',
} as const satisfies Readonly<Record<string, string>>;

export type DeliveryStatus = keyof typeof DELIVERY_STATUSES;

export interface DeliveryRecord {
  /** By which pages find it. */
  readonly number: string;
  /** The header webhook-id, the same in each attempt. */
  readonly id: string;
  readonly runId: string;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly lastStatusCode: number | null;
  readonly lastError: string | null;
  readonly nextAttemptAt: Date | null;
  readonly createdAt: Date;
  readonly deliveredAt: Date | null;
}

type Row = Record<string, unknown>;

const time = (raw: unknown): Date | null => (raw === null ? null : pointInTime(raw));

const readDelivery = (row: Row): DeliveryRecord => ({
  number: String(row.id),
  id: String(row.message_id),
  runId: String(row.run_id),
  status: row.status as DeliveryStatus,
  attempts: Number(row.attempts),
  lastStatusCode: row.last_status_code === null ? null : Number(row.last_status_code),
  lastError: (row.last_error as string | null) ?? null,
  nextAttemptAt: time(row.next_attempt_at),
  createdAt: pointInTime(row.created_at),
  deliveredAt: time(row.delivered_at),
});

/** Newest first. */
export const deliveriesPage = (knex: Knex, webhookId: string, request: PageRequest): Promise<Page<DeliveryRecord>> =>
  page(knex(DELIVERIES_TABLE).where({ webhook_id: webhookId }), request, readDelivery, true);

/** A delivery that is to be sent now. */
export interface DueDelivery {
  readonly number: string;
  readonly id: string;
  readonly webhookId: string;
  readonly body: string;
  /** Those before. */
  readonly attempts: number;
}

/** A delivery that this process alone may send, as the attempt with this number. */
export interface ClaimedDelivery extends DueDelivery {
  readonly attempt: number;
}

/** Deliveries of a webhook that are due by the database's clock, the longest due first. */
export async function dueDeliveries(
  { reader, dialect }: Database,
  webhookId: string,
  most: number,
): Promise<DueDelivery[]> {
  const rows = (await reader(DELIVERIES_TABLE)
    .where({ status: 'PENDING', webhook_id: webhookId })
    .where('next_attempt_at', '<=', reader.raw(dialect.clock))
    .orderBy('next_attempt_at')
    .limit(most)) as Row[];
  return rows.map((row) => ({
    number: String(row.id),
    id: String(row.message_id),
    webhookId,
    body: String(row.body),
    attempts: Number(row.attempts),
  }));
}

const later = (now: Date, seconds: number): string => new Date(now.getTime() + seconds * 1000).toISOString();

/**
 * Takes a delivery for this process: of several that try, one raises the number of attempts. If this process dies, the delivery is due
 * again after `leaseSeconds`. Null: another process has taken it, or it is not to be sent any more.
 */
export async function claimDelivery(
  database: Database,
  due: DueDelivery,
  leaseSeconds: number,
): Promise<ClaimedDelivery | null> {
  const { knex, dialect } = database;
  const { number: id, attempts } = due;
  const attempt = attempts + 1;
  const next_attempt_at = dialect.bind(TIMESTAMP, later(await databaseNow(database), leaseSeconds));
  // Whoever does not know whether it was written waits for the lease to end.
  const claimed = await knex(DELIVERIES_TABLE)
    .where({ id, attempts, status: 'PENDING' })
    .update({ attempts: attempt, next_attempt_at });
  return claimed > 0 ? { ...due, attempt } : null;
}

/** How an attempt ended. `waitSeconds`: until the next one; null: there is none. */
export type AttemptResult =
  | { readonly kind: 'delivered'; readonly statusCode: number }
  | {
      readonly kind: 'failed';
      readonly statusCode: number | null;
      readonly error: string;
      readonly waitSeconds: number | null;
    };

const LONGEST_ERROR = 500;

function valuesOf({ dialect }: Database, result: AttemptResult, now: Date): Record<string, unknown> {
  const at = (seconds: number): unknown => dialect.bind(TIMESTAMP, later(now, seconds));
  if (result.kind === 'delivered')
    return { status: 'DELIVERED', last_status_code: result.statusCode, last_error: null, next_attempt_at: null, delivered_at: at(0) }; // prettier-ignore
  const { statusCode, error, waitSeconds } = result;
  return {
    status: waitSeconds === null ? 'FAILED' : 'PENDING',
    last_status_code: statusCode,
    // A text that the column cannot store would hide how the attempt ended.
    last_error: error.slice(0, LONGEST_ERROR).replace(/[^ -~]/g, '?'),
    next_attempt_at: waitSeconds === null ? null : at(waitSeconds),
  };
}

/** Records how an attempt ended, unless another process has begun a later one. */
export async function recordAttempt(
  database: Database,
  { number: id, attempt }: ClaimedDelivery,
  result: AttemptResult,
): Promise<void> {
  const now = await databaseNow(database);
  await retrying(database.dialect, () =>
    database
      .knex(DELIVERIES_TABLE)
      .where({ id, attempts: attempt })
      .update(valuesOf(database, result, now)),
  );
}

/** Gives a delivery back that was taken and not sent: it is due at once, and the attempt does not count. */
export async function releaseDelivery(database: Database, { number: id, attempt }: ClaimedDelivery): Promise<void> {
  const { knex, dialect } = database;
  const next_attempt_at = dialect.bind(TIMESTAMP, (await databaseNow(database)).toISOString());
  await knex(DELIVERIES_TABLE)
    .where({ id, attempts: attempt, status: 'PENDING' })
    .update({ attempts: attempt - 1, next_attempt_at });
}

const DELETED_AT_ONCE = 500;

/** Removes deliveries that were created before a time, a few at a time; returns how many. */
export async function pruneDeliveries(database: Database, before: Date, signal?: AbortSignal): Promise<number> {
  const { knex, reader, dialect } = database;
  let removed = 0;
  while (!signal?.aborted) {
    // Ids count up with time, so no index on times is needed.
    const rows = (await reader(DELIVERIES_TABLE).orderBy('id').limit(DELETED_AT_ONCE).select('id', 'created_at')) as Row[]; // prettier-ignore
    const old = rows.filter((row) => pointInTime(row.created_at) < before).map(({ id }) => String(id));
    if (old.length === 0) break;
    await retrying(dialect, () => inTransaction(knex, (trx) => trx(DELIVERIES_TABLE).whereIn('id', old).delete()));
    removed += old.length;
    if (old.length < DELETED_AT_ONCE) break;
  }
  return removed;
}
