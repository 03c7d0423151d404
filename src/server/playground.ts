/** The GraphQL playground: a small page, and its files, which browsers cache. */
import { existsSync, readFileSync } from 'node:fs';
import type { Express, Request, RequestHandler, Response } from 'express';
import sirv from 'sirv';
import { ANONYMOUS } from '../access';
import type { ModelCatalog } from '../models';
import { packagePath } from '../packageFiles';
import { authenticate, type Authentication, viewerOf } from './authentication';
import { generalTabs, playgroundTabs, type Tab } from './playgroundTabs';

/** The path of the page's files. */
const PLAYGROUND_FILES = '/playground';
/** The path of the examples for the caller of a token. */
const EXAMPLES = `${PLAYGROUND_FILES}/examples`;

/**
 * The page's Content-Security-Policy: only its own scripts, and no generated code. The editor sets styles on elements, and its stylesheet contains
 * icons and fonts.
 */
export const PLAYGROUND_SOURCES: Readonly<Record<string, readonly string[]>> = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'worker-src': ["'self'"],
  'connect-src': ["'self'"],
  'style-src': ["'self'", "'unsafe-inline'"],
  'font-src': ["'self'", 'data:'],
  'img-src': ["'self'", 'data:'],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
};

const YEAR_SECONDS = 31_536_000;

/** The manifest of playground/build.js. File names contain a hash of their content. */
interface Manifest {
  readonly script: string;
  readonly style: string;
  readonly workers: Readonly<Record<string, string>>;
}

const builtPath = (...parts: readonly string[]): string => packagePath('dist', 'playground', ...parts);

function readManifest(): Manifest {
  const path = builtPath('manifest.json');
  if (!existsSync(path)) throw new Error('The playground is not built. Run "npm run build".');
  return JSON.parse(readFileSync(path, 'utf8')) as Manifest;
}

/** JSON in a script element. `<` is escaped, because a table's name with `<` could end the element. */
const withinScript = (data: unknown): string => JSON.stringify(data).replaceAll('<', '\\u003c');

function render(tabs: readonly Tab[]): string {
  const { script, style, workers } = readManifest();
  const address = (name: string): string => `${PLAYGROUND_FILES}/${name}`;
  const data = {
    tabs,
    workers: Object.fromEntries(Object.entries(workers).map(([label, name]) => [label, address(name)])),
  };
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>graphql-nsync</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="${address(style)}">
    <script type="application/json" id="playground-data">${withinScript(data)}</script>
    <script type="module" src="${address(script)}"></script>
  </head>
  <body>
    <div id="root"><p>The playground is loading …</p></div>
    <noscript>The playground needs JavaScript. GraphQL itself is at /graphql.</noscript>
  </body>
</html>
`;
}

/** Returns a function that renders the page as HTML: with examples for the current models, or with examples that name no model. */
function makePlayground(services: {
  readonly catalog: ModelCatalog;
}): (options: { readonly namesModels: boolean }) => string {
  let rendered: { readonly catalog: ModelCatalog; readonly page: string } | null = null;
  let general: string | null = null;
  return ({ namesModels }) => {
    if (!namesModels) return (general ??= render(generalTabs()));
    const { catalog } = services;
    if (rendered?.catalog !== catalog) rendered = { catalog, page: render(playgroundTabs(catalog, ANONYMOUS.access)) };
    return rendered.page;
  };
}

/** Serves the page's files. A file's name changes with its content, so browsers cache files without a limit. */
function playgroundFiles(): RequestHandler {
  const folder = builtPath('files');
  if (!existsSync(folder)) return (_request, _response, next) => next();
  return sirv(folder, { brotli: true, gzip: true, maxAge: YEAR_SECONDS, immutable: true });
}

/** Serves the page at `/`, and at `/graphql` for browsers. */
export function servePlayground(
  app: Express,
  services: { readonly catalog: ModelCatalog },
  authentication: Authentication,
): void {
  const page = makePlayground(services);
  // The page is the same for all callers. If a token is required, the page must not name models.
  const send = async (request: Request, response: Response): Promise<void> => {
    const isRequired = await authentication.isRequired(request).catch(() => true);
    response.type('html').send(page({ namesModels: !isRequired }));
  };
  app.get('/', send);
  app.get(EXAMPLES, authenticate(authentication), (_request, response) => {
    response.set('cache-control', 'no-store').json(playgroundTabs(services.catalog, viewerOf(response).access));
  });
  app.use(PLAYGROUND_FILES, playgroundFiles());
  app.get('/graphql', (request, response, next) => {
    const isBrowser =
      request.query.query === undefined &&
      request.accepts(['application/json', 'application/graphql-response+json', 'text/html']) === 'text/html';
    if (isBrowser) return send(request, response);
    next();
  });
}
