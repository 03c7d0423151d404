/** Reads the sender of a request from the claims of an identity provider's token. */
import { formatScope, makeViewer, parseScope, type Scope, type Viewer } from '../access';
import { InvalidToken } from './authentication';
import type { IdentityProvider } from './identityProvider';

export type Claims = Readonly<Record<string, unknown>>;

const LONGEST_NAME = 150;

function nameOf(claims: Claims, claim: string): string {
  const name = claims[claim];
  if (typeof name !== 'string' || name.trim() === '')
    throw new InvalidToken(`The token does not name its sender: the claim ${claim} has no text.`);
  if ([...name].length > LONGEST_NAME)
    throw new InvalidToken(`The claim ${claim} of the token is longer than ${LONGEST_NAME} characters.`);
  if (/[\p{Cc}\p{Cs}]/u.test(name)) throw new InvalidToken(`The claim ${claim} of the token has control characters.`);
  return name;
}

/** The values of a claim: a text with blanks (RFC 8693), or a list. */
function valuesOf(claim: unknown): string[] {
  if (typeof claim === 'string') return claim.split(/\s/).filter((word) => word !== '');
  return Array.isArray(claim) ? claim.filter((value) => typeof value === 'string') : [];
}

/** The scopes of a claim's value. Values for other services, such as `openid`, are left out. */
function scopesOf(value: string, map: IdentityProvider['scopes']): readonly Scope[] {
  if (map) return map.get(value) ?? [];
  const scope = parseScope(value);
  return typeof scope === 'string' ? [] : [scope];
}

/** The sender of a token whose signature and times are valid. A sender without scopes may do nothing. Throws InvalidToken. */
export function viewerOfClaims(
  claims: Claims,
  { nameClaim, scopeClaim, scopes: map }: Pick<IdentityProvider, 'nameClaim' | 'scopeClaim' | 'scopes'>,
): Viewer {
  const scopes = valuesOf(claims[scopeClaim]).flatMap((value) => scopesOf(value, map));
  const distinct = new Map(scopes.map((scope) => [formatScope(scope), scope]));
  return makeViewer('jwt', `jwt:${nameOf(claims, nameClaim)}`, [...distinct.values()]);
}
