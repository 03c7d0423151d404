/** Access tokens of services. Secrets themselves are not stored. */
import { createHash, randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import { committing, type Database, transientOutage } from '../database';
import { CallError } from '../errors';
import { shown } from '../shown';
import { didYouMean } from '../wording';
import { type Page, page, type PageRequest, pointInTime } from './reading';
import { TIMESTAMP } from './tables';

const TOKENS_TABLE = 'nsync_tokens';

/** The beginning of every secret, so that secret scanners find leaked ones. */
const SECRET_PREFIX = 'nsync_';
const SECRET_BYTES = 32;
/** The number of characters of a secret that are stored as plain text. */
const SHOWN_CHARACTERS = SECRET_PREFIX.length + 6;
const SECRET = /^nsync_[\w-]{43}$/;
const NAME = /^[\w.@-]{1,100}$/;
/** Uses of a token within this time (in ms) count as one. */
const USE_INTERVAL = 60_000;

interface TokenRecord {
  readonly id: string;
  readonly name: string;
  /** The first characters of the secret. */
  readonly prefix: string;
  readonly scopes: readonly string[];
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  /** The last use, to the minute. */
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}

type Row = Record<string, unknown>;

const time = (raw: unknown): Date | null => (raw === null || raw === undefined ? null : pointInTime(raw));

const readToken = (row: Row): TokenRecord => ({
  id: String(row.id),
  name: String(row.name),
  prefix: String(row.prefix),
  scopes: JSON.parse(String(row.scopes)) as string[],
  createdAt: pointInTime(row.created_at),
  expiresAt: time(row.expires_at),
  lastUsedAt: time(row.last_used_at),
  revokedAt: time(row.revoked_at),
});

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** A token's name, trimmed. Throws BAD_USER_INPUT. */
function tokenName(name: string): string {
  const trimmed = name.trim();
  if (NAME.test(trimmed)) return trimmed;
  throw new CallError(
    'BAD_USER_INPUT',
    `The name of a token must have 1 to 100 letters, digits and characters of "._-@", not ${shown(name)}.`,
  );
}

const tokenByName = async (knex: Knex, name: string): Promise<TokenRecord | null> => {
  const row = (await knex(TOKENS_TABLE).where({ name }).first()) as Row | undefined;
  return row ? readToken(row) : null;
};

let createdHere = 0;

/** The number of tokens that this process has created. */
export const tokensCreatedHere = (): number => createdHere;

interface NewToken {
  readonly name: string;
  /** In the format of formatScope. */
  readonly scopes: readonly string[];
  readonly expiresAt: Date | null;
  readonly createdBy: string | null;
}

/** Creates a token. Only this call returns the secret. Throws TOKEN_EXISTS or BAD_USER_INPUT. */
export async function createToken(
  database: Database,
  { name: given, scopes, expiresAt, createdBy }: NewToken,
  now: Date,
): Promise<{ token: TokenRecord; secret: string }> {
  const name = tokenName(given);
  if (expiresAt !== null && !(expiresAt > now))
    throw new CallError('BAD_USER_INPUT', 'expiresAt must be in the future.');
  const secret = SECRET_PREFIX + randomBytes(SECRET_BYTES).toString('base64url');
  const { knex, dialect } = database;
  const insert = async (trx: Knex.Transaction): Promise<void> => {
    if (await tokenByName(trx, name))
      throw new CallError(
        'TOKEN_EXISTS',
        `A token ${shown(name)} already exists. Revoked tokens keep their names. Choose another name.`,
      );
    await trx(TOKENS_TABLE).insert({
      name,
      prefix: secret.slice(0, SHOWN_CHARACTERS),
      secret_hash: hashOf(secret),
      scopes: JSON.stringify(scopes),
      created_at: dialect.bind(TIMESTAMP, now.toISOString()),
      created_by: createdBy,
      expires_at: expiresAt && dialect.bind(TIMESTAMP, expiresAt.toISOString()),
    });
  };
  await committing(database, insert, async () => (await tokenByName(knex, name)) !== null);
  createdHere += 1;
  const token = await tokenByName(knex, name);
  if (!token) throw new Error(`token "${name}" was not kept`);
  return { token, secret };
}

/** Revokes a token. A token that is already revoked retains its time. Throws TOKEN_NOT_FOUND. */
export async function revokeToken(database: Database, given: string, now: Date): Promise<TokenRecord> {
  const name = given.trim();
  const { knex, dialect } = database;
  const revoke = async (trx: Knex.Transaction): Promise<void> => {
    if (NAME.test(name) && (await tokenByName(trx, name))) {
      await trx(TOKENS_TABLE)
        .where({ name, revoked_at: null })
        .update({ revoked_at: dialect.bind(TIMESTAMP, now.toISOString()) });
      return;
    }
    const names = ((await trx(TOKENS_TABLE).select('name').orderBy('id').limit(1000)) as Row[]).map((row) =>
      String(row.name),
    );
    throw new CallError('TOKEN_NOT_FOUND', `There is no token ${shown(name)}${didYouMean(name, names)}`);
  };
  await committing(database, revoke, async () => (await tokenByName(knex, name))?.revokedAt != null);
  const token = await tokenByName(knex, name);
  if (!token) throw new CallError('TOKEN_NOT_FOUND', `There is no token ${shown(name)}.`);
  return token;
}

export const tokensPage = (knex: Knex, request: PageRequest): Promise<Page<TokenRecord>> =>
  page(knex(TOKENS_TABLE), request, readToken);

/**
 * Whether a token was ever created, even if it is revoked or expired. Otherwise the end of the last token would open
 * the server.
 */
export async function hasTokens(knex: Knex): Promise<boolean> {
  return (await knex(TOKENS_TABLE).select('id').limit(1)).length > 0;
}

/** Whether a text has the format of a secret. */
const isSecret = (text: string): boolean => SECRET.test(text);

type FoundToken =
  | { readonly kind: 'valid'; readonly token: TokenRecord }
  | { readonly kind: 'expired' | 'revoked'; readonly token: TokenRecord }
  | { readonly kind: 'unknown' };

/** The token of a secret, read from the database, so that all servers agree. */
export async function findToken({ reader }: Database, secret: string, now: Date): Promise<FoundToken> {
  if (!isSecret(secret)) return { kind: 'unknown' };
  const row = (await reader(TOKENS_TABLE)
    .where({ secret_hash: hashOf(secret) })
    .first()) as Row | undefined;
  if (!row) return { kind: 'unknown' };
  const token = readToken(row);
  if (token.revokedAt !== null) return { kind: 'revoked', token };
  if (token.expiresAt !== null && token.expiresAt <= now) return { kind: 'expired', token };
  return { kind: 'valid', token };
}

/**
 * Records the last uses of tokens, at most once per minute and token. Callers do not wait, because a run may have
 * locked the database.
 */
export class TokenUses {
  /** When this process last wrote or tried to write, by the token's id. */
  private readonly noted = new Map<string, number>();

  constructor(
    private readonly database: Database,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  note({ id, lastUsedAt }: TokenRecord, now: Date): void {
    const last = Math.max(lastUsedAt?.getTime() ?? 0, this.noted.get(id) ?? 0);
    if (now.getTime() - last < USE_INTERVAL) return;
    this.noted.set(id, now.getTime());
    const { knex, dialect } = this.database;
    knex(TOKENS_TABLE)
      .where({ id })
      .update({ last_used_at: dialect.bind(TIMESTAMP, now.toISOString()) })
      .catch((error: unknown) => {
        if (!transientOutage(dialect, error)) this.onFailure(error);
      });
  }
}
