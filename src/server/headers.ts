/** Security headers of every response. */
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
export const securityHeaders = ({ playground, https }: Pick<NetworkSettings, 'playground' | 'https'>): RequestHandler =>
  helmet({
    contentSecurityPolicy: { useDefaults: false, directives: { ...(playground ? PLAYGROUND_SOURCES : NO_SOURCES) } },
    frameguard: { action: 'deny' },
    strictTransportSecurity: https && { maxAge: YEAR_SECONDS, includeSubDomains: false },
  });
