/** The proxies that the server trusts for a client's address. */
import { isIP } from 'node:net';
import type { Express } from 'express';
import { type Environment, listOf, SettingsError } from './environment';

const NAMES = ['loopback', 'linklocal', 'uniquelocal'];

function isSubnet(text: string): boolean {
  const [, address = '', bits] = /^(.+?)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  return version !== 0 && (bits === undefined || Number(bits) <= (version === 4 ? 32 : 128));
}

/** The proxies in NSYNC_TRUST_PROXY: addresses, subnets, and names of private networks. Throws SettingsError. */
export function trustedProxiesOf(environment: Environment): string[] {
  const proxies = listOf(environment, 'NSYNC_TRUST_PROXY').map((proxy) => proxy.toLowerCase());
  const wrong = proxies.find((proxy) => !NAMES.includes(proxy) && !isSubnet(proxy));
  if (wrong !== undefined)
    throw new SettingsError(
      `NSYNC_TRUST_PROXY lists addresses and subnets of proxies, such as 10.1.2.3 or 10.0.0.0/8, or ${NAMES.join(', ')}, not "${wrong}"`,
    );
  return proxies;
}

/**
 * Makes `request.ip` the client's address at these proxies (X-Forwarded-For). The header of other senders is ignored, so that a client cannot pretend
 * to be another.
 */
export const trustProxies = (app: Express, proxies: readonly string[]): unknown => app.set('trust proxy', [...proxies]);
