/** The client with a real server. */
import { inspect } from 'node:util';
import { type ClientRow, NsyncClient, NsyncError, PartialSyncError } from '../../src/client';
import { createToken } from '../../src/records';
import { DATABASES } from '../support/databases';
import { serve, type TestServer } from '../support/server';
import { failureOf, person, TO_PERSONS } from './support';

const [sqlite] = DATABASES;
if (!sqlite) throw new Error('SQLite is always there');

const persons = function* (count: number): Generator<ClientRow> {
  for (let number = 1; number <= count; number += 1) yield person(number);
};

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

describe('NsyncClient with a token', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await serve(sqlite);
  });
  afterAll(() => server.stop());

  it('is let in by it, and is told UNAUTHENTICATED without it', async () => {
    const url = `${server.url}/graphql`;
    const create = async (name: string, scopes: string[]): Promise<string> => {
      const token = await createToken(server.server.database, { name, scopes, expiresAt: null, createdBy: null }, new Date()); // prettier-ignore
      return token.secret;
    };
    const token = await create('hr', ['sync:HR/Person']);
    expect(await new NsyncClient({ url, token }).viewer()).toEqual({ name: 'hr', scopes: ['sync:HR/Person'] });
    const refused = { code: 'UNAUTHENTICATED', status: 401 };
    expect(await failureOf(new NsyncClient(url).limits())).toMatchObject(refused);
    const other = new NsyncClient({ url, token: `${token.slice(0, -1)}_` });
    const failure = await failureOf(other.syncRows({ ...TO_PERSONS, rows: [person(1)] }));
    expect(failure).toMatchObject({ ...refused, message: 'The token is not valid.' });
    expect(inspect(failure)).not.toContain(token.slice(0, 20));

    const client = new NsyncClient({ url, token });
    expect((await client.syncRows({ ...TO_PERSONS, rows: [person(1)] })).outcomes).toMatchObject([
      { status: 'CREATED' },
    ]);
    expect(await failureOf(client.pruneRuns({ finishedBefore: '2026-01-01T00:00:00Z' }))).toMatchObject({ code: 'FORBIDDEN', message: expect.stringContaining('admin') as unknown }); // prettier-ignore
  });
});
