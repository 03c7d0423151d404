/** Addresses of this computer. */
import { BlockList, isIP } from 'node:net';
import { cached } from './cached';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Whether a name or an address means this computer. */
export const isLoopback = cached((host): boolean => {
  const version = isIP(host);
  if (version === 0) return /^(?:.+\.)?localhost\.?$/i.test(host);
  return LOOPBACK.check(host, version === 4 ? 'ipv4' : 'ipv6');
});
