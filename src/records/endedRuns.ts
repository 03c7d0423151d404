/** Runs that ended, as webhooks are told of them. */
import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import { type Database, inTransaction, retrying } from '../database';
import { asciiJson } from './asciiJson';
import { pointInTime } from './reading';
import { COUNTS, noCounts, type RunCounts, RUNS_TABLE, type RunStatus, SOURCES_TABLE } from './runs';
import { SYSTEMS_TABLE } from './systems';
import { TIMESTAMP } from './tables';
import { activeWebhooks, DELIVERIES_TABLE, type WebhookRecord } from './webhooks';

const RUNS_AT_ONCE = 500;
/** SQLite takes no more than 500 rows of knex's in one INSERT. */
const ROWS_AT_ONCE = 100;
/** Clocks of servers may differ by so much. Runs that ended longer before a webhook was created are none of its. */
const CLOCK_TOLERANCE = 60_000;

interface EndedRun {
  readonly id: string;
  readonly status: RunStatus;
  readonly dryRun: boolean;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly systems: readonly string[];
  readonly models: readonly string[];
  readonly counts: RunCounts;
}

type Row = Record<string, unknown>;

const distinct = (names: readonly string[]): string[] => [...new Set(names)];

function readRun(row: Row, sources: readonly Row[]): EndedRun {
  const counts = noCounts();
  for (const source of sources) for (const count of COUNTS) counts[count] += Number(source[`${count}_count`]);
  return {
    id: String(row.id),
    status: row.status as RunStatus,
    dryRun: Boolean(row.dry_run),
    startedAt: pointInTime(row.started_at),
    finishedAt: pointInTime(row.finished_at ?? row.started_at),
    systems: distinct(sources.map((source) => String(source.name ?? source.system_name))),
    models: distinct(sources.map(({ model }) => String(model))),
    counts,
  };
}

/** Systems have the names that they have now. */
async function readRuns(trx: Knex, ids: readonly string[]): Promise<EndedRun[]> {
  const runs = (await trx(RUNS_TABLE)
    .whereIn('id', ids as string[])
    .where({ webhooks_due: true })
    .orderBy('id')) as Row[];
  const sources = (await trx(SOURCES_TABLE)
    .leftJoin(SYSTEMS_TABLE, `${SYSTEMS_TABLE}.id`, 'external_system_id')
    .whereIn('run_id', ids as string[])
    .orderBy('run_id')
    .orderBy('position')
    .select(`${SOURCES_TABLE}.*`, `${SYSTEMS_TABLE}.name`)) as Row[];
  return runs.map((run) => readRun(run, sources.filter((source) => String(source.run_id) === String(run.id)))); // prettier-ignore
}

function concerns({ systems, statuses, createdAt }: WebhookRecord, run: EndedRun): boolean {
  return (
    (systems === null || run.systems.some((system) => systems.includes(system))) &&
    (statuses === null || statuses.includes(run.status)) &&
    run.finishedAt.getTime() >= createdAt.getTime() - CLOCK_TOLERANCE
  );
}

/** The text that is sent: `run.rolled_back` is the type of a run that was ROLLED_BACK. */
const bodyOf = ({ id, status, dryRun, startedAt, finishedAt, systems, models, counts }: EndedRun): string =>
  asciiJson({
    type: `run.${status.toLowerCase()}`,
    timestamp: finishedAt.toISOString(),
    data: {
      runId: id,
      status,
      dryRun,
      systems,
      models,
      counts,
      startedAt: startedAt.toISOString(),
      finishedAt: finishedAt.toISOString(),
    },
  });

async function writeDeliveries(trx: Knex, { dialect }: Database, ids: readonly string[], now: Date): Promise<void> {
  const webhooks = await activeWebhooks(trx);
  if (webhooks.length === 0) return;
  const at = dialect.bind(TIMESTAMP, now.toISOString());
  const deliveries = (await readRuns(trx, ids)).flatMap((run) =>
    webhooks
      .filter((webhook) => concerns(webhook, run))
      .map((webhook) => ({
        webhook_id: webhook.id,
        run_id: run.id,
        message_id: `msg_${randomBytes(16).toString('base64url')}`,
        body: bodyOf(run),
        status: 'PENDING',
        next_attempt_at: at,
        created_at: at,
      })),
  );
  for (let from = 0; from < deliveries.length; from += ROWS_AT_ONCE)
    await trx(DELIVERIES_TABLE)
      .insert(deliveries.slice(from, from + ROWS_AT_ONCE))
      // Another server may have looked at the same run.
      .onConflict(['run_id', 'webhook_id'])
      .ignore();
}

/** The time by the database's clock, the only one that servers share. */
export async function databaseNow({ reader, dialect }: Database): Promise<Date> {
  const [row] = (await reader.select({ now: reader.raw(dialect.clock) })) as [{ now: unknown }];
  return pointInTime(row.now);
}

/**
 * Writes deliveries for runs that ended and that nobody has looked at yet. The runs are marked in the same transaction, so that
 * none is missed and none is delivered twice, whichever process ended them. Returns how many runs there were; `most` of them at once.
 */
export async function announceEndedRuns(database: Database, most = RUNS_AT_ONCE): Promise<number> {
  const { knex, reader, dialect } = database;
  const ended = (await reader(RUNS_TABLE)
    .where({ webhooks_due: true })
    .whereNotIn('status', ['QUEUED', 'RUNNING'])
    .limit(most)
    .pluck('id')) as unknown[];
  if (ended.length === 0) return 0;
  const ids = ended.map(String);
  const now = await databaseNow(database);
  await retrying(dialect, () =>
    inTransaction(knex, async (trx) => {
      // Webhooks are read after the runs were seen as ended: none is missed that existed by then.
      await writeDeliveries(trx, database, ids, now);
      await trx(RUNS_TABLE).whereIn('id', ids).update({ webhooks_due: false });
    }),
  );
  return ids.length;
}
