/** Security headers of every response. */
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { PLAYGROUND_SOURCES } from './playground';
import type { NetworkSettings } from './networkSettings';

/** The policy of a server without pages: browsers load nothing for a response, and show it in no frame. */
const NO_SOURCES: typeof PLAYGROUND_SOURCES = {
  'default-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
};

/** The time for which browsers use only TLS. */
const YEAR_SECONDS = 31_536_000;

/**
 * The Content-Security-Policy, a ban on frames, and nosniff. There are no CORS headers, so pages of other sites cannot read responses.
 * Strict-Transport-Security applies to this host only, and is sent if clients use TLS.
 */
export function securityHeaders({ playground, https }: Pick<NetworkSettings, 'playground' | 'https'>): RequestHandler {
  const headers = headersOf(
    helmet({
      contentSecurityPolicy: { useDefaults: false, directives: { ...(playground ? PLAYGROUND_SOURCES : NO_SOURCES) } },
      frameguard: { action: 'deny' },
      strictTransportSecurity: https && { maxAge: YEAR_SECONDS, includeSubDomains: false },
      xPoweredBy: false,
    }),
  );
  return (_request, response, next) => {
    for (const [name, value] of headers) response.setHeader(name, value);
    next();
  };
}

/** The headers that helmet sets, which are the same for all responses. */
function headersOf(handler: ReturnType<typeof helmet>): readonly (readonly [string, string])[] {
  const headers: (readonly [string, string])[] = [];
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  response.setHeader = (name, value) => {
    headers.push([name, String(value)]);
    return response;
  };
  handler(response.req, response, (error) => {
    if (error) throw error as Error;
  });
  return headers;
}
