/**
 * Runs the JavaScript in docs/library.md and docs/client.md. The blocks of a page are one program, and a `json` block contains the output of the
 * block before it.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as library from '../../src';
import * as client from '../../src/client';
import { DATABASES } from '../support/databases';
import { serve } from '../support/server';

const PACKAGES: Record<string, unknown> = { 'graphql-nsync': library, 'graphql-nsync/client': client };

interface Page {
  readonly program: string;
  readonly printed: readonly unknown[];
}

function read(page: string): Page {
  const markdown = readFileSync(join(__dirname, '../../docs', page), 'utf8');
  const blocks = [...markdown.matchAll(/^```(js|json)\n(.*?)^```$/gms)];
  const texts = (wanted: string): string[] => blocks.flatMap(([, kind, text = '']) => (kind === wanted ? [text] : []));
  const program = texts('js')
    .join('\n')
    .replace(/^import (\w+) from '(.*)';$/gm, "const $1 = load('$2', true);")
    .replace(/^import (\{.*\}) from '(.*)';$/gm, "const $1 = load('$2');");
  return { program, printed: texts('json').map((text) => JSON.parse(text) as unknown) };
}

const load = (name: string, isDefault = false): unknown => {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const found = (PACKAGES[name] ?? require(name)) as { default?: unknown };
  return isDefault ? (found.default ?? found) : found;
};

async function run(program: string): Promise<unknown[]> {
  const printed: unknown[] = [];
  const print = { log: (value: unknown) => printed.push(JSON.parse(JSON.stringify(value))) };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const main = new Function('load', 'console', `return (async () => {${program}\n})();`) as (
    ...given: unknown[]
  ) => Promise<void>;
  await main(load, print);
  return printed;
}

it('docs/library.md shows what happens', async () => {
  const { program, printed } = read('library.md');
  const folder = mkdtempSync(join(tmpdir(), 'nsync-docs-'));
  try {
    expect(printed.length).toBeGreaterThan(3);
    expect(await run(program.replaceAll("'shop.sqlite'", JSON.stringify(join(folder, 'shop.sqlite'))))).toEqual(
      printed,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('docs/client.md shows what happens', async () => {
  const { program, printed } = read('client.md');
  const [sqlite] = DATABASES;
  if (!sqlite) throw new Error('SQLite is always there');
  const server = await serve(sqlite);
  try {
    expect(printed.length).toBeGreaterThan(3);
    expect(await run(program.replaceAll('http://127.0.0.1:4000', server.url))).toEqual(printed);
  } finally {
    await server.stop();
  }
});
