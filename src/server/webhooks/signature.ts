/** Signatures after the Standard Webhooks specification (https://www.standardwebhooks.com). */
import { createHmac } from 'node:crypto';
import { secretKey } from '../../records';

export interface Message {
  /** The same in each attempt, so that receivers can tell a repetition. */
  readonly id: string;
  readonly body: string;
}

/** The headers of a message that is sent at a time. Throws an Error if the secret is none. */
export function signedHeaders({ id, body }: Message, secret: string, now: Date): Record<string, string> {
  const key = secretKey(secret);
  if (!key) throw new Error('the secret of a webhook is damaged');
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
