/** Sends a request to an address that somebody has given, but never to a private one. */
import { lookup as lookupName, type LookupAddress } from 'node:dns';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { addressOf, isPublicAddress } from '../../publicAddress';

export interface PostOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Whether the request may go to private addresses, and by http. */
  readonly allowsPrivate: boolean;
  readonly timeoutSeconds: number;
  /** Gives the request up. */
  readonly signal: AbortSignal;
  /** Finds the addresses of names; that of the system by default. */
  readonly lookup?: typeof lookupName;
}

/** Why nothing was sent. */
export class PrivateAddressError extends Error {
  constructor(host: string, address: string) {
    const named = host === address ? address : `${address} of ${host}`;
    super(`The address ${named} is private. NSYNC_WEBHOOK_PRIVATE=1 allows it.`);
  }
}

/**
 * A lookup that fails if one of the name's addresses is private. The connection is made to the addresses that were checked, so a name
 * cannot have another one in between.
 */
export const publicLookup =
  (lookup: typeof lookupName = lookupName): LookupFunction =>
  (host, options, callback) => {
    lookup(host, { ...options, all: true }, (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => {
      const refused = error ? undefined : found.find(({ address }) => !isPublicAddress(address));
      const [first] = found ?? [];
      if (error) callback(error, []);
      else if (refused) callback(new PrivateAddressError(host, refused.address), []);
      else if (options.all || !first) callback(null, found);
      else callback(null, first.address, first.family);
    });
  };

/** Throws an Error if the URL itself says that nothing may be sent to it. No name is looked up for an address. */
function assertAllowed(url: URL): void {
  if (url.protocol !== 'https:') throw new Error('The URL does not begin with https://. NSYNC_WEBHOOK_PRIVATE=1 allows http.'); // prettier-ignore
  const address = addressOf(url);
  if (address !== null && !isPublicAddress(address)) throw new PrivateAddressError(address, address);
}

/** Posts JSON; resolves with the status of the answer, which is not read. Redirects are not followed. Throws an Error if there is no answer. */
export async function post(target: string, options: PostOptions): Promise<number> {
  const { headers, body, allowsPrivate, timeoutSeconds, signal, lookup } = options;
  const url = new URL(target);
  if (!allowsPrivate) assertAllowed(url);
  const timeout = AbortSignal.timeout(timeoutSeconds * 1000);
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const request = send(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
        'user-agent': 'graphql-nsync',
        ...headers,
      },
      // A connection of its own, which ends with the request.
      agent: false,
      signal: AbortSignal.any([signal, timeout]),
      ...(allowsPrivate ? { lookup } : { lookup: publicLookup(lookup) }),
    });
    request.once('response', (response) => {
      resolve(response.statusCode ?? 0);
      response.on('error', () => undefined).destroy();
    });
    request.on('error', (error) =>
      reject(timeout.aborted ? new Error(`There was no answer within ${timeoutSeconds} seconds.`) : error),
    );
    request.end(body);
  });
}
