/** Internet addresses in the spelling of databases. */
import { isIPv4, isIPv6 } from 'node:net';

/** The shortest form of an IPv6 address, with a mapped IPv4 address in dotted notation. Null if the text is not an address. */
export function spellIPv6(address: string): string | null {
  if (!isIPv6(address) || address.includes('%')) return null;
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const mapped = /^::(ffff:)?([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short);
  if (!mapped) return short;
  const [high, low] = [parseInt(mapped[2] ?? '', 16), parseInt(mapped[3] ?? '', 16)];
  return `::${mapped[1] ?? ''}${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

export const spellIPv4 = (address: string): string | null => (isIPv4(address) ? address : null);
