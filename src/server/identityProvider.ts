/** Settings of an identity provider whose tokens the server accepts (docs/access.md). */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseScope, type Scope } from '../access';
import { isLoopback } from '../loopback';
import { shown } from '../shown';
import { listed } from '../wording';
import { type Environment, listOf, SettingsError } from './environment';

export interface IdentityProvider {
  /** The claim `iss` of its tokens. */
  readonly issuer: string;
  /** A value that the claim `aud` must contain, which names this server. */
  readonly audience: string;
  /** The URL of its public keys (RFC 7517): `file:` or `http:`. */
  readonly jwks: URL;
  readonly algorithms: readonly string[];
  readonly nameClaim: string;
  readonly scopeClaim: string;
  /** The scopes for each value of the scope claim. Null: the values themselves are scopes. */
  readonly scopes: ReadonlyMap<string, readonly Scope[]> | null;
}

const REQUIRED = ['NSYNC_JWT_ISSUER', 'NSYNC_JWT_AUDIENCE', 'NSYNC_JWT_JWKS'] as const;
const OPTIONAL = ['NSYNC_JWT_ALGORITHMS', 'NSYNC_JWT_NAME_CLAIM', 'NSYNC_JWT_SCOPE_CLAIM', 'NSYNC_JWT_SCOPES'] as const;

/** The names of the settings, without the prefix. */
export const IDENTITY_PROVIDER_SETTINGS = [...REQUIRED, ...OPTIONAL].map((name) => name.replace('NSYNC_', ''));

/** Asymmetric signatures only. With HMAC, anyone who can check a token could create one. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
const DEFAULT_ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];

function algorithmsOf(environment: Environment): readonly string[] {
  const given = listOf(environment, 'NSYNC_JWT_ALGORITHMS');
  const unknown = given.find((name) => !ALGORITHMS.includes(name));
  if (unknown !== undefined)
    throw new SettingsError(`NSYNC_JWT_ALGORITHMS lists names of ${listed(ALGORITHMS, 'or')}, not ${shown(unknown)}`);
  return given.length > 0 ? given : DEFAULT_ALGORITHMS;
}

/** A path is relative to the working directory. */
function jwksOf(text: string): URL {
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(text)) return pathToFileURL(resolve(text));
  const refuse = (why: string): never => {
    throw new SettingsError(`NSYNC_JWT_JWKS ${why}`);
  };
  if (!URL.canParse(text)) return refuse(`must be an https URL or the path of a file, not ${shown(text)}`);
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') refuse('must be a URL without a user and a password');
  const isLocal = url.protocol === 'http:' && isLoopback(url.hostname.replace(/^\[|\]$/g, ''));
  if (url.protocol !== 'https:' && !isLocal)
    refuse(`must be an https URL or the path of a file, not ${shown(text)}. Only loopback addresses may use http`);
  return url;
}

const MAP_FORM = 'must be a JSON object of values and their scopes, such as {"hr-writers": ["sync:HRSystem/*:cu"]}';

function mappedScope(value: string, text: unknown): Scope {
  if (typeof text !== 'string') throw new SettingsError(`NSYNC_JWT_SCOPES ${MAP_FORM}`);
  const scope = parseScope(text);
  if (typeof scope !== 'string') return scope;
  throw new SettingsError(`NSYNC_JWT_SCOPES: scope ${shown(text)} of ${shown(value)}: ${scope}`);
}

function scopesOf(environment: Environment): IdentityProvider['scopes'] {
  const text = environment.NSYNC_JWT_SCOPES?.trim();
  if (!text) return null;
  let map: unknown = null;
  try {
    map = JSON.parse(text);
  } catch {
    map = null;
  }
  if (typeof map !== 'object' || map === null || Array.isArray(map) || Object.keys(map).length === 0)
    throw new SettingsError(`NSYNC_JWT_SCOPES ${MAP_FORM}`);
  return new Map(
    Object.entries(map).map(([value, scopes]: [string, unknown]) => {
      if (!Array.isArray(scopes)) throw new SettingsError(`NSYNC_JWT_SCOPES ${MAP_FORM}`);
      return [value, scopes.map((scope) => mappedScope(value, scope))];
    }),
  );
}

/** The identity provider; null if no provider is set. Throws SettingsError. */
export function identityProviderOf(environment: Environment): IdentityProvider | null {
  const valueOf = (name: string): string => environment[name]?.trim() ?? '';
  const missing = REQUIRED.filter((name) => valueOf(name) === '');
  const given = [...REQUIRED, ...OPTIONAL].find((name) => valueOf(name) !== '');
  if (given === undefined) return null;
  if (missing.length > 0) throw new SettingsError(`${given} has no effect without ${listed(missing)}. Set these, too`);
  return {
    issuer: valueOf('NSYNC_JWT_ISSUER'),
    audience: valueOf('NSYNC_JWT_AUDIENCE'),
    jwks: jwksOf(valueOf('NSYNC_JWT_JWKS')),
    algorithms: algorithmsOf(environment),
    nameClaim: valueOf('NSYNC_JWT_NAME_CLAIM') || 'sub',
    scopeClaim: valueOf('NSYNC_JWT_SCOPE_CLAIM') || 'scope',
    scopes: scopesOf(environment),
  };
}
