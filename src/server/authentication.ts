/** Authenticates requests by the header `Authorization: Bearer TOKEN` (RFC 6750). */
import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { ANONYMOUS, makeViewer, readScopes, type Viewer } from '../access';
import { callErrorOf, type Database, retrying } from '../database';
import { findToken, hasTokens, TokenUses, tokensCreatedHere } from '../records';
import { RateLimited } from '../errors';
import { isLoopback } from '../loopback';
import { RequestFailure } from './failures';
import { hostNameOf } from './hosts';
import { sharedCheck } from './sharedCheck';
import type { Attempts } from './traffic/attempts';
import { logFailure } from './watching/loggedError';

/** Verifies tokens other than nsync's own. Returns null for a text of another form. Throws InvalidToken. */
export type TokenVerifier = (token: string) => Promise<Viewer | null>;

/** The reason why a token is not accepted, as a sentence for the client. */
export class InvalidToken extends Error {}

interface AuthenticationSettings {
  /** Whether a request without a token is admitted, while there are no tokens and no identity provider. */
  readonly admitsAnonymous: (request: Request) => boolean;
  /** The verifier for an identity provider; null if there is none. */
  readonly verifier: TokenVerifier | null;
  /** Limits callers that guess tokens. */
  readonly attempts: Attempts;
}

interface Openness {
  readonly host: string;
  readonly isInsecure: boolean;
}

/** Whether only this machine can reach the server, or a proxy handles authentication. */
export const admitsAnonymous = ({ host, isInsecure }: Openness): boolean => isLoopback(host) || isInsecure;

/** Headers of proxies. */
const FORWARDING = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'];

/** Whether a request comes from this machine: it has a local host name and no header of a proxy, behind which the client may be anywhere. */
const isFromHere = ({ headers }: Request): boolean =>
  isLoopback(hostNameOf(headers.host) ?? '') && FORWARDING.every((name) => headers[name] === undefined);

/** Returns whether a request without a token may be anonymous. */
export const admitsRequest =
  (settings: Openness) =>
  (request: Request): boolean =>
    settings.isInsecure || (admitsAnonymous(settings) && isFromHere(request));

const REALM = 'Bearer realm="graphql-nsync"';

/** HTTP 401, with the header that names the authentication scheme. */
class Unauthenticated extends RequestFailure {
  /** `isInvalid`: whether the request has a token. */
  constructor(message: string, isInvalid: boolean) {
    super(401, 'UNAUTHENTICATED', message, {
      headers: { 'www-authenticate': isInvalid ? `${REALM}, error="invalid_token"` : REALM },
      refusal: isInvalid ? 'invalid token' : 'no token',
    });
  }
}

const HOW = 'Send the header "Authorization: Bearer TOKEN".';

/** The token of a request; null if it has none. Throws Unauthenticated for a header of another kind. */
function bearerToken(request: Request): string | null {
  const header = request.get('authorization');
  if (header === undefined) return null;
  const token = /^Bearer +([\w.~+/=-]+) *$/i.exec(header)?.[1];
  if (token === undefined) throw new Unauthenticated(`The header Authorization has no bearer token. ${HOW}`, true);
  return token;
}

async function viewerOfSecret(database: Database, uses: TokenUses, secret: string): Promise<Viewer> {
  const now = new Date();
  const found = await findToken(database, secret, now);
  if (found.kind === 'unknown') throw new InvalidToken('The token is not valid.');
  const { token } = found;
  if (found.kind === 'expired') throw new InvalidToken(`Token ${token.name} has expired.`);
  if (found.kind === 'revoked') throw new InvalidToken(`Token ${token.name} was revoked.`);
  uses.note(token, now);
  return makeViewer('token', token.name, readScopes(token.scopes));
}

/** For so long, the first token that another process creates may not be noticed. */
const OPEN_MILLISECONDS = 100;

/** Whether there are tokens. While there are none, not every request asks the database. */
function tokenCheck(database: Database): () => Promise<boolean> {
  const check = sharedCheck<null, boolean>(() => hasTokens(database.reader));
  let none: { readonly since: number; readonly createdHere: number } | null = null;
  return async () => {
    const now = { since: performance.now(), createdHere: tokensCreatedHere() };
    if (none && now.since - none.since < OPEN_MILLISECONDS && now.createdHere === none.createdHere) return false;
    const found = await check(null);
    none = found ? null : now;
    return found;
  };
}

export interface Authentication {
  /** Whether a request currently needs a token. */
  isRequired(request: Request): Promise<boolean>;
  /** Throws Unauthenticated. */
  viewerOf(request: Request): Promise<Viewer>;
}

export function makeAuthentication(
  database: Database,
  { admitsAnonymous, verifier, attempts }: AuthenticationSettings,
  log: Logger,
): Authentication {
  const uses = new TokenUses(database, (error) =>
    logFailure(log, 'warn', error, {}, 'cannot write the use of a token'),
  );
  const haveTokens = tokenCheck(database);
  const viewerOfOwnToken = sharedCheck((token: string) => viewerOfSecret(database, uses, token));
  const isRequired = async (request: Request): Promise<boolean> =>
    !admitsAnonymous(request) || verifier !== null || (await haveTokens());
  const viewerOfToken = async (token: string): Promise<Viewer> =>
    (await verifier?.(token)) ?? (await viewerOfOwnToken(token));
  const tryToken = async (request: Request, token: string): Promise<Viewer> => {
    const attempt = { address: request.ip ?? '', token };
    await attempts.assertFew(attempt);
    try {
      const viewer = await viewerOfToken(token);
      attempts.noteSuccess(attempt);
      return viewer;
    } catch (error) {
      if (error instanceof InvalidToken) await attempts.noteFailure(attempt);
      throw error;
    }
  };
  const find = async (request: Request): Promise<Viewer> => {
    const token = bearerToken(request);
    if (token !== null) return tryToken(request, token);
    if (await isRequired(request)) throw new Unauthenticated(`The request has no token. ${HOW}`, false);
    return ANONYMOUS;
  };
  return {
    isRequired: (request) => retrying(database.dialect, () => isRequired(request)),
    async viewerOf(request) {
      try {
        return await retrying(database.dialect, () => find(request));
      } catch (error) {
        if (error instanceof InvalidToken) throw new Unauthenticated(error.message, true);
        if (error instanceof RateLimited) throw error;
        const callError = callErrorOf(database.dialect, error);
        throw callError ? new RequestFailure(503, callError.code, callError.message) : error;
      }
    },
  };
}

const VIEWER = 'viewer';

/** The caller of a request that passed `authenticate`. */
export const viewerOf = ({ locals }: Response): Viewer => locals[VIEWER] as Viewer;

/** Authenticates the caller, before any of the body is read. */
export const authenticate =
  (authentication: Authentication): RequestHandler =>
  async (request, response, next) => {
    response.locals[VIEWER] = await authentication.viewerOf(request);
    next();
  };
