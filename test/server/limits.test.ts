/** docs/limits.md must list the same limits as the server. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BOUNDS } from '../../src/bounds';
import { DATABASES } from '../support/databases';
import { serve, type TestServer } from '../support/server';

const PAGE = readFileSync(join(__dirname, '../../docs/limits.md'), 'utf8');

/** The rows of the page's tables that begin with a name of `limits`. */
const documented = (): Record<string, number> =>
  Object.fromEntries(
    [...PAGE.matchAll(/^\| `([a-z]\w+)` +\| ([\d,]+) +\|/gm)].map(([, name = '', limit = '']) => [
      name,
      Number(limit.replaceAll(',', '')),
    ]),
  );

describe('limits', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await serve(DATABASES[0]!);
  });
  afterAll(() => server.stop());

  it('are documented as the server tells them', async () => {
    const names = Object.keys(documented());
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: `{ limits { ${names.join(' ')} } }` }),
    });
    const { data } = (await response.json()) as { data: { limits: unknown } };
    expect(data.limits).toEqual(documented());
  });

  it('of rows and files are all documented', () => {
    // `cells` limits the columns of a line together with its empty cells.
    expect(Object.keys(BOUNDS).filter((name) => name !== 'cells' && !(name in documented()))).toEqual([]);
  });
});
