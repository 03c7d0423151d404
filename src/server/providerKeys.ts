/** The public keys of an identity provider, which may change at any time. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { SettingsError } from './environment';
import { RequestFailure } from './failures';

/** Keys are read again after this number of milliseconds. */
const LONGEST_USE = 600_000;
/** A token with an unknown key makes the server read the keys again, but not more often than this. */
const COOLDOWN = 30_000;
const LONGEST_READ = 5000;

/** Errors that concern one token. All others concern every token. */
const ABOUT_TOKEN = ['ERR_JWKS_NO_MATCHING_KEY', 'ERR_JWKS_MULTIPLE_MATCHING_KEYS'];

/** The token could not be checked. The client may repeat its request. */
class KeysUnavailable extends RequestFailure {
  constructor(cause: unknown) {
    super(
      503,
      'IDENTITY_PROVIDER_UNAVAILABLE',
      'The server cannot read the keys of the identity provider. Try again later.',
    );
    this.cause = cause;
  }
}

/** jose expects an HTTP response. */
const readAsResponse = async (url: string): Promise<Response> => new Response(await readFile(fileURLToPath(url)));

/** The innermost cause, because `fetch failed` hides the reason. */
function reasonOf(error: unknown): string {
  const { cause, code, message } = error as { cause?: unknown; code?: string; message?: string };
  return cause === undefined ? message || code || 'unknown' : reasonOf(cause);
}

const isSecret = ({ kty, d }: { kty?: string; d?: unknown }): boolean => kty === 'oct' || d !== undefined;

/**
 * Returns a function that finds the key of a token, for jose's jwtVerify. The function throws JOSEError for an invalid token, or RequestFailure
 * (503). Throws SettingsError for an unusable file. A URL need not answer when the server starts.
 */
export async function readProviderKeys(url: URL, log: Logger) {
  const { createRemoteJWKSet, customFetch } = await import('jose');
  const isFile = url.protocol === 'file:';
  const keys = createRemoteJWKSet(url, {
    cacheMaxAge: LONGEST_USE,
    cooldownDuration: COOLDOWN,
    timeoutDuration: LONGEST_READ,
    ...(isFile ? { [customFetch]: readAsResponse } : {}),
  });
  const fail = (why: string): void => {
    if (isFile) throw new SettingsError(`NSYNC_JWT_JWKS ${fileURLToPath(url)} ${why}`);
    log.warn({ url: url.href }, `the key set of the identity provider ${why}`);
  };
  const failure = await keys.reload().catch((error: unknown) => error as Error);
  const found = keys.jwks()?.keys ?? [];
  if (failure) fail(`cannot be read: ${reasonOf(failure)}`);
  else if (found.length === 0) fail('contains no key');
  else if (found.some(isSecret)) fail('contains a secret key. Only public keys may be in it');

  return async (...[header, token]: Parameters<typeof keys>) => {
    try {
      return await keys(header, token);
    } catch (error) {
      throw ABOUT_TOKEN.includes((error as { code?: string }).code ?? '') ? error : new KeysUnavailable(error);
    }
  };
}
