/** The subscription to a run over HTTP: what is sent, to whom, and when it ends. */
import { setTimeout } from 'node:timers/promises';
import { createClient } from 'graphql-sse';
import { SyncFileDocument } from '../../schema/operations/generated';
import { createToken, revokeToken } from '../../src/records';
import { DATABASES, type DatabaseKind } from '../support/databases';
import { type EventStream, type RunEvent, subscribeTo, WATCH } from '../support/eventStream';
import { eventually } from '../support/eventually';
import { foreignRun } from '../support/foreignRun';
import { samplesOf, scrape } from '../support/metrics';
import { serve, type TestServer } from '../support/server';

const ROWS = 20_000;
const [SQLITE] = DATABASES as [DatabaseKind, ...DatabaseKind[]];

const tokenOf = async ({ server }: TestServer, name: string, scopes: string[]): Promise<string> =>
  (await createToken(server.database, { name, scopes, expiresAt: null, createdBy: null }, new Date())).secret;

const watching = (url: string, id: string, options: Parameters<typeof subscribeTo>[2] = {}): Promise<EventStream> =>
  subscribeTo(url, WATCH, { variables: { id }, ...options });

const shortly = ({ status, progress, counts }: RunEvent): unknown[] => [
  status,
  progress?.phase ?? null,
  progress?.rowsDone ?? null,
  counts.rows,
];

describe.each(DATABASES)('a run on $name', (kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await serve(kind);
  });
  afterAll(() => server.stop());

  it('of this process is told from its beginning to its end', async () => {
    const csv = `label\n${Array.from({ length: ROWS }, (_, row) => `tag ${row}`).join('\n')}\n`;
    const defaults = { actionFlags: 'c', matchOn: ['label'] };
    const answer = server.send(SyncFileDocument, { input: { system: 'HR', model: 'Tag', csv, defaults } });
    const id = await eventually('the run is recorded', async () => {
      const [run] = (await server.server.database.reader('nsync_runs').where({ status: 'RUNNING' })) as { id: unknown }[]; // prettier-ignore
      return run && String(run.id);
    });
    const stream = await watching(server.url, id);
    expect([stream.status, stream.headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
    expect([stream.headers['x-accel-buffering'], stream.headers['x-content-type-options']]).toEqual(['no', 'nosniff']);
    const messages = await stream.rest();
    expect(messages.pop()).toEqual({ event: 'complete', data: null });
    const runs = messages.map(({ data }) => data?.data?.runProgress as RunEvent);
    expect(runs.length).toBeGreaterThan(1);
    expect(runs.slice(0, -1).map(({ status }) => status)).toEqual(runs.slice(1).map(() => 'RUNNING'));
    const done = runs.slice(0, -1).map(({ progress }) => progress?.rowsDone ?? NaN);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(new Set(runs.map((run) => JSON.stringify(run))).size).toBe(runs.length);
    const counts = { rows: ROWS, created: ROWS, failed: 0 };
    expect(runs.at(-1)).toMatchObject({ id, status: 'COMPLETED', progress: null, counts, sources: [{ model: 'Tag' }] });
    expect((await answer).syncCsv.run).toMatchObject({ id, status: 'COMPLETED', counts });
  });

  it('of another process is told as well, from the queue on, to everyone who watches', async () => {
    const { knex } = server.server.database;
    const run = await foreignRun(server.server.database);
    await knex('nsync_runs').where({ id: run.id }).update({ status: 'QUEUED' });
    const first = await watching(server.url, run.id);
    expect(await first.run()).toMatchObject({ status: 'QUEUED' });
    await knex('nsync_runs').where({ id: run.id }).update({ status: 'RUNNING' });
    await run.report('SYNCING', 3);
    expect(shortly(await first.run())).toEqual(['RUNNING', 'SYNCING', 3, 3]);
    const second = await watching(server.url, run.id);
    expect(shortly(await second.run())).toEqual(['RUNNING', 'SYNCING', 3, 3]);
    await run.report('COMMITTING', 10);
    for (const stream of [first, second]) expect(shortly(await stream.run())).toEqual(['RUNNING', 'COMMITTING', 10, 10]); // prettier-ignore
    await run.finish();
    for (const stream of [first, second]) {
      expect(await stream.run()).toMatchObject({
        status: 'COMPLETED',
        finishedAt: expect.stringMatching(/Z$/),
        progress: null,
        counts: { rows: 10, created: 10 },
        sources: [{ model: 'Tag', file: 'tags.csv', counts: { rows: 10 }, system: { name: 'HR' } }],
      });
      expect(await stream.rest()).toEqual([{ event: 'complete', data: null }]);
    }
  });

  it('that has finished is told once', async () => {
    const run = await foreignRun(server.server.database);
    await run.finish('ROLLED_BACK');
    const stream = await watching(server.url, run.id);
    expect(await stream.run()).toMatchObject({ id: run.id, status: 'ROLLED_BACK' });
    expect(await stream.rest()).toEqual([{ event: 'complete', data: null }]);
  });

  it.each(['999999', 'seven', '7e3', '1'.repeat(30)])('that does not exist is an error: %s', async (id) => {
    const stream = await watching(server.url, id);
    expect(await stream.rest()).toEqual([
      { event: 'next', data: { data: null, errors: [expect.objectContaining({ message: `There is no run "${id}".`, extensions: { code: 'RUN_NOT_FOUND' } })] } },
      { event: 'complete', data: null },
    ]); // prettier-ignore
  });
});

describe('a server', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await serve(SQLITE);
  });

  it('tells the end of a run that is removed', async () => {
    const run = await foreignRun(server.server.database);
    const stream = await watching(server.url, run.id);
    await stream.run();
    await server.server.database.knex('nsync_run_sources').where({ run_id: run.id }).delete();
    await server.server.database.knex('nsync_runs').where({ id: run.id }).delete();
    const [error] = (await stream.next())?.data?.errors ?? [];
    expect(error).toMatchObject({ message: `Run ${run.id} was removed in the meantime.`, extensions: { code: 'RUN_NOT_FOUND' } }); // prettier-ignore
    expect(await stream.rest()).toEqual([{ event: 'complete', data: null }]);
  });

  it('speaks the protocol of graphql-sse, by GET as well', async () => {
    const run = await foreignRun(server.server.database);
    await run.finish();
    const client = createClient({ url: `${server.url}/graphql`, retryAttempts: 0 });
    const results: unknown[] = [];
    for await (const result of client.iterate({ query: WATCH, variables: { id: run.id } })) results.push(result);
    expect(results).toEqual([{ data: { runProgress: expect.objectContaining({ status: 'COMPLETED' }) } }]);
    const headers = { 'apollo-require-preflight': '1' };
    const stream = await watching(server.url, run.id, { method: 'GET', headers });
    expect(await stream.run()).toMatchObject({ status: 'COMPLETED' });
    expect((await stream.rest()).length).toBe(1);
  });

  it.each([
    ['another host', { host: 'evil.example' }, 'POST', 421],
    ['a page of another site', {}, 'GET', 400],
    ['a form of another site', { 'content-type': 'text/plain;x=application/json' }, 'POST', 400],
    ['a method without an operation', { 'x-http-method': 'PUT', accept: 'text/event-stream, text/html;q=0.1', 'content-type': 'application/xml' }, 'POST', 400],
  ] as const)('refuses %s', async (_who, headers, method, status) => {
    const stream = await watching(server.url, '1', { headers, method });
    expect([stream.status, String(stream.headers['content-type'])]).toEqual([status, expect.stringContaining('json')]);
    expect(JSON.parse(await stream.body())).toMatchObject({ errors: [{ extensions: { code: expect.any(String) } }] });
  }); // prettier-ignore

  it('says which requests are for which kind of answer', async () => {
    const wrong = await subscribeTo(server.url, '{ viewer { name } }');
    expect((await wrong.next())?.data).toMatchObject({ errors: [{ message: 'text/event-stream is for subscriptions. Send queries and mutations with "Accept: application/json".' }] }); // prettier-ignore
    const plain = await subscribeTo(server.url, WATCH, {
      variables: { id: 1 },
      headers: { accept: 'application/json' },
    });
    expect([plain.status, JSON.parse(await plain.body())]).toEqual([406, { errors: [expect.objectContaining({ message: 'Send subscriptions with "Accept: text/event-stream".' })] }]); // prettier-ignore
    const invalid = await subscribeTo(server.url, 'subscription { runProgress(id: 1) { x } }');
    expect((await invalid.next())?.data).toMatchObject({ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] }); // prettier-ignore
    const nothing = await subscribeTo(server.url, '');
    expect((await nothing.rest()).at(-1)).toEqual({ event: 'complete', data: null });
  });

  it('limits the size of a subscription, as of every operation', async () => {
    const deep = `subscription { runProgress(id: 1) { ${'sources { system { runs { nodes { '.repeat(20)} id ${'} } } } '.repeat(20)} } }`; // prettier-ignore
    const stream = await subscribeTo(server.url, deep);
    expect([stream.status, JSON.parse(await stream.body())]).toMatchObject([400, { errors: [{ extensions: { code: 'OPERATION_TOO_COMPLEX' } }] }]); // prettier-ignore
  });

  it('forgets a client that has gone', async () => {
    const run = await foreignRun(server.server.database);
    const stream = await watching(server.url, run.id);
    await stream.run();
    const ended = async (): Promise<number> =>
      samplesOf(await scrape(server.server.metricsUrl), 'nsync_graphql_requests_total')['field="runProgress",code="OK"'] ?? 0; // prettier-ignore
    const before = await ended();
    stream.close();
    await eventually('the request is over', async () => (await ended()) > before);
  });

  it('shows a caller without the scope read its own runs only', async () => {
    const { database } = server.server;
    const [own, other] = [await foreignRun(database, 'hr'), await foreignRun(database, 'erp')];
    const hr = await tokenOf(server, 'hr', ['sync:HR/Tag']);
    const reader = await tokenOf(server, 'reader', ['read']);
    const ids = async (id: string, secret: string): Promise<string | undefined> => {
      const stream = await watching(server.url, id, { secret });
      const message = await stream.next();
      stream.close();
      return message?.data?.data?.runProgress.id ?? message?.data?.errors?.[0]?.extensions.code;
    };
    expect(await ids(own.id, hr)).toBe(own.id);
    expect(await ids(other.id, hr)).toBe('RUN_NOT_FOUND');
    expect(await ids(other.id, reader)).toBe(other.id);
    const refused = await watching(server.url, own.id, { secret: 'nsync_wrong' });
    expect([refused.status, refused.headers['www-authenticate']]).toEqual([401, expect.stringContaining('Bearer')]);
    expect(JSON.parse(await refused.body())).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });

  it('ends the stream of a token that was revoked', async () => {
    const { database } = server.server;
    const secret = await tokenOf(server, 'leaver', ['read']);
    const run = await foreignRun(database);
    const intervals = jest.spyOn(globalThis, 'setInterval');
    const stream = await watching(server.url, run.id, { secret });
    await stream.run();
    const [check] = intervals.mock.calls.find(([, milliseconds]) => milliseconds === 60_000) ?? [];
    intervals.mockRestore();
    await revokeToken(database, 'leaver', new Date());
    check?.();
    expect(await stream.rest()).toEqual([]);
    expect(await watching(server.url, run.id, { secret })).toMatchObject({ status: 401 });
  });

  it('ends streams without "complete" when it stops, so that clients connect again', async () => {
    const run = await foreignRun(server.server.database, 'boss');
    const stream = await watching(server.url, run.id, { secret: await tokenOf(server, 'boss', ['admin']) });
    await stream.run();
    const began = performance.now();
    const stopped = server.stop();
    expect(await stream.rest()).toEqual([]);
    await stopped;
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});

it('a server limits the open subscriptions of a caller', async () => {
  const server = await serve(SQLITE, { environment: { NSYNC_MAX_SUBSCRIPTIONS_PER_CALLER: '1' } });
  try {
    const run = await foreignRun(server.server.database);
    const secret = await tokenOf(server, 'hr', ['read']);
    const first = await watching(server.url, run.id, { secret });
    await first.run();
    const second = await watching(server.url, run.id, { secret });
    expect([second.status, second.headers['retry-after']]).toEqual([429, '1']);
    expect(JSON.parse(await second.body())).toMatchObject({ errors: [{ message: 'The caller has reached its limit for subscriptions at a time (1). Try again in 1 second.', extensions: { code: 'RATE_LIMITED', retryAfter: 1 } }] }); // prettier-ignore
    first.close();
    await setTimeout(50);
    const third = await eventually('the slot is free', async () => {
      const stream = await watching(server.url, run.id, { secret });
      return stream.status === 200 ? stream : null;
    });
    third.close();
  } finally {
    await server.stop();
  }
});
