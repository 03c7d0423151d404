/** The client against a server, and against what stands in for one that fails. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ClientRow, NsyncClient, NsyncError, PartialSyncError } from '../../src/client';
import { DATABASES } from '../support/databases';
import { serve, type TestServer } from '../support/server';

const [sqlite] = DATABASES;
if (!sqlite) throw new Error('SQLite is always there');

const person = (number: number): ClientRow => ({
  externalKey: number,
  values: { employee_id: `EMP${number}`, first_name: 'Person', last_name: String(number) },
});
const persons = function* (count: number): Generator<ClientRow> {
  for (let number = 1; number <= count; number += 1) yield person(number);
};
const DEFAULTS = { actionFlags: 'cu*', matchOn: ['employee_id'] };
const TO_PERSONS = { system: 'HR', model: 'Person', defaults: DEFAULTS };

const failureOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'no failure',
    (error: unknown) => error,
  );

describe('NsyncClient with a server', () => {
  let server: TestServer;
  let client: NsyncClient;
  beforeAll(async () => {
    server = await serve(sqlite, { limits: { rowsPerCall: 10, bodyBytes: 30_000, requestValues: 1000 } });
    client = new NsyncClient(`${server.url}/graphql`);
  });
  afterAll(() => server.stop());

  it('syncs rows that fit into one call in one run', async () => {
    const { runs, outcomes } = await client.syncRows({ ...TO_PERSONS, rows: [person(1), person(2)] });
    expect(runs).toMatchObject([{ status: 'COMPLETED', counts: { created: 2 } }]);
    expect(outcomes.map(({ row, status, externalKey }) => [row, status, externalKey])).toEqual([
      [1, 'CREATED', '1'],
      [2, 'CREATED', '2'],
    ]);
  });

  it('splits what does not fit, and numbers the rows over all calls', async () => {
    const { runs, outcomes } = await client.syncRows({ ...TO_PERSONS, rows: persons(25), options: { onError: 'CONTINUE' } }); // prettier-ignore
    expect(runs.map(({ counts }) => counts.rows)).toEqual([10, 10, 5]);
    expect(outcomes.map(({ row }) => row)).toEqual(Array.from({ length: 25 }, (_, index) => index + 1));
    expect(outcomes.at(-1)).toMatchObject({ status: 'CREATED', externalKey: '25' });
  });

  it('splits by bytes too', async () => {
    const rows = [1, 2, 3, 4].map((number) => ({
      actionFlags: 'c',
      matchOn: 'label',
      values: { label: `tag ${number}`, note: 'x'.repeat(9000) },
    }));
    const { runs } = await client.syncRows({ system: 'HR', model: 'Tag', rows, options: { onError: 'CONTINUE' } });
    expect(runs.map(({ counts }) => counts.rows)).toEqual([2, 2]);
  });

  it.each([
    ['lists', Array.from({ length: 400 }, () => 1)],
    ['empty objects', Array.from({ length: 200 }, () => ({}))],
    ['names', Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`n${index}`, null]))],
  ])('splits by the values of JSON too: those of %s', async (name, note) => {
    const rows = [1, 2, 3].map((number) => ({ actionFlags: 'c', matchOn: 'label', values: { label: `${name} ${number}`, note } })); // prettier-ignore
    const { runs } = await client.syncRows({ system: 'HR', model: 'Tag', rows, options: { onError: 'CONTINUE' } });
    expect(runs.map(({ counts }) => counts.rows)).toEqual([2, 1]);
  });

  it.each([
    ['onError "ROLLBACK"', undefined],
    ['order', { onError: 'CONTINUE' as const, order: ['CREATE' as const, 'UPDATE' as const, 'DELETE' as const] }],
    ['dryRun', { onError: 'CONTINUE' as const, dryRun: true }],
  ])('refuses to split what %s holds together, before anything is sent', async (why, options) => {
    const before = (await client.runs()).totalCount;
    const error = await failureOf(client.syncRows({ ...TO_PERSONS, rows: persons(11), options }));
    expect(error).toBeInstanceOf(NsyncError);
    expect(error).toMatchObject({ code: 'TOO_MANY_ROWS', message: expect.stringContaining(`${why} does not work over several calls`) as unknown }); // prettier-ignore
    expect((await client.runs()).totalCount).toBe(before);
  });

  it('tells what a call that failed has left behind it', async () => {
    const rows = (async function* (): AsyncGenerator<ClientRow> {
      yield* persons(10);
      yield await Promise.resolve({ values: { first_name: 'x'.repeat(40_000) } });
    })();
    const error = await failureOf(client.syncRows({ ...TO_PERSONS, rows, options: { onError: 'CONTINUE' } }));
    expect(error).toBeInstanceOf(PartialSyncError);
    expect(error).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', completed: { runs: [{ status: 'COMPLETED' }] } });
  });

  it('gives the code of a call that cannot start', async () => {
    expect(await failureOf(client.syncRows({ ...TO_PERSONS, model: 'Persn', rows: [person(1)] }))).toMatchObject({
      name: 'NsyncError',
      code: 'UNKNOWN_MODEL',
      message: expect.stringContaining('Did you mean "Person"?') as unknown,
    });
  });

  const CSV = 'address,country\n1 Main Street,Sweden\n';
  it.each<[string, () => unknown]>([
    ['a text', () => CSV],
    ['bytes', () => Buffer.from(CSV)],
    ['a Blob', () => new Blob([CSV])],
    ['a stream', () => new Blob([CSV]).stream()],
    ['a function', () => async function* () { yield await Promise.resolve(CSV); }], // prettier-ignore
  ])('uploads a file from %s', async (_kind, make) => {
    const run = await client.syncCsv({
      system: 'Land registry',
      model: 'House',
      file: { name: 'häuser 1.csv', content: make() as string },
      defaults: { actionFlags: 'c', matchOn: ['address'] },
    });
    expect(run).toMatchObject({ status: 'COMPLETED', counts: { rows: 1 }, sources: [{ file: 'häuser 1.csv' }] });
  });

  it('uploads several files, and a File by its own name', async () => {
    const run = await client.syncCsvFiles({
      files: [
        { file: new File(['label\nblue\n'], 'Shop_app_Tag.csv') },
        { name: 'Shop_app_House.csv', csv: 'address\n2 Main Street\n' },
      ],
      defaults: { actionFlags: 'c', matchOn: [] },
      options: { onError: 'CONTINUE' },
    });
    expect(run.sources.map(({ system, model, file }) => [system.name, model, file])).toEqual([
      ['Shop', 'Tag', 'Shop_app_Tag.csv'],
      ['Shop', 'House', 'Shop_app_House.csv'],
    ]);
  });

  it('reads everything else', async () => {
    const { runs } = await client.syncRows({ ...TO_PERSONS, rows: [{ ...person(1), actionFlags: 'x' }] });
    const id = runs[0]?.id ?? '';
    expect(await client.run(id)).toMatchObject({ status: 'ROLLED_BACK' });
    const kept: string[] = [];
    for await (const { status } of client.outcomes(id)) kept.push(status);
    expect(kept).toEqual(['FAILED']);
    expect(await client.run('999999')).toBeNull();
    expect((await client.models()).map(({ name }) => name)).toContain('Person');
    expect((await client.limits()).rowsPerCall).toBe(10);
    const { nodes } = await client.objects('Person', { where: { employee_id: 'EMP1' } });
    expect(await client.object('Person', nodes[0]?.id ?? '')).toMatchObject({ values: { employee_id: 'EMP1' } });
    expect((await client.externalKeyMappings({ system: 'HR', externalKey: '1' })).nodes).toMatchObject([{ objectId: nodes[0]?.id }]); // prettier-ignore
    expect(await client.saveExternalSystem({ name: 'Old' })).toMatchObject({ created: true });
    expect((await client.externalSystems()).nodes.map(({ name }) => name)).toContain('Old');
    expect(await client.deleteExternalSystem('Old')).toEqual({ deletedName: 'Old', deletedMappings: 0 });
    expect(await failureOf(client.deleteExternalSystem('HR'))).toMatchObject({ code: 'SYSTEM_IN_USE' });
  });
});

describe('NsyncClient and a server that fails', () => {
  const LIMITS = JSON.stringify({ data: { limits: { rowsPerCall: 0, bodyBytes: 0, uploadBytes: 0, pageSize: 0 } } });
  const SYNCED = JSON.stringify({ data: { syncRows: { run: { id: '1', status: 'COMPLETED' }, outcomes: [] } } });
  let server: Server;
  let url: string;
  /** What the calls are answered by, one after another; the last one answers all that follow. */
  let answers: ((request: IncomingMessage, response: ServerResponse) => void)[] = [];
  let asked: string[] = [];

  const json =
    (text: string, status = 200) =>
    (_request: IncomingMessage, response: ServerResponse): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(text);
  const status = (code: number) => (_request: IncomingMessage, response: ServerResponse) =>
    void response.writeHead(code).end('<html>');
  const hangUp = ({ socket }: IncomingMessage): void => void socket.destroy();

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => (body += part.toString()));
      request.on('end', () => {
        asked.push(/"operationName":"(\w+)"/.exec(body)?.[1] ?? '');
        const answer = answers.length > 1 ? answers.shift() : answers[0];
        answer?.(request, response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  });
  beforeEach(() => (asked = []));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const clientOf = (more: object = {}): NsyncClient => new NsyncClient({ url, retryDelay: 1, ...more });
  const sync = (more?: object): Promise<unknown> => clientOf(more).syncRows({ ...TO_PERSONS, rows: [person(1)] });

  it('sends a query again until there is an answer', async () => {
    answers = [hangUp, status(502), status(503), status(504), json(LIMITS)];
    expect(await clientOf().limits()).toMatchObject({ rowsPerCall: 0 });
    expect(asked).toHaveLength(5);
  });

  it('gives up after a while, and tells why', async () => {
    answers = [status(503)];
    expect(await failureOf(clientOf({ retries: 2 }).limits())).toMatchObject({ code: 'HTTP_ERROR', status: 503, message: expect.stringMatching(/^http:.*graphql cannot answer: HTTP 503 Service Unavailable\.$/) as unknown }); // prettier-ignore
    expect(asked).toHaveLength(3);
    answers = [hangUp];
    expect(await failureOf(clientOf({ retries: 0 }).limits())).toMatchObject({ code: 'NETWORK_ERROR', status: null });
  });

  it('sends a sync again whose answer was lost, unless it is told not to', async () => {
    answers = [json(LIMITS), hangUp, json(SYNCED)];
    expect(await sync()).toMatchObject({ runs: [{ id: '1' }] });
    expect(asked).toEqual(['Limits', 'SyncRows', 'SyncRows']);
    asked = [];
    answers = [json(LIMITS), hangUp, json(SYNCED)];
    expect(await failureOf(sync({ retrySyncs: false }))).toMatchObject({ code: 'NETWORK_ERROR' });
    expect(asked).toEqual(['Limits', 'SyncRows']);
  });

  it('does not send again what the server has refused', async () => {
    answers = [json(JSON.stringify({ errors: [{ message: 'No.', extensions: { code: 'FORBIDDEN' } }] }), 403)];
    expect(await failureOf(clientOf().limits())).toMatchObject({ code: 'FORBIDDEN', message: 'No.', status: 403 });
    answers = [status(404)];
    expect(await failureOf(clientOf().limits())).toMatchObject({ code: 'HTTP_ERROR', status: 404 });
    expect(asked).toHaveLength(2);
  });

  it('sends a stream once only', async () => {
    answers = [status(503)];
    const file = { name: 'a.csv', content: new Blob(['a\n']).stream() };
    expect(await failureOf(clientOf().syncCsv({ system: 'HR', model: 'Person', file }))).toMatchObject({ status: 503 });
    expect(asked).toHaveLength(1);
  });

  it('sends headers along, made for each call', async () => {
    const seen: unknown[] = [];
    answers = [({ headers }, response) => { seen.push(headers.authorization); json(LIMITS)({} as IncomingMessage, response); }]; // prettier-ignore
    let number = 0;
    const client = clientOf({ headers: () => ({ authorization: `Bearer ${(number += 1)}` }) });
    await client.limits();
    await client.models().catch(() => undefined);
    expect(seen).toEqual(['Bearer 1', 'Bearer 2']);
  });
});
