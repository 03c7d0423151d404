/**
 * Whatever the README and the docs show is run: each page on a demo server of its own, from top to bottom.
 * `graphql` blocks are sent, and a `json` block after one is the answer's data; `csv NAME` blocks are files; `sh` blocks that
 * begin with curl are run among these files, and a `json` block after one is what they print. `sh` blocks with lines of nsync are
 * run among them too, on a demo database, and a `text` block after one is what they print, points in time aside.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { bash, timeless } from './support/commandLine';
import { DATABASES } from './support/databases';
import { serve, type TestServer } from './support/server';

const ROOT = join(__dirname, '..');
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const ADDRESS = 'http://127.0.0.1:4000';

interface Block {
  readonly kind: string;
  readonly title: string;
  readonly text: string;
}

function blocksOf(page: string): Block[] {
  const markdown = readFileSync(join(ROOT, page), 'utf8');
  return [...markdown.matchAll(/^```(\w+)(?: (\S+))?\n(.*?)^```$/gms)].map(([, kind = '', title = '', text = '']) => ({
    kind,
    title,
    text,
  }));
}

async function send(server: TestServer, query: string): Promise<unknown> {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await response.json()) as { data?: unknown; errors?: unknown };
  return errors === undefined ? data : { errors };
}

async function runNsync(server: TestServer, folder: string, command: string): Promise<string> {
  // A home of its own.
  const env = { HOME: folder };
  const { stdout } = await bash(`exec 2>&1\nmkdir -p ~/.local/share/bash-completion/completions\n${command.replaceAll(ADDRESS, server.url)}`, { cwd: folder, env }); // prettier-ignore
  return timeless(stdout);
}

async function runCurl(server: TestServer, folder: string, command: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)('bash', ['-c', command.replaceAll(ADDRESS, server.url)], {
    cwd: folder,
  });
  return JSON.parse(stdout) as unknown;
}

const isNsync = ({ kind, text }: Block): boolean => kind === 'sh' && /^nsync /m.test(text);

/** GraphQL is checked where it is run; everything that a reader would type is. */
const runs = (block: Block): boolean =>
  block.kind === 'graphql' || isNsync(block) || (block.kind === 'sh' && block.text.startsWith('curl'));

describe.each(PAGES)('%s', (page) => {
  const blocks = blocksOf(page);

  it('links to what there is', () => {
    const markdown = readFileSync(join(ROOT, page), 'utf8');
    const links = [...markdown.matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(([, target = '']) => target);
    for (const target of links) expect({ target, exists: existsSync(join(ROOT, dirname(page), target)) }).toEqual({ target, exists: true }); // prettier-ignore
  });

  it('names npm scripts that there are', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const markdown = readFileSync(join(ROOT, page), 'utf8');
    const named = [...markdown.matchAll(/npm run (?:--silent )?([\w:]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  if (!blocks.some(runs)) return;

  it('shows what happens', async () => {
    const [sqlite] = DATABASES;
    if (!sqlite) throw new Error('SQLite is always there');
    const server = await serve(sqlite);
    const folder = mkdtempSync(join(tmpdir(), 'nsync-docs-'));
    try {
      let answer: unknown;
      let printed: string | undefined;
      for (const block of blocks) {
        const { kind, title, text } = block;
        if (kind === 'csv' && title) writeFileSync(join(folder, title), text);
        else if (kind === 'graphql') answer = await send(server, text);
        else if (kind === 'sh' && text.startsWith('curl')) answer = await runCurl(server, folder, text);
        else if (isNsync(block)) printed = await runNsync(server, folder, text);
        else if (kind === 'text' && printed !== undefined) {
          expect(printed).toBe(text);
          printed = undefined;
        } else if (kind === 'json' && answer !== undefined) {
          expect(answer).toEqual(JSON.parse(text));
          answer = undefined;
        }
        if (kind === 'graphql') expect({ text, answer }).not.toMatchObject({ answer: { errors: expect.any(Array) as unknown } }); // prettier-ignore
      }
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true });
    }
  }, 180_000);
});
