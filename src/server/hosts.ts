/**
 * Checks the Host and Origin headers. A page of another site can point its own name to this computer (DNS rebinding), and could then read responses
 * as its own. Only the Host header reveals this.
 */
import { isIP } from 'node:net';
import type { RequestHandler } from 'express';
import { isLoopback } from '../loopback';
import { RequestFailure } from './failures';

/** The host of a Host header, in lower case, without its port and brackets; null if the header is not valid. */
export function hostNameOf(authority: string | undefined): string | null {
  const found = /^(?:\[([0-9a-f:.]+)\]|([^\s:/@?#[\]\\]+))(?::\d{1,5})?$/i.exec(authority ?? '');
  return (found?.[1] ?? found?.[2])?.toLowerCase().replace(/\.$/, '') ?? null;
}

/** The host of an Origin header. Null for `null`, which pages without an origin send. */
const originHostOf = (origin: string): string | null => hostNameOf(/^https?:\/\/(.+)$/i.exec(origin)?.[1]);

/** `*` matches any host, `*.example.com` any name below example.com. */
const matches = (host: string, pattern: string): boolean =>
  pattern === '*' || host === pattern || (pattern.startsWith('*.') && host.endsWith(pattern.slice(1)));

export interface HostSettings {
  /** The address that the server listens on. */
  readonly host: string;
  /** Names besides the server's own: `nsync.example.com`, `*.example.com`, or `*`. */
  readonly allowedHosts: readonly string[];
}

/**
 * Whether a Host header is the server's own name. A server for a network answers to every IP address, because only a page from that address can have
 * the address as its host.
 */
function isOwn(name: string, { host, allowedHosts }: HostSettings): boolean {
  if (isLoopback(name) || allowedHosts.some((pattern) => matches(name, pattern))) return true;
  return !isLoopback(host) && (isIP(name) !== 0 || name === host.toLowerCase());
}

const shown = (text: string): string => JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
const example = (name: string | null): string => (name !== null && name.length <= 100 ? name : 'nsync.example.com');

/** Refuses requests with another host (421), and requests from pages of another site (403). */
export const checkHosts =
  (settings: HostSettings): RequestHandler =>
  (request, _response, next) => {
    const { host = '', origin } = request.headers;
    const name = hostNameOf(host);
    if (name === null || !isOwn(name, settings))
      throw new RequestFailure(
        421,
        'HOST_NOT_ALLOWED',
        `This server does not answer to the host ${shown(host)}. If it should, list the host: NSYNC_ALLOWED_HOSTS=${example(name)}`,
      );
    const page = origin === undefined ? name : originHostOf(origin);
    const isSame = page !== null && (page === name || (isLoopback(page) && isLoopback(name)));
    if (!isSame && !(page !== null && settings.allowedHosts.some((pattern) => matches(page, pattern))))
      throw new RequestFailure(
        403,
        'ORIGIN_NOT_ALLOWED',
        `This server does not answer to pages of ${shown(origin ?? '')}. If the server is reached under that name, list it: NSYNC_ALLOWED_HOSTS=${example(page)}`,
      );
    next();
  };
