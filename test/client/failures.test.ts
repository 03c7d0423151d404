/** The client with a fake server that fails. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { NsyncClient, NsyncError } from '../../src/client';
import { failureOf, person, TO_PERSONS } from './support';

describe('NsyncClient and a server that fails', () => {
  const LIMITS = JSON.stringify({ data: { limits: { rowsPerCall: 0, bodyBytes: 0, uploadBytes: 0, pageSize: 0 } } });
  const SYNCED = JSON.stringify({ data: { syncRows: { run: { id: '1', status: 'COMPLETED' }, outcomes: [] } } });
  let server: Server;
  let url: string;
  /** The responses to the calls, one after another. The last one answers all further calls. */
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

  describe('waits as long as a server asks for that limits it', () => {
    const limited =
      (
        wait: string,
        body = JSON.stringify({ errors: [{ message: 'Too much.', extensions: { code: 'RATE_LIMITED' } }] }),
      ) =>
      (_request: IncomingMessage, response: ServerResponse): void =>
        void response.writeHead(429, { 'retry-after': wait }).end(body);

    it.each([
      ['of nsync', undefined],
      ['of a proxy', '<html>'],
    ])('with the answer %s', async (_whose, body) => {
      answers = [limited('1', body), json(LIMITS)];
      const before = performance.now();
      expect(await clientOf().limits()).toMatchObject({ rowsPerCall: 0 });
      expect(performance.now() - before).toBeGreaterThan(990);
    });

    it('even with a sync that it may not repeat, since nothing was done', async () => {
      answers = [json(LIMITS), limited('1'), json(SYNCED)];
      expect(await sync({ retrySyncs: false })).toMatchObject({ runs: [{ id: '1' }] });
    });

    it('but not for ever', async () => {
      answers = [limited('301')];
      expect(await failureOf(clientOf().limits())).toMatchObject({ code: 'RATE_LIMITED', message: 'Too much.', status: 429 }); // prettier-ignore
      expect(asked).toHaveLength(1);
      answers = [limited('0')];
      expect(await failureOf(clientOf({ retries: 2 }).limits())).toMatchObject({ code: 'RATE_LIMITED' });
      expect(asked).toHaveLength(4);
    });
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

  it('asks for the token before each call, and sends no other authorization', async () => {
    const seen: unknown[] = [];
    answers = [({ headers }, response) => { seen.push(headers.authorization); json(LIMITS)({} as IncomingMessage, response); }]; // prettier-ignore
    await clientOf({ token: 'nsync_abc\n' }).limits();
    let number = 0;
    const client = clientOf({
      token: () => `nsync_${(number += 1)}`,
      headers: () => ({ Authorization: 'Basic eA==' }),
    });
    await client.limits();
    await client.models().catch(() => undefined);
    await clientOf({ token: () => Promise.resolve('nsync_later') }).limits();
    expect(seen).toEqual(['Bearer nsync_abc', 'Bearer nsync_1', 'Bearer nsync_2', 'Bearer nsync_later']);
  });

  it('refuses what is no token, without showing it', async () => {
    const wrong = (options: object): unknown => {
      try {
        return clientOf(options);
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(wrong({ token: '' })).toBe('new NsyncClient(): token must be the secret of a token or a function, not "".');
    expect(wrong({ token: null })).toBe('new NsyncClient(): token must be the secret of a token or a function, not null.'); // prettier-ignore
    expect(wrong({ token: 'nsync_abc', headers: { Authorization: 'x' } })).toBe('new NsyncClient(): give either token or headers.authorization.'); // prettier-ignore
    const told: readonly [token: unknown, message: string][] = [
      ['hidden words', 'token must be the secret of a token, and this text has characters that no token has.'],
      [() => 'hidden\nwords', 'the function token() must return the secret of a token, and this text has characters that no token has.'], // prettier-ignore
      [() => undefined, 'the function token() must return the secret of a token, not a value of type undefined.'],
      [() => Promise.resolve(null), 'the function token() must return the secret of a token, not null.'],
      [() => ' ', 'the function token() must return the secret of a token, not a blank text.'],
    ];
    for (const [token, message] of told)
      expect(await failureOf(clientOf({ token } as object).limits())).toMatchObject({ code: 'BAD_USER_INPUT', message: `new NsyncClient(): ${message}` }); // prettier-ignore
    expect(asked).toEqual([]);
  });

  it('shows the token in no log and no error', async () => {
    answers = [status(500)];
    const client = clientOf({ token: 'nsync_hidden' });
    const unreachable = new NsyncClient({ url: 'http://127.0.0.1:1', token: 'nsync_hidden', retries: 0 });
    const failures = [await failureOf(client.limits()), await failureOf(unreachable.limits())];
    expect(failures).toEqual([expect.any(NsyncError), expect.any(NsyncError)]);
    expect(inspect([client, failures], { depth: Infinity, showHidden: true })).not.toContain('nsync_hidden');
  });
});
