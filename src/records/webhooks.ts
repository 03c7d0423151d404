/** Webhooks: addresses that are told of runs that ended. */
import type { Knex } from 'knex';
import { committing, type Database, retrying } from '../database';
import { CallError } from '../errors';
import { shown } from '../shown';
import { didYouMean } from '../wording';
import { asciiJson } from './asciiJson';
import { pointInTime } from './reading';
import type { RunStatus } from './runs';
import { TIMESTAMP } from './tables';
import {
  givenSecret,
  isWebhookName,
  newSecret,
  webhookName,
  webhookStatuses,
  webhookSystems,
  webhookUrl,
} from './webhookInput';

export const WEBHOOKS_TABLE = 'nsync_webhooks';
export const DELIVERIES_TABLE = 'nsync_webhook_deliveries';

/** Lists of webhooks have no pages, and each webhook costs each server a query per second. */
const MOST_WEBHOOKS = 100;

export interface WebhookRecord {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  /** Null: all. */
  readonly systems: readonly string[] | null;
  /** Null: all that runs end with. */
  readonly statuses: readonly RunStatus[] | null;
  readonly createdAt: Date;
  /** When its receiver asked for no more deliveries; null: it gets them. */
  readonly disabledAt: Date | null;
}

type Row = Record<string, unknown>;

const list = (raw: unknown): readonly string[] | null =>
  typeof raw === 'string' ? (JSON.parse(raw) as string[]) : null;

/** Without the secret, which `webhookTarget` alone reads. */
const readWebhook = (row: Row): WebhookRecord => ({
  id: String(row.id),
  name: String(row.name),
  url: String(row.url),
  systems: list(row.systems),
  statuses: list(row.statuses) as readonly RunStatus[] | null,
  createdAt: pointInTime(row.created_at),
  disabledAt: row.disabled_at === null ? null : pointInTime(row.disabled_at),
});

const COLUMNS = ['id', 'name', 'url', 'systems', 'statuses', 'created_at', 'disabled_at'];

async function webhookByName(knex: Knex, name: string): Promise<WebhookRecord | null> {
  const row = (await knex(WEBHOOKS_TABLE).where({ name }).first(COLUMNS)) as Row | undefined;
  return row ? readWebhook(row) : null;
}

/** A webhook by a client's text, which need not be a name. */
export const findWebhook = async (knex: Knex, name: string): Promise<WebhookRecord | null> =>
  isWebhookName(name) ? webhookByName(knex, name) : null;

/** In the order in which they were created. */
export async function listWebhooks(knex: Knex): Promise<WebhookRecord[]> {
  return ((await knex(WEBHOOKS_TABLE).orderBy('id').select(COLUMNS)) as Row[]).map(readWebhook);
}

/** Those that get deliveries. */
export async function activeWebhooks(knex: Knex): Promise<WebhookRecord[]> {
  return ((await knex(WEBHOOKS_TABLE).where({ disabled_at: null }).orderBy('id').select(COLUMNS)) as Row[]).map(readWebhook); // prettier-ignore
}

/** What deliveries are signed with, and where they are sent, at this moment; undefined if they are not to be sent. */
export async function webhookTarget(
  knex: Knex,
  id: string,
): Promise<{ readonly url: string; readonly secret: string } | undefined> {
  return (await knex(WEBHOOKS_TABLE).where({ id, disabled_at: null }).first('url', 'secret')) as
    { url: string; secret: string } | undefined;
}

interface WebhookChange {
  readonly name: string;
  readonly url: string;
  readonly systems: readonly string[] | null;
  readonly statuses: readonly RunStatus[] | null;
  /** Null: a new webhook gets one, and another one stays as it is. */
  readonly secret: string | null;
}

async function assertFew(knex: Knex): Promise<void> {
  const [row] = (await knex(WEBHOOKS_TABLE).count({ count: '*' })) as { count: number | string }[];
  if (Number(row?.count ?? 0) >= MOST_WEBHOOKS)
    throw new CallError('BAD_USER_INPUT', `There can be at most ${MOST_WEBHOOKS} webhooks. Delete one first.`);
}

interface SavedWebhook {
  readonly webhook: WebhookRecord;
  /** The secret if it was generated, which is returned here and never again. */
  readonly secret: string | null;
}

/** Creates a webhook, or changes the one of that name, which then gets deliveries again. Throws BAD_USER_INPUT. */
export async function saveWebhook(
  database: Database,
  change: WebhookChange,
  allowsPrivate: boolean,
  now: Date,
): Promise<SavedWebhook> {
  const name = webhookName(change.name);
  const [systems, statuses] = [webhookSystems(change.systems), webhookStatuses(change.statuses)];
  const values = {
    url: webhookUrl(change.url, allowsPrivate),
    systems: systems && asciiJson(systems),
    statuses: statuses && JSON.stringify(statuses),
    disabled_at: null,
  };
  const given = change.secret === null ? null : givenSecret(change.secret);
  const generated = newSecret();
  const { knex, dialect } = database;
  const save = async (trx: Knex.Transaction): Promise<{ secret: string | null }> => {
    const existing = await webhookByName(trx, name);
    if (existing) {
      await trx(WEBHOOKS_TABLE).where({ id: existing.id }).update({ ...values, ...(given === null ? {} : { secret: given }) }); // prettier-ignore
      return { secret: null };
    }
    await assertFew(trx);
    const created_at = dialect.bind(TIMESTAMP, now.toISOString());
    await trx(WEBHOOKS_TABLE).insert({ name, ...values, secret: given ?? generated, created_at });
    return { secret: given === null ? generated : null };
  };
  const isSaved = async ({ secret }: { secret: string | null }): Promise<boolean> => {
    const told = secret ?? given;
    const found = (await knex(WEBHOOKS_TABLE).where({ name }).first()) as Row | undefined;
    return found !== undefined && (told === null || found.secret === told) && found.url === values.url;
  };
  const { secret } = await committing(database, save, isSaved);
  const webhook = await webhookByName(knex, name);
  if (!webhook) throw new CallError('WEBHOOK_NOT_FOUND', `Webhook ${name} was deleted in the meantime.`);
  return { webhook, secret };
}

/** Deletes a webhook with its deliveries; returns its name. Throws WEBHOOK_NOT_FOUND. */
export async function deleteWebhook(database: Database, given: string): Promise<string> {
  const name = given.trim();
  const remove = async (trx: Knex.Transaction): Promise<void> => {
    const names = (await listWebhooks(trx)).map((webhook) => webhook.name);
    if (!names.includes(name))
      throw new CallError('WEBHOOK_NOT_FOUND', `There is no webhook ${shown(name)}${didYouMean(name, names)}`);
    await trx(WEBHOOKS_TABLE).where({ name }).delete();
  };
  await committing(database, remove, async () => (await webhookByName(database.knex, name)) === null);
  return name;
}

/** Ends the deliveries of a webhook, until it is saved again. What waits to be sent fails. */
export async function disableWebhook(database: Database, id: string, reason: string, now: Date): Promise<void> {
  const { knex, dialect } = database;
  await retrying(dialect, async () => {
    await knex(WEBHOOKS_TABLE)
      .where({ id, disabled_at: null })
      .update({ disabled_at: dialect.bind(TIMESTAMP, now.toISOString()) });
    await knex(DELIVERIES_TABLE)
      .where({ webhook_id: id, status: 'PENDING' })
      .update({ status: 'FAILED', last_error: reason, next_attempt_at: null });
  });
}
