/** What a webhook is given, and whether it may be. */
import { randomBytes } from 'node:crypto';
import { CallError } from '../errors';
import { addressOf, isPublicAddress } from '../publicAddress';
import { shown } from '../shown';
import { listed } from '../wording';
import type { RunStatus } from './runs';
import { systemName } from './systems';

/** How runs end. */
export const FINAL_STATUSES = [
  'COMPLETED',
  'COMPLETED_WITH_FAILURES',
  'ROLLED_BACK',
  'CANCELLED',
  'INTERRUPTED',
] as const satisfies readonly RunStatus[];

const NAME = /^[\w.@-]{1,100}$/;
const LONGEST_URL = 2000;
const MOST_SYSTEMS = 1000;

/** After the Standard Webhooks specification: 24 to 64 bytes in base64. */
const SECRET_PREFIX = 'whsec_';
const FEWEST_BYTES = 24;
const MOST_BYTES = 64;
const GENERATED_BYTES = 32;

const refusal = (message: string): CallError => new CallError('BAD_USER_INPUT', message);

export const isWebhookName = (text: string): boolean => NAME.test(text);

/** A webhook's name, trimmed; throws BAD_USER_INPUT. */
export function webhookName(name: string): string {
  const trimmed = name.trim();
  if (isWebhookName(trimmed)) return trimmed;
  throw refusal(
    `The name of a webhook must have 1 to 100 letters, digits and characters of "._-@", not ${shown(name)}.`,
  );
}

function parsedUrl(given: string): URL {
  const text = given.trim();
  if (!URL.canParse(text)) throw refusal(`The URL of a webhook must be like https://example.com/hooks, not ${shown(given)}.`); // prettier-ignore
  return new URL(text);
}

/**
 * A webhook's URL as it is stored; throws BAD_USER_INPUT. `allowsPrivate`: it may use http, and name a private address. The address
 * of a name is checked only when something is sent, because it can change at any time.
 */
export function webhookUrl(given: string, allowsPrivate: boolean): string {
  const url = parsedUrl(given);
  url.hash = '';
  if (url.protocol !== 'https:' && !(allowsPrivate && url.protocol === 'http:'))
    throw refusal('The URL of a webhook must begin with https://. With NSYNC_WEBHOOK_PRIVATE=1 it may use http.');
  // Lists show URLs.
  if (url.username !== '' || url.password !== '')
    throw refusal('The URL of a webhook must not contain a user or a password.');
  const address = addressOf(url);
  if (!allowsPrivate && address !== null && !isPublicAddress(address))
    throw refusal(`The URL of a webhook must not lead to the private address ${address}. NSYNC_WEBHOOK_PRIVATE=1 allows it.`); // prettier-ignore
  if (url.href.length > LONGEST_URL) throw refusal(`The URL of a webhook must have at most ${LONGEST_URL} characters.`);
  return url.href;
}

/** Names of systems, each once; null: all. Throws BAD_USER_INPUT. */
export function webhookSystems(given: readonly string[] | null): readonly string[] | null {
  if (given === null) return null;
  const names = [...new Set(given.map(systemName))];
  if (names.length === 0) throw refusal('Give at least one system, or null for all.');
  if (names.length > MOST_SYSTEMS) throw refusal(`A webhook can name at most ${MOST_SYSTEMS} systems.`);
  return names;
}

/** Statuses that runs end with, each once; null: all. Throws BAD_USER_INPUT. */
export function webhookStatuses(given: readonly RunStatus[] | null): readonly RunStatus[] | null {
  if (given === null) return null;
  const statuses = [...new Set(given)];
  const other = statuses.find((status) => !(FINAL_STATUSES as readonly RunStatus[]).includes(status));
  if (other !== undefined)
    throw refusal(`A run does not end with the status ${other}. Use ${listed(FINAL_STATUSES, 'or')}.`);
  if (statuses.length === 0) throw refusal('Give at least one status, or null for all.');
  return statuses;
}

/** The bytes of a secret, with which deliveries are signed; null if the text is no secret. */
export function secretKey(secret: string): Buffer | null {
  const text = secret.startsWith(SECRET_PREFIX) ? secret.slice(SECRET_PREFIX.length) : '';
  const key = Buffer.from(text, 'base64');
  const exact = key.toString('base64');
  const isExact = text === exact || text === exact.replaceAll('=', '');
  return isExact && key.length >= FEWEST_BYTES && key.length <= MOST_BYTES ? key : null;
}

/** A secret that somebody gives, trimmed; throws BAD_USER_INPUT, without the secret. */
export function givenSecret(given: string): string {
  const secret = given.trim();
  if (secretKey(secret) !== null) return secret;
  throw refusal(
    `The secret of a webhook must be ${SECRET_PREFIX} and the base64 of ${FEWEST_BYTES} to ${MOST_BYTES} random bytes. Leave it out to have one generated.`,
  );
}

export const newSecret = (): string => SECRET_PREFIX + randomBytes(GENERATED_BYTES).toString('base64');
