/** Headers of every answer. */
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { PLAYGROUND_SOURCES } from './playground';
import type { NetworkSettings } from './networkSettings';

/** Of a server without pages: a browser loads nothing for an answer, and shows it in no frame. */
const NO_SOURCES: typeof PLAYGROUND_SOURCES = {
  'default-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
};

/** For so long a browser uses nothing but TLS. */
const YEAR_SECONDS = 31_536_000;

/**
 * What the playground may load, that no other page may frame it, and no type but the one that is told. Nothing of CORS: no page of
 * another site reads an answer. Strict-Transport-Security is about this host alone, and sent where clients use TLS.
 */
export const securityHeaders = ({ playground, https }: Pick<NetworkSettings, 'playground' | 'https'>): RequestHandler =>
  helmet({
    contentSecurityPolicy: { useDefaults: false, directives: { ...(playground ? PLAYGROUND_SOURCES : NO_SOURCES) } },
    frameguard: { action: 'deny' },
    strictTransportSecurity: https && { maxAge: YEAR_SECONDS, includeSubDomains: false },
  });
