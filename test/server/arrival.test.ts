/** Requests that arrive too slowly are ended. Those that keep arriving are not, however long they take. */
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { DATABASES } from '../support/databases';
import { openFiles } from '../support/openFiles';
import { serve, type TestServer } from '../support/server';

const [SQLITE] = DATABASES;
const SECONDS = 1;
const BOUNDARY = 'b';

const head = (length: number, type: string): string =>
  `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\nApollo-Require-Preflight: 1\r\n\r\n`;
const part = (name: string, content: string, filename = ''): string =>
  `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"${filename}\r\n\r\n${content}\r\n`;
const SYNC = {
  query:
    'mutation ($f: Upload!) { syncCsv(input: {system: "S", model: "Person", defaults: {actionFlags: "cu", matchOn: ["employee_id"]}, file: $f}) { run { status counts { rows } } } }',
  variables: { f: null },
};
const UPLOAD =
  part('operations', JSON.stringify(SYNC)) +
  part('map', '{"0": ["variables.f"]}') +
  part('0', `employee_id,first_name,last_name\n${'E1,Ann,Lee\n'.repeat(600)}`, '; filename="p.csv"') +
  `--${BOUNDARY}--\r\n`;

describe('a request', () => {
  let server: TestServer;
  const sockets: Socket[] = [];
  let folder: string;
  const { TMPDIR } = process.env;
  beforeAll(async () => {
    if (!SQLITE) throw new Error('SQLite is always there');
    server = await serve(SQLITE, {
      environment: { NSYNC_BODY_TIMEOUT_SECONDS: String(SECONDS), NSYNC_STOP_SECONDS: '1' },
    });
    process.env.TMPDIR = folder = mkdtempSync(join(tmpdir(), 'nsync-arrival-'));
  });
  /** No file may remain on disk. */
  afterEach(async () => {
    const left = () => [...readdirSync(folder), openFiles(folder)];
    for (let look = 0; look < 100 && left().join() !== '0'; look += 1) await setTimeout(20);
    expect(left()).toEqual([0]);
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await server.stop();
    process.env.TMPDIR = TMPDIR;
    rmSync(folder, { recursive: true });
  });

  /** A connection, and everything that the server sends until it closes the connection. */
  const open = async (): Promise<{ socket: Socket; answer: Promise<string> }> => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    sockets.push(socket);
    let text = '';
    socket.on('error', () => undefined).on('data', (chunk: Buffer) => (text += chunk.toString()));
    await once(socket, 'connect');
    return { socket, answer: once(socket, 'close').then(() => text) };
  };
  const multipart = `multipart/form-data; boundary=${BOUNDARY}`;

  it.each<[string, string, RegExp]>([
    ['nothing comes', '', /^(?:HTTP\/1.1 408 |$)/],
    ['half a header comes', 'POST /graphql HTTP/1.1\r\nHost: localhost\r\n', /^HTTP\/1.1 408 /],
    ['half a body comes', `${head(1000, 'application/json')}{"query":`, /^HTTP\/1.1 408 .*REQUEST_TIMEOUT/s],
    ['half an upload comes', head(UPLOAD.length, multipart) + UPLOAD.slice(0, -2000), /^HTTP\/1.1 408 .*REQUEST_TIMEOUT/s],
    ['a body comes where none is asked for', `${head(1000, 'application/json').replace('/graphql', '/nowhere')}x`, /^HTTP\/1.1 404 /],
  ])('of which %s is ended', async (_name, text, expected) => {
    const { socket, answer } = await open();
    socket.write(text);
    const began = performance.now();
    expect(await answer).toMatch(expected);
    expect(performance.now() - began).toBeGreaterThan(SECONDS * 500);
  }, 30_000); // prettier-ignore

  it('that comes byte by byte is ended', async () => {
    const { socket, answer } = await open();
    socket.write(head(1000, 'application/json'));
    const dripping = setInterval(() => socket.write(' '), 50);
    expect(await answer).toMatch(/^HTTP\/1.1 408 .*less than 1000 bytes within 1 seconds/s);
    clearInterval(dripping);
  }, 30_000);

  it('that comes on for longer than the time is served', async () => {
    const { socket, answer } = await open();
    socket.write(head(UPLOAD.length, multipart).replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
    for (let at = 0; at < UPLOAD.length; at += 600) {
      socket.write(UPLOAD.slice(at, at + 600));
      await setTimeout(SECONDS * 250);
    }
    expect(await answer).toMatch(/"status":"COMPLETED","counts":\{"rows":600\}/);
  }, 60_000);
});
