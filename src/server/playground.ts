/** The GraphQL playground: a small page, and the files that it loads, which browsers keep. */
import { existsSync, readFileSync } from 'node:fs';
import type { Express, Request, RequestHandler, Response } from 'express';
import sirv from 'sirv';
import { ANONYMOUS } from '../access';
import type { ModelCatalog } from '../models';
import { packagePath } from '../packageFiles';
import { authenticate, type Authentication, viewerOf } from './authentication';
import { generalTabs, playgroundTabs, type Tab } from './playgroundTabs';

/** Where the files of the page are served. */
const PLAYGROUND_FILES = '/playground';
/** Where the page reads the examples for the caller of a token. */
const EXAMPLES = `${PLAYGROUND_FILES}/examples`;

/**
 * What the page may load (Content-Security-Policy): its own scripts, and no code that is made at run time. The editor sets
 * styles on elements, and has its icons and fonts within its stylesheet.
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

/** What playground/build.js makes: names that contain a hash of the file's content. */
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

/** JSON within a script element, which a `<` in a table's name could end; in JSON it has another spelling. */
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

/** Returns the page, as HTML: with examples of the models as they are when it is asked for, or with examples that name no model. */
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

/** Serves the page's files. A file never changes under its name, so browsers keep each for good. */
function playgroundFiles(): RequestHandler {
  const folder = builtPath('files');
  if (!existsSync(folder)) return (_request, _response, next) => next();
  return sirv(folder, { brotli: true, gzip: true, maxAge: YEAR_SECONDS, immutable: true });
}

/** Serves the page at `/`, and to browsers that open `/graphql`. */
export function servePlayground(
  app: Express,
  services: { readonly catalog: ModelCatalog },
  authentication: Authentication,
): void {
  const page = makePlayground(services);
  // The page is the same for everyone, so that it names no model to a caller who has not said who they are.
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
