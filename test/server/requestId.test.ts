/** The id of a request: its run has the same id while it works, so that a client that waits for the response finds the run. */
import { setTimeout } from 'node:timers/promises';
import { DATABASES } from '../support/databases';
import { serve, type TestServer } from '../support/server';

const ROWS = 8_000;
const SYNC = 'mutation ($input: SyncCsvInput!) { syncCsv(input: $input) { run { id status requestId } } }';
const RUNNING = '{ runs(statuses: [RUNNING]) { nodes { id requestId } } }';
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

interface Run {
  readonly id: string;
  readonly requestId: string | null;
}

describe('SyncRun.requestId', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await serve(DATABASES[0]!);
  });
  afterAll(() => server.stop());

  const post = async <T>(query: string, variables: object, headers: Record<string, string> = {}): Promise<T> => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query, variables }),
    });
    return ((await response.json()) as { data: T }).data;
  };
  const running = async () => (await post<{ runs: { nodes: readonly Run[] } }>(RUNNING, {})).runs.nodes;
  const csv = `label\n${Array.from({ length: ROWS }, (_, index) => `Tag ${index}`).join('\n')}\n`;
  const sync = (headers: Record<string, string>) =>
    post<{ syncCsv: { run: Run & { readonly status: string } } }>(
      SYNC,
      { input: { system: 'HR', model: 'Tag', csv, defaults: { actionFlags: 'c', matchOn: ['label'] }, options: { dryRun: true } } }, // prettier-ignore
      headers,
    );

  /** The running runs while a call waits for its response. */
  async function seenDuring<T>(call: Promise<T>): Promise<{ readonly seen: readonly Run[]; readonly answer: T }> {
    let seen: readonly Run[] = [];
    const state = { isOver: false };
    const ended = call.finally(() => (state.isOver = true));
    while (!state.isOver) {
      const now = await running();
      if (now.length > seen.length) seen = now;
      await setTimeout(5);
    }
    return { seen, answer: await ended };
  }

  it.each<[string, string | null, unknown]>([
    ['the header', 'nightly-2026.01:31_a', 'nightly-2026.01:31_a'],
    ['the longest header', 'x'.repeat(100), 'x'.repeat(100)],
    ['an id of the server’s own without a header', null, expect.stringMatching(UUID)],
    ['an id of the server’s own for a header that is too long', 'x'.repeat(101), expect.stringMatching(UUID)],
    ['an id of the server’s own for a header with other signs', 'a b"<c>', expect.stringMatching(UUID)],
  ])('is %s while the run is at work, and null afterwards', async (_name, given, requestId) => {
    const { seen, answer } = await seenDuring(sync(given === null ? {} : { 'x-request-id': given }));
    const { id } = answer.syncCsv.run;
    expect(seen).toEqual([{ id, requestId }]);
    expect(answer.syncCsv.run).toEqual({ id, status: 'COMPLETED', requestId: null });
    expect(await post('query ($id: ID!) { run(id: $id) { requestId } }', { id })).toEqual({ run: { requestId: null } });
  });

  it('tells runs at the same time apart', async () => {
    const { seen, answer } = await seenDuring(
      Promise.all([sync({ 'x-request-id': 'first' }), sync({ 'x-request-id': 'second' })]),
    );
    const ids = answer.map(({ syncCsv }) => syncCsv.run.id);
    expect([...seen].sort((a, b) => Number(a.id) - Number(b.id)).map(({ requestId }) => requestId).sort()).toEqual(['first', 'second']); // prettier-ignore
    expect(seen.map(({ id }) => id).sort()).toEqual([...ids].sort());
    expect(seen.find(({ id }) => id === ids[0])?.requestId).toBe('first');
  });
});
