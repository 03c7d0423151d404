/** A run that the client watches: with a server, and with a fake one that loses connections. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NsyncClient, NsyncError, type RunFragment } from '../../src/client';
import { DATABASES } from '../support/databases';
import { foreignRun } from '../support/foreignRun';
import { serve, type TestServer } from '../support/server';
import { failureOf } from './support';

type Respond = (response: ServerResponse, request: IncomingMessage) => void;

const next = (status: string, rows = 0): string =>
  `event: next\ndata: ${JSON.stringify({ data: { runProgress: { id: '1', status, counts: { rows } } } })}\n\n`;
const COMPLETE = 'event: complete\ndata:\n\n';
const OPEN = { 'content-type': 'text/event-stream; charset=utf-8' };

/** Sends events in parts, and then ends the response, or the connection. */
const events =
  (text: string, end: 'end' | 'destroy' | 'stay' = 'end'): Respond =>
  (response) => {
    response.writeHead(200, OPEN);
    for (let at = 0; at < text.length; at += 7) response.write(text.slice(at, at + 7));
    if (end === 'end') response.end();
    if (end === 'destroy') setTimeout(() => response.destroy(), 20);
  };

const statuses = async (runs: AsyncIterable<RunFragment>): Promise<string[]> => {
  const found: string[] = [];
  for await (const { status, counts } of runs) found.push(`${status} ${counts.rows}`);
  return found;
};

describe('a fake server', () => {
  let server: Server;
  let client: NsyncClient;
  let answers: Respond[] = [];
  let accepted: string[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      accepted.push(String(request.headers.accept));
      request.resume().on('end', () => answers.shift()?.(response, request));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    client = new NsyncClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`, retryDelay: 1, retries: 2 }); // prettier-ignore
  });
  beforeEach(() => (accepted = []));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('sends events in any parts, with comments between them', async () => {
    answers = [events(`:\n\n${next('RUNNING')}:\n\n${next('COMPLETED', 5).replaceAll('\n', '\r\n')}${COMPLETE}`)];
    expect(await statuses(client.watchRun('1'))).toEqual(['RUNNING 0', 'COMPLETED 5']);
    expect(accepted).toEqual(['text/event-stream']);
  });

  it.each(['end', 'destroy'] as const)('that loses connections (%s) is asked again, and nothing is told twice', async (how) => {
    answers = [
      events(next('RUNNING', 1), how),
      (response) => void response.writeHead(502).end('<html>'),
      events(`${next('RUNNING', 1)}${next('RUNNING', 2)}`, how),
      ({ socket }) => void socket?.destroy(),
      events(`${next('COMPLETED', 3)}${COMPLETE}`),
    ];
    expect(await statuses(client.watchRun('1'))).toEqual(['RUNNING 1', 'RUNNING 2', 'COMPLETED 3']);
    expect(accepted).toHaveLength(5);
  }); // prettier-ignore

  it('that stays away is an error in the end', async () => {
    answers = [events(next('RUNNING', 1)), ...[1, 2, 3].map(() => events(''))];
    const failure = await failureOf(statuses(client.watchRun('1')));
    expect(failure).toMatchObject({ code: 'NETWORK_ERROR', message: expect.stringContaining('the events stopped before their end') }); // prettier-ignore
    expect(accepted).toHaveLength(3);
  });

  it('that answers with something else is an error at once', async () => {
    answers = [(response) => void response.writeHead(404, { 'content-type': 'text/html' }).end('<html>')];
    expect(await failureOf(statuses(client.watchRun('1')))).toMatchObject({ code: 'HTTP_ERROR', status: 404 });
    expect(await failureOf(statuses(client.watchRun('')))).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(accepted).toHaveLength(1);
  });

  it('is left when the reader stops, or when the signal is aborted', async () => {
    const closed: Promise<unknown>[] = [];
    const staying: Respond = (response, request) => {
      closed.push(new Promise((resolve) => request.socket.once('close', resolve)));
      events(next('RUNNING'), 'stay')(response, request);
    };
    answers = [staying, staying];
    for await (const { status } of client.watchRun('1')) {
      expect(status).toBe('RUNNING');
      break;
    }
    const stop = new AbortController();
    const watched = client.watchRun('1', { signal: stop.signal });
    await watched.next();
    const ended = failureOf(watched.next());
    stop.abort(new Error('enough'));
    expect(await ended).toMatchObject({ message: 'enough' });
    await Promise.all(closed);
  });
});

describe('a server', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await serve(DATABASES[0]!);
  });
  afterAll(() => server.stop());

  it('tells the client about a run until it has finished', async () => {
    const run = await foreignRun(server.server.database);
    const client = new NsyncClient(`${server.url}/graphql`);
    const runs: RunFragment[] = [];
    for await (const state of client.watchRun(run.id)) {
      runs.push(state);
      if (state.status === 'RUNNING') await run.finish();
    }
    expect(runs).toMatchObject([
      { id: run.id, status: 'RUNNING', progress: { phase: 'WAITING' } },
      { id: run.id, status: 'COMPLETED', progress: null, counts: { created: 10 } },
    ]);
    const failure = await failureOf(client.watchRun('77').next());
    expect(failure).toBeInstanceOf(NsyncError);
    expect(failure).toMatchObject({ code: 'RUN_NOT_FOUND', message: 'There is no run "77".' });
  });
});
