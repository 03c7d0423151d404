/** Addresses of the internet, as opposed to those of this computer, of its network, and of no computer. */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** 2000::/3: no other IPv6 address leads to a computer on the internet. */
const isGlobal = ({ parts }: ipaddr.IPv6): boolean => ((parts[0] ?? 0) & 0xe000) === 0x2000;

/** Whether an IP address is on the internet. An IPv4 address in an IPv6 one counts as itself. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  const parsed = ipaddr.process(address);
  return parsed.range() === 'unicast' && (parsed instanceof ipaddr.IPv4 || isGlobal(parsed));
}

/** The IP address that the host of a URL is; null if it is a name. */
export function addressOf({ hostname }: URL): string | null {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(bare) === 0 ? null : bare;
}
