/** The client's messages for wrong arguments, and for an address without an nsync server. */
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { NsyncClient, NsyncError } from '../../src/client';

/** Allows arguments that only JavaScript callers can pass, because TypeScript refuses them. */
type Anything = never;

const failure = async (call: () => unknown): Promise<{ code: unknown; message: string }> => {
  const error = await (async () => call())().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(NsyncError);
  const { code, message } = error as NsyncError;
  return { code, message };
};

describe('an address that cannot be one', () => {
  it.each<[unknown, string]>([
    [undefined, 'The argument of new NsyncClient() must be an object with url, not undefined.'],
    [{}, 'new NsyncClient(): url is missing. It must be the address of the server, such as "http://127.0.0.1:4000/graphql".'], // prettier-ignore
    [{ uri: 'http://x' }, 'new NsyncClient(): there is no "uri". Did you mean "url"?'],
    ['', 'new NsyncClient(): url must begin with http:// or https://, not "".'],
    ['127.0.0.1:4000/graphql', 'new NsyncClient(): url must begin with http:// or https://, not "127.0.0.1:4000/graphql". Did you mean "http://127.0.0.1:4000/graphql"?'], // prettier-ignore
    ['localhost:4000', 'new NsyncClient(): url must begin with http:// or https://, not "localhost:4000". Did you mean "http://localhost:4000"?'], // prettier-ignore
    ['ftp://host/graphql', 'new NsyncClient(): url must begin with http:// or https://, not "ftp://host/graphql".'],
    ['http://', 'new NsyncClient(): url must begin with http:// or https://, not "http://".'],
    ['http://me:secret@host/graphql', 'new NsyncClient(): url must not contain a user and password. Send them as a header: headers: { authorization: "Basic …" }.'], // prettier-ignore
    [
      { url: 'http://host', retries: -1 },
      'new NsyncClient(): retries must be a whole number that is not below 0, not -1.',
    ],
    [
      { url: 'http://host', headers: 'x: y' },
      'new NsyncClient(): headers must be an object or a function, not "x: y".',
    ],
  ])('%j: %s', async (options, message) => {
    expect(await failure(() => new NsyncClient(options as Anything))).toEqual({ code: 'BAD_USER_INPUT', message });
  });
});

describe('wrong arguments of a method', () => {
  const client = new NsyncClient({ url: new URL('http://127.0.0.1:9/graphql'), retries: 0 });
  const SYNC = { system: 'HR', model: 'Person', rows: [] };
  const calls: Record<string, () => unknown> = {
    'The argument of client.syncRows() must be an object with system, model, rows, not undefined.': () =>
      client.syncRows(undefined as Anything),
    'client.syncRows(): system is missing. It must be a text that is not blank.': () =>
      client.syncRows({ model: 'Person', rows: [] } as Anything),
    'client.syncRows(): there is no "onError". The names are system, model, rows, defaults, options, idempotencyKey.':
      () => client.syncRows({ ...SYNC, onError: 'CONTINUE' } as Anything),
    'client.syncRows(): rows must be an iterable or async iterable of rows, such as a list, not a Promise (await it).':
      () => client.syncRows({ ...SYNC, rows: Promise.resolve([]) } as Anything),
    'client.syncCsv(): model is missing. It must be a text that is not blank.': () =>
      client.syncCsv({ system: 'HR', csv: 'a' } as Anything),
    'client.syncCsv(): file.content is missing. It must be a text, bytes, a Blob, a stream, or a function that returns a stream.':
      () => client.syncCsv({ system: 'HR', model: 'Person', file: { name: 'a.csv' } } as Anything),
    'client.syncCsv(): file must be a File, or an object with name, content, not "a.csv".': () =>
      client.syncCsv({ system: 'HR', model: 'Person', file: 'a.csv' } as Anything),
    'client.syncCsvFiles(): files must be a list, not an object.': () => client.syncCsvFiles({ files: {} } as Anything),
    'client.syncCsvFiles(): files[0] has no "content". The names are csv, file, name, system, model.': () =>
      client.syncCsvFiles({ files: [{ content: 'a' }] } as Anything),
    'client.run(): id is missing. It must be an id.': () => client.run(undefined as Anything),
    'client.watchRun(): id is missing. It must be an id.': () => client.watchRun(undefined as Anything).next(),
    'client.cancelRun(): id must be an id, not null.': () => client.cancelRun(null as Anything),
    'client.pruneRuns(): finishedBefore must be a text, not an object of class Date.': () =>
      client.pruneRuns({ finishedBefore: new Date() } as Anything),
    'client.outcomes(): runId is missing. It must be an id.': () => client.outcomes(undefined as Anything).next(),
    'client.runs(): filter.statuses must be a list, not "FAILED".': () =>
      client.runs({ statuses: 'FAILED' } as Anything),
    'client.externalSystems(): page.first must be a whole number that is not below 0, not "5".': () =>
      client.externalSystems({ first: '5' } as Anything),
    'client.saveExternalSystem(): name is missing. It must be a text that is not blank.': () =>
      client.saveExternalSystem({} as Anything),
    'client.deleteExternalSystem(): options has no "force". The names are deleteMappings.': () =>
      client.deleteExternalSystem('HR', { force: true } as Anything),
    'client.externalKeyMappings(): filter has no "key". The names are dangling, externalKey, externalKeys, model, objectId, system.':
      () => client.externalKeyMappings({ key: '1' } as Anything),
    'client.object(): id is missing. It must be an id.': () => client.object('Person', undefined as Anything),
    'client.objects(): model is missing. It must be a text that is not blank.': () =>
      client.objects(undefined as Anything),
    'client.objects(): filter.where must be an object, not "id = 1".': () =>
      client.objects('Person', { where: 'id = 1' } as Anything),
  };
  it.each(Object.entries(calls))('%s', async (message, call) => {
    expect(await failure(call)).toEqual({ code: 'BAD_USER_INPUT', message });
  });

  it('covers every method that takes arguments', () => {
    const methods = ['syncRows', 'syncCsv', 'syncCsvFiles', 'run', 'watchRun', 'cancelRun', 'pruneRuns', 'outcomes', 'runs', 'externalSystems', 'saveExternalSystem', 'deleteExternalSystem', 'externalKeyMappings', 'object', 'objects']; // prettier-ignore
    const withoutArguments = ['constructor', 'viewer', 'models', 'limits'];
    const internal = ['query', 'outcomesPage', 'callLimits', 'repeatable', 'sendFiles'];
    expect(Object.getOwnPropertyNames(NsyncClient.prototype).sort()).toEqual([...methods, ...withoutArguments, ...internal].sort()); // prettier-ignore
    for (const method of methods)
      expect(Object.keys(calls).some((message) => message.includes(`client.${method}()`))).toBe(true);
  });

  it('tells which row is none', async () => {
    const answers = (() => Promise.resolve(Response.json({ data: { limits: { rowsPerCall: 10, bodyBytes: 0 } } }))) as typeof fetch; // prettier-ignore
    const answered = new NsyncClient({ url: 'http://127.0.0.1:9', fetch: answers });
    const rows = [{ values: {} }, { value: {} }] as Anything;
    expect(await failure(() => answered.syncRows({ ...SYNC, rows }))).toEqual({
      code: 'BAD_USER_INPUT',
      message: 'Row 2: there is no "value". Did you mean "values"?',
    });
  });
});

describe('an address that is not that of nsync', () => {
  const servers: Server[] = [];
  afterEach(() => servers.splice(0).forEach((server) => server.close()));

  async function listen(server: Server): Promise<string> {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  const http = (answer: RequestListener): Server => createHttpServer(answer);
  const html = (status: number): Server =>
    http((_request, response) => response.writeHead(status, { 'content-type': 'text/html' }).end('<h1>Hello</h1>'));
  const json = (status: number, body: unknown): Server =>
    http((_request, response) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
    );
  const moved = (): Server =>
    http((request, response) => {
      if (request.url === '/new') response.end('<p>here</p>');
      else response.writeHead(301, { location: '/new' }).end();
    });
  const database = (): Server => createTcpServer((socket) => void socket.end('J\0\0\0\n5.5.5-10.11-MariaDB\0'));
  const tls = (): Server => createTlsServer({});

  it.each<[string, () => Server, string, string, string]>([
    ['HTML, wrong path', () => html(404), 'http://ADDRESS/graphq', 'HTTP_ERROR', 'http://ADDRESS/graphq does not answer as a GraphQL server: HTTP 404 Not Found. The answer is an HTML page, not GraphQL. Check host, port and path. Did you mean http://ADDRESS/graphql?'], // prettier-ignore
    ['HTML, no path', () => html(200), 'http://ADDRESS', 'HTTP_ERROR', 'http://ADDRESS/ does not answer as a GraphQL server: HTTP 200 OK. The answer is an HTML page, not GraphQL. Check host, port and path. Did you mean http://ADDRESS/graphql?'], // prettier-ignore
    ['HTML, other server', () => html(200), 'http://ADDRESS/graphql', 'HTTP_ERROR', 'http://ADDRESS/graphql does not answer as a GraphQL server: HTTP 200 OK. The answer is an HTML page, not GraphQL. Check host, port and path.'], // prettier-ignore
    ['other JSON', () => json(200, { status: 'ok' }), 'http://ADDRESS/health', 'HTTP_ERROR', 'http://ADDRESS/health does not answer as a GraphQL server: HTTP 200 OK. Check host, port and path. Did you mean http://ADDRESS/graphql?'], // prettier-ignore
    ['odd errors', () => json(404, { errors: 'no such page' }), 'http://ADDRESS/graphql', 'HTTP_ERROR', 'http://ADDRESS/graphql does not answer as a GraphQL server: HTTP 404 Not Found. Check host, port and path.'], // prettier-ignore
    ['no authorization', () => html(401), 'http://ADDRESS/graphql', 'HTTP_ERROR', 'http://ADDRESS/graphql does not answer as a GraphQL server: HTTP 401 Unauthorized. Send a token, or another authorization in headers.'], // prettier-ignore
    ['another GraphQL server', () => json(400, { errors: [{ message: 'Cannot query field "limits" on type "Query".' }] }), 'http://ADDRESS/graphql', 'GRAPHQL_ERROR', 'Cannot query field "limits" on type "Query". The GraphQL server at http://ADDRESS/graphql has another schema: it is another server than nsync, or another version of nsync than this client.'], // prettier-ignore
    ['a redirect', moved, 'http://ADDRESS/graphql', 'HTTP_ERROR', 'http://ADDRESS/graphql does not answer as a GraphQL server: HTTP 200 OK. The server redirects to http://ADDRESS/new: use that address.'], // prettier-ignore
    ['a database', database, 'http://ADDRESS/graphql', 'NETWORK_ERROR', 'No answer from http://ADDRESS/graphql (HPE_INVALID_CONSTANT). What listens there does not speak HTTP. Check the port. A server with TLS needs https:// instead of http://.'], // prettier-ignore
    ['http to TLS', tls, 'http://ADDRESS/graphql', 'NETWORK_ERROR', 'No answer from http://ADDRESS/graphql (UND_ERR_SOCKET). The server closed the connection. A server with TLS needs https:// instead of http://.'], // prettier-ignore
    ['https to HTTP', () => html(200), 'https://ADDRESS/graphql', 'NETWORK_ERROR', 'No answer from https://ADDRESS/graphql (ERR_SSL_WRONG_VERSION_NUMBER). A server without TLS needs http:// instead of https://.'], // prettier-ignore
  ])('%s', async (_name, start, url, code, message) => {
    const address = await listen(start());
    const client = new NsyncClient({ url: url.replace('ADDRESS', address), retries: 0 });
    expect(await failure(() => client.limits())).toEqual({ code, message: message.replaceAll('ADDRESS', address) });
  });

  it('a port where nothing listens', async () => {
    const free = createTcpServer();
    const address = await listen(free);
    await new Promise((resolve) => free.close(resolve));
    expect(await failure(() => new NsyncClient({ url: `http://${address}/graphql`, retries: 0 }).limits())).toEqual({
      code: 'NETWORK_ERROR',
      message: `No answer from http://${address}/graphql (ECONNREFUSED). The connection was refused. Check that the server runs, and that host and port are right.`,
    });
  });

  it('a host that does not exist', async () => {
    const { message } = await failure(() =>
      new NsyncClient({ url: 'http://nsync.invalid/graphql', retries: 0 }).limits(),
    );
    expect(message).toMatch(
      /^No answer from http:\/\/nsync\.invalid\/graphql \((ENOTFOUND|EAI_AGAIN)\)\. The host name /,
    );
  });

  it('gives up at once if another attempt cannot help', async () => {
    const address = await listen(database());
    const started = performance.now();
    await failure(() => new NsyncClient({ url: `http://${address}/graphql`, retryDelay: 20_000 }).limits());
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
