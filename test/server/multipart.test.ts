/** Uploads as the GraphQL multipart request specification defines them: in any order, invalid, and incomplete. No file remains. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { setTimeout } from 'node:timers/promises';
import { DATABASES } from '../support/databases';
import { openFiles } from '../support/openFiles';
import { serve, type TestServer } from '../support/server';

const [SQLITE] = DATABASES;
const BOUNDARY = 'nsync-boundary';
const PERSONS = 'action_flags,match_on,employee_id,first_name,last_name\ncu,employee_id,P1,Bruce,Wayne\n';
const HOUSES = 'action_flags,match_on,address,owner=>employee_id\ncu,address,Manor,P1\n';

interface Part {
  readonly name: string;
  readonly value: string;
  readonly filename?: string;
}

interface Answer {
  readonly status: number;
  readonly body: { data?: Record<string, unknown>; errors?: { message: string; extensions: { code: string } }[] };
}

const field = (name: string, value: unknown): Part => ({
  name,
  value: typeof value === 'string' ? value : JSON.stringify(value),
});
const file = (name: string, filename: string, value: string): Part => ({ name, filename, value });
const bodyOf = (parts: readonly Part[]): string =>
  parts
    .map(
      ({ name, value, filename }) =>
        `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"${filename ? `; filename="${filename}"` : ''}\r\n\r\n${value}\r\n`,
    )
    .join('') + `--${BOUNDARY}--\r\n`;

const SYNC_FILES = {
  query:
    'mutation ($a: Upload!, $b: Upload!) { syncCsvFiles(input: {files: [{file: $a}, {file: $b, name: "Other_demo_Person.csv"}]}) { run { status sources { file counts { rows } } } } }',
  variables: { a: null, b: null },
};
const SYNC_ONE = {
  query: 'mutation ($a: Upload!) { syncCsv(input: {system: "S", model: "Person", file: $a}) { run { status } } }',
  variables: { a: null },
};

describe('multipart requests', () => {
  let server: TestServer;
  let folder: string;
  const { TMPDIR } = process.env;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  beforeAll(async () => {
    if (!SQLITE) throw new Error('SQLite is always there');
    server = await serve(SQLITE, { limits: { bodyBytes: 2000, uploadBytes: 100_000, unpackedBytes: 1_000_000 } });
    process.env.TMPDIR = folder = mkdtempSync(join(tmpdir(), 'nsync-multipart-'));
  });
  afterAll(async () => {
    process.env.TMPDIR = TMPDIR;
    agent.destroy();
    await server.stop();
    rmSync(folder, { recursive: true });
  });
  /** Every request must remove its files: those with a name in the folder, and those without a name. */
  afterEach(async () => {
    expect([readdirSync(folder), openFiles(folder)]).toEqual([[], 0]);
    expect(await server.server.database.reader('nsync_runs').where({ status: 'RUNNING' })).toEqual([]);
  });

  /** All requests use one connection, like a client with keep-alive. */
  const post = (
    body: string | Buffer,
    headers: Record<string, string> = { 'apollo-require-preflight': '1' },
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const sent = request(
        `${server.url}/graphql`,
        {
          method: 'POST',
          agent,
          headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}`, ...headers },
        },
        (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString()));
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as Answer['body'] }),
          );
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  const told = ({ status, body }: Answer) => [status, body.errors?.[0]?.extensions.code];

  const A = file('0', 'HR_demo_House.csv', HOUSES);
  const B = file('1', 'HR_demo_Person.csv', PERSONS);
  const TWO = { 0: ['variables.a'], 1: ['variables.b'] };
  it.each<[string, object, Part[]]>([
    ['in the order of the files', TWO, [A, B]],
    ['in another order', TWO, [B, A]],
    ['with one that stands for two', { 1: ['variables.a', 'variables.b'] }, [B]],
    ['with one that nobody asks for', TWO, [A, file('2', 'x', 'x'.repeat(300_000)), B]],
    ['with two for one place', { ...TWO, 2: ['variables.b'] }, [A, B, file('2', 'x.csv', PERSONS)]],
  ])('take files %s', async (_name, map, files) => {
    const answer = await post(bodyOf([field('operations', SYNC_FILES), field('map', map), ...files]));
    expect(answer).toMatchObject({ status: 200, body: { data: { syncCsvFiles: { run: { status: 'COMPLETED' } } } } });
    expect(answer.body.errors).toBeUndefined();
  });

  const whole = bodyOf([
    field('operations', SYNC_ONE), field('map', { 0: ['variables.a'] }), file('0', 'p.csv', PERSONS),
  ]); // prettier-ignore
  const with0 = (...parts: Part[]) => bodyOf([...parts, file('0', 'p.csv', PERSONS)]);
  const operations = field('operations', SYNC_ONE);
  const map = field('map', { 0: ['variables.a'] });
  it.each<[number, string, string, string]>([
    [400, 'BAD_REQUEST', 'whose map names a part that is not sent', bodyOf([operations, map])],
    [400, 'BAD_REQUEST', 'whose parts have other names', bodyOf([operations, map, file('x', 'p.csv', PERSONS)])],
    [400, 'BAD_REQUEST', 'whose map names no place', with0(operations, field('map', { 0: ['variables.x.y'] }))],
    [400, 'BAD_REQUEST', 'whose map is no object of lists', with0(operations, field('map', { 0: 'variables.a' }))],
    [400, 'BAD_REQUEST', 'whose map reaches for a prototype', with0(operations, field('map', { 0: ['__proto__.a'] }))],
    [400, 'BAD_REQUEST', 'whose map is no JSON', with0(operations, field('map', '{'))],
    [400, 'BAD_REQUEST', 'whose operations are no JSON', with0(field('operations', '{'), map)],
    [400, 'BAD_REQUEST', 'whose operations are no object', with0(field('operations', '7'), map)],
    [400, 'BAD_REQUEST', 'without operations', with0(map)],
    [400, 'BAD_REQUEST', 'without a map', with0(operations)],
    [400, 'BAD_REQUEST', 'that end in a file', whole.slice(0, whole.indexOf('cu,employee'))],
    [400, 'BAD_REQUEST', 'that end in a header', whole.slice(0, whole.lastIndexOf('filename'))],
    [400, 'BAD_REQUEST', 'that are empty', ''],
    [400, 'BAD_REQUEST', 'with many fields', with0(...Array.from({ length: 20 }, (_, i) => field(`x${i}`, '')), operations, map)],
    [413, 'PAYLOAD_TOO_LARGE', 'with large operations', with0(field('operations', { ...SYNC_ONE, x: 'x'.repeat(2000) }), map)],
    [413, 'PAYLOAD_TOO_LARGE', 'with large fields together', with0(field('x', 'x'.repeat(1900)), operations, map)],
    [413, 'PAYLOAD_TOO_LARGE', 'with a file that is too large', bodyOf([operations, map, file('0', 'p.csv', 'x'.repeat(100_001))])],
    [413, 'PAYLOAD_TOO_LARGE', 'with a file that is far too large', bodyOf([operations, map, file('0', 'p.csv', 'x'.repeat(30_000_000))])],
    [200, 'BAD_USER_INPUT', 'without a file for a variable', bodyOf([operations, field('map', {})])],
    [200, 'GRAPHQL_VALIDATION_FAILED', 'that ask for what is not there', with0(field('operations', { query: 'mutation ($a: Upload!) { no(a: $a) }', variables: { a: null } }), map)],
  ])('answer %i %s to those %s, at once', async (status, code, _name, body) => {
    const began = performance.now();
    expect(told(await post(body, { 'apollo-require-preflight': '1', accept: 'application/json' }))).toEqual([status, code]);
    expect(performance.now() - began).toBeLessThan(10_000);
    // The connection can still be used, or a new one is opened.
    expect(told(await post(whole))).toEqual([200, undefined]);
  }); // prettier-ignore

  it('may carry gzip files, whatever they are called, up to what may come out of them', async () => {
    const packed = (name: string, content: string): Part => file('0', name, gzipSync(content).toString('latin1'));
    const sync = {
      query:
        'mutation ($a: Upload!) { syncCsvFiles(input: {files: [{file: $a}]}) { run { status sources { file counts { rows } } } } }',
      variables: { a: null },
    };
    for (const name of ['HR_demo_Person.csv.gz', 'HR_demo_Person.csv.GZ', 'HR_demo_Person.csv'])
      expect(
        await post(Buffer.from(bodyOf([field('operations', sync), map, packed(name, PERSONS)]), 'latin1')),
      ).toMatchObject({
        body: {
          data: { syncCsvFiles: { run: { status: 'COMPLETED', sources: [{ file: name, counts: { rows: 1 } }] } } },
        },
      });
    const bomb = packed('p.csv.gz', `${PERSONS}${'\n'.repeat(2_000_000)}`);
    const answer = await post(Buffer.from(bodyOf([operations, map, bomb]), 'latin1'));
    expect([told(answer), answer.body.errors?.[0]?.message]).toEqual([
      [200, 'PAYLOAD_TOO_LARGE'],
      'The gzip file unpacks to more than 1000000 bytes. Split the file, or raise NSYNC_MAX_UNPACKED_BYTES on the server.',
    ]);
  });

  it('are refused before they are read where another site’s page could send them', async () => {
    const large = bodyOf([operations, map, file('0', 'p.csv', 'x'.repeat(30_000_000))]);
    expect(told(await post(large, {}))).toEqual([400, 'BAD_REQUEST']);
    expect(told(await post(whole))).toEqual([200, undefined]);
  });

  it('that break off leave nothing', async () => {
    const headers = {
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      'apollo-require-preflight': '1',
      'content-length': '50000',
    };
    const sent = request(`${server.url}/graphql`, { method: 'POST', headers });
    sent.on('error', () => undefined);
    sent.write(whole.slice(0, whole.indexOf('cu,employee')));
    const until = async (files: number): Promise<void> => {
      for (let tries = 0; tries < 500 && openFiles(folder) !== files; tries += 1) await setTimeout(10);
    };
    await until(1);
    sent.destroy();
    await until(0);
  });
});
