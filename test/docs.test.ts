/**
 * Runs the examples in the README and in the docs: each page on its own demo server, from top to bottom.
 *
 * - `graphql` blocks are sent. A `json` block after one is the data of the response.
 * - `csv NAME`, `sh NAME`, `python NAME` and `ini NAME` blocks are files. The command of a systemd service is run.
 * - `sh` blocks with lines of curl, nsync, python3 or a script are run in the folder of these files, and so are the commands of
 *   a `crontab`. A `text` or `json` block after one is their output, except for times.
 * - A `text webhook` or `json webhook` block is the last request to `https://hooks.example.com`.
 *
 * `NSYNC_WRITE_DOCS=1 npx jest test/docs.test` writes the results into the pages. Read the diff before you commit it.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openDatabase } from '../src/database';
import { type DatabaseKind, DATABASES } from './support/databases';
import { blocksOf, type Comparison, isDone, PageReader, withText } from './support/docsPage';
import { serve } from './support/server';

const ROOT = join(__dirname, '..');
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
/** Pages that another test runs, on the database that they describe. */
const RUN_ELSEWHERE = ['docs/mysql-and-mariadb.md'];

/** The settings of readers before they try the examples in docs/. */
const SETTINGS = { DATABASE_URL: 'sqlite:nsync-demo.sqlite', NSYNC_MODELS: 'demo' };

/** The README is read in a clone after `npm start`: `npx nsync` runs the clone's own program, and `--demo` uses the server's database. */
function makeClone(folder: string): void {
  for (const name of ['package.json', 'dist', 'node_modules']) symlinkSync(join(ROOT, name), join(folder, name));
}

const demoDatabase = (folder: string): DatabaseKind => ({
  name: 'SQLite',
  create() {
    const url = `sqlite:${join(folder, 'nsync-demo.sqlite')}`;
    const database = openDatabase(url);
    return Promise.resolve({ url, database, drop: () => database.close() });
  },
});

function check(page: string, { block, said, shown }: Comparison): void {
  if (!process.env.NSYNC_WRITE_DOCS) return void expect(said).toEqual(shown);
  if (isDeepStrictEqual(said, shown)) return;
  const path = join(ROOT, page);
  writeFileSync(path, withText(readFileSync(path, 'utf8'), block, said));
}

/** The anchors of a page's headings on GitHub. */
const anchorsOf = (page: string): string[] =>
  [...readFileSync(page, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-'),
  ); // prettier-ignore

it('the README links to every page', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const pages = PAGES.filter((page) => page !== 'README.md');
  expect(pages.filter((page) => !readme.includes(`](${page})`))).toEqual([]);
});

describe.each(PAGES)('%s', (page) => {
  const blocks = blocksOf(join(ROOT, page));
  const markdown = readFileSync(join(ROOT, page), 'utf8');

  it('links to what there is', () => {
    const links = [...markdown.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)];
    const broken = links.filter(([, target = '', anchor]) => {
      const path = target ? join(ROOT, dirname(page), target) : join(ROOT, page);
      return !existsSync(path) || (anchor !== undefined && !anchorsOf(path).includes(anchor));
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });

  it('names npm scripts that there are', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = [...markdown.matchAll(/npm run (?:--silent )?([\w:]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  if (!blocks.some(isDone) || RUN_ELSEWHERE.includes(page)) return;

  it('shows what happens', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nsync-docs-'));
    const isReadme = page === 'README.md';
    if (isReadme) makeClone(folder);
    const environment = { NSYNC_WEBHOOK_PRIVATE: '1' };
    const server = await serve(isReadme ? demoDatabase(folder) : DATABASES[0]!, { environment });
    const reader = await PageReader.start(server, folder, isReadme ? {} : SETTINGS);
    try {
      for (const block of blocks) {
        const result = await reader.read(block);
        if (result) check(page, result);
      }
    } finally {
      await reader.stop();
      await server.stop();
      rmSync(folder, { recursive: true });
    }
  }, 180_000);
});
