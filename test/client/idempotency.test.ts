/** R49: a sync whose answer is lost on the way is sent again by the client, and is one run all the same. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { NsyncClient } from '../../src/client';
import { DATABASES } from '../support/databases';
import { serve, type TestServer } from '../support/server';
import { failureOf, person, TO_PERSONS } from './support';

type Loss =
  /** The connection ends after the server has done its work. */
  | 'after the run'
  /** It ends while the server does the work, as soon as the call's key is written. */
  | 'during the run'
  /** The proxy itself answers, as one does that has waited for too long. */
  | '504';

describe.each(DATABASES)('R49: the client and $name', (kind) => {
  let server: TestServer;
  let proxy: Server;
  let client: NsyncClient;
  /** What becomes of the answers to the next syncs. */
  let losses: Loss[] = [];

  const keyTaken = (): Promise<void> =>
    new Promise((resolve) => {
      const { knex } = server.server.database;
      const listen = ({ sql }: { sql: string }): void => {
        if (!/^insert.*nsync_idempotency_keys/is.test(sql)) return;
        knex.removeListener('query', listen);
        resolve();
      };
      knex.on('query', listen);
    });

  beforeAll(async () => {
    server = await serve(kind, { limits: { rowsPerCall: 3 } });
    proxy = createServer((request, response) => {
      void (async () => {
        const body = await buffer(request);
        const loss = body.includes('mutation') ? losses.shift() : undefined;
        const headers = { 'content-type': request.headers['content-type'] ?? '', 'apollo-require-preflight': '1' };
        const answer = fetch(`${server.url}/graphql`, { method: 'POST', headers, body });
        if (loss === 'during the run') {
          await Promise.race([answer, keyTaken()]);
          request.socket.destroy();
          return;
        }
        const text = await (await answer).text();
        if (loss === 'after the run') request.socket.destroy();
        else if (loss) response.writeHead(504).end('<html>');
        else response.writeHead(200, { 'content-type': 'application/json' }).end(text);
      })();
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    client = new NsyncClient({ url: `http://127.0.0.1:${port}/graphql`, retryDelay: 1 });
  });
  beforeEach(() => (losses = []));
  afterAll(async () => {
    proxy.closeAllConnections();
    proxy.close();
    await server.stop();
  });

  const runs = async (): Promise<number> => Number((await server.server.database.knex('nsync_runs').count({ n: '*' }))[0]?.n); // prettier-ignore

  it.each(['after the run', 'during the run', '504'] as const)('an answer that is lost %s', async (loss) => {
    const before = await runs();
    losses = [loss, 'after the run'];
    const number = 1000 + 10 * before;
    const { runs: ended, outcomes } = await client.syncRows({
      ...TO_PERSONS,
      rows: [person(number), person(number + 1)],
    });
    expect(ended).toMatchObject([{ status: 'COMPLETED', replayed: true, counts: { created: 2 } }]);
    expect(outcomes.map(({ row, status }) => [row, status])).toEqual([[1, 'CREATED'], [2, 'CREATED']]); // prettier-ignore
    expect(await runs()).toBe(before + 1);
  });

  it('each call of a sync has a key of its own', async () => {
    const before = await runs();
    losses = ['after the run', 'after the run'];
    const rows = [1, 2, 3, 4, 5].map((number) => person(number));
    const { runs: ended } = await client.syncRows({ ...TO_PERSONS, rows, options: { onError: 'CONTINUE' } });
    expect(ended.map(({ counts }) => counts.created)).toEqual([3, 2]);
    expect(await runs()).toBe(before + 2);
  });

  it('files', async () => {
    const before = await runs();
    const csv = 'action_flags,match_on,label\ncu,label,of a file\n';
    losses = ['after the run'];
    const one = await client.syncCsv({ system: 'HR', model: 'Tag', file: { name: 'tags.csv', content: csv } });
    losses = ['during the run'];
    const several = await client.syncCsvFiles({ files: [{ file: { name: 'HR_app_Tag.csv', content: csv } }] });
    expect([one, several]).toMatchObject([{ replayed: true, counts: { created: 1 } }, { replayed: true, counts: { unchanged: 1 } }]); // prettier-ignore
    expect(await runs()).toBe(before + 2);
  });

  it('two syncs are two runs, unless the caller gives both the same key', async () => {
    const rows = [person(200)];
    const sync = async (idempotencyKey?: string) => (await client.syncRows({ ...TO_PERSONS, rows, idempotencyKey })).runs[0]; // prettier-ignore
    expect([await sync(), await sync()].map((run) => run?.replayed)).toEqual([false, false]);
    const first = await sync('own');
    expect(await sync('own')).toMatchObject({ id: first?.id, replayed: true });
    const other = client.syncRows({ ...TO_PERSONS, rows: [person(201)], idempotencyKey: 'own' });
    expect(await failureOf(other)).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it('a key of the caller names all calls of a sync', async () => {
    const rows = [301, 302, 303, 304].map((number) => person(number));
    const sync = () => client.syncRows({ ...TO_PERSONS, rows, idempotencyKey: 'many', options: { onError: 'CONTINUE' } }); // prettier-ignore
    const first = await sync();
    const again = await sync();
    expect(again.runs.map(({ id, replayed }) => [id, replayed])).toEqual(first.runs.map(({ id }) => [id, true]));
    expect(again.outcomes.map(({ row }) => row)).toEqual([1, 2, 3, 4]);
    const keys = await server.server.database.knex('nsync_idempotency_keys').where('idempotency_key', 'like', 'many%').pluck('idempotency_key'); // prettier-ignore
    expect(keys.sort()).toEqual(['many', 'many/2']);
  });

  it.each(['', 'a b', 'x'.repeat(246), 7])('refuses the key %j', async (idempotencyKey) => {
    const call = client.syncRows({ ...TO_PERSONS, rows: [], idempotencyKey: idempotencyKey as string });
    expect(await failureOf(call)).toMatchObject({ code: 'BAD_USER_INPUT', message: expect.stringContaining('client.syncRows(): idempotencyKey must be a text of 1 to 245 visible ASCII characters without blanks') as unknown }); // prettier-ignore
  });
});
