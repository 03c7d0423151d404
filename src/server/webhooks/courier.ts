/** Sends what is due to webhooks. Several servers share the work. */
import type { Logger } from 'pino';
import type { Database } from '../../database';
import {
  activeWebhooks,
  announceEndedRuns,
  type AttemptResult,
  claimDelivery,
  type ClaimedDelivery,
  disableWebhook,
  dueDeliveries,
  type DueDelivery,
  recordAttempt,
  releaseDelivery,
  RepeatedTask,
  type WebhookRecord,
  webhookTarget,
} from '../../records';
import { logFailure } from '../watching/loggedError';
import { post } from './post';
import { signedHeaders } from './signature';

const BETWEEN_ROUNDS = 1000;
const TIMEOUT_SECONDS = 15;
/** Longer than an attempt takes, with all that is written about it. */
const LEASE_SECONDS = 60;
const AT_ONCE_PER_WEBHOOK = 10;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
/** The waits between attempts: together about a day. */
const WAITS = [5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 4 * HOUR, 7 * HOUR, 10 * HOUR];
/** A wait is longer or shorter by up to this part of it, by chance. */
const JITTER = 0.1;
/** The answer of a receiver that wants no more deliveries. */
const GONE = 410;

export interface CourierSettings {
  /** Whether deliveries may go to private addresses, and by http. */
  readonly webhookPrivate: boolean;
  /** Seconds between attempts; by default for about a day. */
  readonly waits?: readonly number[];
}

/** Seconds until the next attempt after so many; null: there is none. */
export function waitAfter(attempts: number, waits: readonly number[] = WAITS, chance = Math.random()): number | null {
  const wait = waits[attempts - 1];
  return wait === undefined ? null : wait * (1 - JITTER + 2 * JITTER * chance);
}

const reasonOf = (error: unknown): string => {
  const { message, code } = error as { message?: string; code?: string };
  // An error of several addresses has no message of its own.
  return message || code || 'The request failed.';
};

const describe = (status: number): string =>
  status >= 300 && status < 400
    ? `The receiver answered ${status}. Redirects are not followed.`
    : `The receiver answered ${status}.`;

export class Courier {
  private readonly stopping = new AbortController();
  private readonly task: RepeatedTask;
  /** Webhooks that this process is sending to: a slow receiver does not hold up the others. */
  private readonly serving = new Map<string, Promise<void>>();

  constructor(
    private readonly database: Database,
    private readonly settings: CourierSettings,
    private readonly log: Logger,
  ) {
    this.task = new RepeatedTask(
      () => this.round(),
      BETWEEN_ROUNDS,
      (error) => this.warn(error, {}),
    );
  }

  /** Gives up what is being sent: another server, or this one after its next start, sends it. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.task.stop();
    await Promise.all(this.serving.values());
  }

  private warn(error: unknown, fields: Readonly<Record<string, unknown>>): void {
    logFailure(this.log, 'warn', error, fields, 'cannot work on the deliveries of webhooks');
  }

  private async round(): Promise<void> {
    while ((await announceEndedRuns(this.database)) > 0) if (this.stopping.signal.aborted) return;
    for (const webhook of await activeWebhooks(this.database.reader)) {
      if (this.serving.has(webhook.id)) continue;
      const work = this.serve(webhook)
        .catch((error: unknown) => this.warn(error, { webhook: webhook.name }))
        .finally(() => this.serving.delete(webhook.id));
      this.serving.set(webhook.id, work);
    }
  }

  /** Sends to a webhook what is due, some at a time, until nothing is. */
  private async serve(webhook: WebhookRecord): Promise<void> {
    const { database, stopping } = this;
    while (!stopping.signal.aborted) {
      const due = await dueDeliveries(database, webhook.id, AT_ONCE_PER_WEBHOOK);
      const ends = await Promise.allSettled(due.map((delivery) => this.deliver(webhook, delivery)));
      const failed = ends.find((end) => end.status === 'rejected');
      if (failed) throw failed.reason;
      if (due.length < AT_ONCE_PER_WEBHOOK) return;
    }
  }

  private async deliver(webhook: WebhookRecord, due: DueDelivery): Promise<void> {
    const claimed = await claimDelivery(this.database, due, LEASE_SECONDS);
    if (!claimed) return;
    const result = await this.attempt(claimed);
    if (!result) return releaseDelivery(this.database, claimed);
    await recordAttempt(this.database, claimed, result);
    const fields = { webhook: webhook.name, delivery: claimed.id, attempt: claimed.attempt };
    if (result.kind === 'delivered') {
      this.log.debug(fields, 'webhook delivered');
      return;
    }
    this.log.warn({ ...fields, statusCode: result.statusCode }, 'webhook not delivered');
    if (result.statusCode !== GONE) return;
    await disableWebhook(this.database, webhook.id, result.error, new Date());
    this.log.warn({ webhook: webhook.name }, 'webhook disabled, because its receiver answered 410');
  }

  /** Null: it was given up. */
  private async attempt(delivery: ClaimedDelivery): Promise<AttemptResult | null> {
    const target = await webhookTarget(this.database.reader, delivery.webhookId);
    if (!target) return null;
    const { signal } = this.stopping;
    const { webhookPrivate: allowsPrivate, waits } = this.settings;
    const failed = (statusCode: number | null, error: string): AttemptResult => ({
      kind: 'failed',
      statusCode,
      error,
      waitSeconds: statusCode === GONE ? null : waitAfter(delivery.attempt, waits),
    });
    try {
      const headers = signedHeaders(delivery, target.secret, new Date());
      const { body } = delivery;
      const statusCode = await post(target.url, { headers, body, allowsPrivate, timeoutSeconds: TIMEOUT_SECONDS, signal }); // prettier-ignore
      return statusCode >= 200 && statusCode < 300 ? { kind: 'delivered', statusCode } : failed(statusCode, describe(statusCode)); // prettier-ignore
    } catch (error) {
      return signal.aborted ? null : failed(null, reasonOf(error));
    }
  }
}
