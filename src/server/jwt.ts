/** Authenticates tokens that an identity provider signed: JWTs (RFC 7519), checked as RFC 8725 and RFC 9068 require. */
import type { Logger } from 'pino';
import { InvalidToken, type TokenVerifier } from './authentication';
import { type Claims, viewerOfClaims } from './claims';
import type { IdentityProvider } from './identityProvider';
import { readProviderKeys } from './providerKeys';

/** The largest difference between two clocks. */
const CLOCK_TOLERANCE_SECONDS = 10;

const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/;
/** The provider signs other types, such as logout tokens, with the same keys for other purposes. */
const TYPES = ['jwt', 'at+jwt'];

/** Messages by the codes of jose's errors. */
const REFUSALS: Readonly<Record<string, string>> = {
  ERR_JWT_EXPIRED: 'The token has expired.',
  ERR_JOSE_ALG_NOT_ALLOWED: 'The token is signed with an algorithm that this server does not accept.',
  ERR_JWKS_NO_MATCHING_KEY: 'The token is signed with a key that the identity provider does not publish.',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: 'The token does not name the key that it is signed with (kid).',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'The signature of the token is wrong.',
};
const CLAIM_REFUSALS: Readonly<Record<string, string>> = {
  iss: 'The token was issued by another identity provider than this server trusts (iss).',
  aud: 'The token was issued for another server (aud).',
  exp: 'The token has no valid time of expiry (exp).',
  nbf: 'The token is not valid yet (nbf).',
};

function refusalOf({ code = '', claim = '' }: { code?: string; claim?: string }): InvalidToken {
  return new InvalidToken(REFUSALS[code] ?? CLAIM_REFUSALS[claim] ?? 'The token is not a valid JWT.');
}

/** Throws InvalidToken for a token with a valid signature that is not an access token. */
function assertAccessToken(type: string | undefined, claims: Claims): void {
  const name = type?.toLowerCase().replace(/^application\//, '') ?? 'jwt';
  if (!TYPES.includes(name)) throw new InvalidToken('The token is of another type than an access token (typ).');
  if (claims.cnf !== undefined)
    throw new InvalidToken('The token is bound to a key of its client (cnf), which this server cannot check.');
}

/** Returns a verifier for the tokens of an identity provider. Throws SettingsError if the file of its keys cannot be used. */
export async function makeJwtVerifier(provider: IdentityProvider, log: Logger): Promise<TokenVerifier> {
  const { errors, jwtVerify } = await import('jose');
  const keys = await readProviderKeys(provider.jwks, log);
  const options = {
    issuer: provider.issuer,
    audience: provider.audience,
    algorithms: [...provider.algorithms],
    requiredClaims: ['exp'],
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
  };
  return async (token) => {
    if (!JWT.test(token)) return null;
    const { payload, protectedHeader } = await jwtVerify(token, keys, options).catch((error: unknown) => {
      throw error instanceof errors.JOSEError ? refusalOf(error) : error;
    });
    assertAccessToken(protectedHeader.typ, payload);
    return viewerOfClaims(payload, provider);
  };
}
