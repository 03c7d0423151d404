/**
 * No request and no file ends or blocks the server. A separate server process with a heap of 300 MB receives random requests and files.
 * NSYNC_FUZZ_REQUESTS: how many of each kind (1,000 in CI, 300 elsewhere). The seeds are those of the property tests: a fixed one and the one of the
 * day (test/support/budget.ts).
 */
import * as fc from 'fast-check';
import { SEEDS } from '../support/budget';
import { startWatched, type WatchedServer } from '../support/watchedServer';
import { csv, type Request, request } from './inputs';

const HEAP_MEGABYTES = 300;
const LONGEST_BLOCK = 500;
/** The bytes that may stay in memory: caches of documents, statements and models. */
const MOST_LEFT = 40_000_000;
const REQUESTS = Number(process.env.NSYNC_FUZZ_REQUESTS ?? (process.env.CI ? 1000 : 300));
/** The number of concurrent requests. The longest block is measured after them. */
const AT_ONCE = 4;

interface Answer {
  readonly status: number;
  readonly body: {
    readonly data?: unknown;
    readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
  };
}

async function send(url: string, { query, variables }: Request): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

/** The faults of a response: the server itself failed. */
const failures = ({ status, body }: Answer): string[] => [
  ...(status >= 500 ? [`HTTP ${status}`] : []),
  ...(body.errors ?? []).flatMap(({ extensions }) =>
    extensions?.code === 'INTERNAL_SERVER_ERROR' || extensions?.code === undefined ? [String(extensions?.code)] : [],
  ),
];

describe('a server with a small heap', () => {
  let server: WatchedServer;
  beforeEach(async () => {
    server = await startWatched(HEAP_MEGABYTES);
  });
  afterEach(() => server.stop());

  it.each([
    ['requests', request],
    ['files', csv],
  ])('answers random %s, is never blocked, and gives back its memory', async (_title, one) => {
    await send(server.url, { query: '{ models { name } }' });
    const before = await server.measure('collect');
    let carriedOut = 0;
    for (const seed of SEEDS.slice(0, 2))
      await fc.assert(
        fc.asyncProperty(fc.array(one, { minLength: AT_ONCE, maxLength: AT_ONCE }), async (some) => {
          const answers = await Promise.all(some.map((each) => send(server.url, each)));
          carriedOut += answers.filter(({ body }) => body.data).length;
        expect(answers.flatMap(failures)).toEqual([]);
          expect((await server.measure()).longestBlock).toBeLessThan(LONGEST_BLOCK);
        }),
        { seed, numRuns: Math.ceil(REQUESTS / AT_ONCE / 2), endOnFailure: true },
      );
    // Some requests must pass validation and start work.
    expect(carriedOut).toBeGreaterThan(REQUESTS / 5);
    const after = await server.measure('collect');
    expect(after.heapUsed - before.heapUsed).toBeLessThan(MOST_LEFT);
  }, 900_000); // prettier-ignore
});
