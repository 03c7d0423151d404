/** The transport for a server: operations over HTTP, with files as the GraphQL multipart request specification defines them. */
import { randomUUID } from 'node:crypto';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql/language/printer';
import {
  LimitsDocument,
  type RunFragment,
  WatchRunDocument,
  type WatchRunSubscription,
} from '../../../schema/operations/generated';
import { NsyncError } from '../../client';
import { Transport as EventTransport } from '../../client/transport';
import { CommandFailure, messageOf } from '../failure';
import { note } from '../output/output';
import { ServerRun } from './serverRun';
import { HOW_TO_SEND, readToken, sendingWarning } from './token';
import type { Answer, Sync, Transport, Watch } from './transport';

type Headers = Readonly<Record<string, string>>;

interface Response {
  readonly status: number;
  /** Seconds after which the request may be sent again; null if the response names none. */
  readonly retryAfter: number | null;
  readonly body: string;
}

/** The most repetitions of a request that exceeds a limit. */
const MOST_REPETITIONS = 20;
const LONGEST_WAIT = 300;

const secondsOf = (header: string | undefined): number | null =>
  header !== undefined && /^\d{1,9}$/.test(header) ? Number(header) : null;

/** Repeats a request as long as the server names a time to wait (HTTP 429), because the server has not begun it. */
async function patiently(
  send: () => Promise<Response>,
  { signal, onRefusal }: { readonly signal?: AbortSignal; readonly onRefusal?: () => void } = {},
): Promise<Response> {
  for (let repetitions = 0; ; repetitions += 1) {
    const response = await send();
    const { status, retryAfter } = response;
    const mayRepeat = repetitions < MOST_REPETITIONS && retryAfter !== null && retryAfter <= LONGEST_WAIT;
    if (status !== 429 || !mayRepeat) return response;
    onRefusal?.();
    note(`The server is busy or limits this caller (HTTP 429). Trying again in ${retryAfter} s.`);
    await setTimeout(retryAfter * 1000, undefined, { signal });
  }
}

/**
 * Posts a body. fetch would fail if a response takes longer than five minutes, which a large sync may, and does not report how much of the body is
 * sent.
 */
function post(url: URL, headers: Headers, body: Readable, signal?: AbortSignal): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? requestHttps : requestHttp;
    const outgoing = request(url, { method: 'POST', headers, signal }, (incoming) => {
      const { statusCode: status = 0, headers: received } = incoming;
      const retryAfter = secondsOf(received['retry-after']);
      text(incoming).then((answer) => resolve({ status, retryAfter, body: answer }), reject);
    });
    outgoing.on('error', reject);
    outgoing.on('close', () => body.destroy());
    body.on('error', (error) => {
      reject(error);
      outgoing.destroy();
    });
    body.pipe(outgoing);
  });
}

/** Streams the body of a multipart request. The boundary must not occur in a file. */
async function* multipart<T, V>(
  { document, variables, files }: Sync<T, V>,
  boundary: string,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Buffer | string> {
  const field = (name: string, value: unknown): string =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${JSON.stringify(value)}\r\n`;
  yield field('operations', { query: print(document), variables });
  yield field(
    'map',
    Object.fromEntries([...files.keys()].map((path, index) => [String(index), [`variables.${path}`]])),
  );
  for (const [index, file] of [...files.values()].entries()) {
    // Escaped as browsers do (HTML, multipart/form-data encoding algorithm).
    const name = file.name.replace(/["\r\n]/g, (sign) => encodeURIComponent(sign));
    yield `--${boundary}\r\nContent-Disposition: form-data; name="${index}"; filename="${name}"\r\nContent-Type: text/csv\r\n\r\n`;
    yield* file.open(onBytes) as AsyncIterable<Buffer>;
    yield '\r\n';
  }
  yield `--${boundary}--\r\n`;
}

/** The bytes of all files; null if the size of one is unknown. */
function bytesOf<T, V>({ files }: Sync<T, V>): number | null {
  return [...files.values()].reduce<number | null>(
    (sum, { bytes }) => (sum === null || bytes === null ? null : sum + bytes),
    0,
  );
}

class ServerTransport implements Transport {
  pageSize = 1;

  constructor(
    private readonly url: URL,
    private readonly headers: Headers,
  ) {}

  get target(): string {
    return `Server: ${this.url.href}`;
  }

  async ask<T, V>(document: TypedDocumentNode<T, V>, variables: V): Promise<T> {
    const body = JSON.stringify({ query: print(document), variables });
    const headers = { ...this.headers, 'content-type': 'application/json' };
    return this.answer<T>(patiently(() => post(this.url, headers, Readable.from([body]))));
  }

  async sync<T, V>(sync: Sync<T, V>, { signal, progress }: Watch): Promise<T> {
    const boundary = `nsync-${randomUUID()}`;
    const request = new AbortController();
    const run = new ServerRun(this, progress, () => request.abort());
    const upload = (): Readable => {
      progress.begin({ what: 'Uploading', unit: 'bytes', total: bytesOf(sync) });
      let sent = 0;
      const body = Readable.from(multipart(sync, boundary, (bytes) => progress.at((sent += bytes))));
      body.once('end', () => run.follow());
      return body;
    };
    signal.addEventListener('abort', () => run.stop());
    const headers = {
      ...this.headers,
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'apollo-require-preflight': 'true',
      'x-request-id': run.requestId,
    };
    try {
      const send = (): Promise<Response> => post(this.url, headers, upload(), request.signal);
      // The content of a pipe cannot be read again.
      const canRepeat = [...sync.files.values()].every(({ bytes }) => bytes !== null);
      return await this.answer<T>(
        canRepeat ? patiently(send, { signal: request.signal, onRefusal: () => run.isRefused() }) : send(),
      );
    } catch (error) {
      throw request.signal.aborted ? run.abandoned() : error;
    } finally {
      run.end();
    }
  }

  async *watch(id: string, signal: AbortSignal): AsyncGenerator<RunFragment> {
    const events = new EventTransport({ url: this.url, headers: this.headers });
    const operation = { name: 'WatchRun', isMutation: false, text: print(WatchRunDocument) };
    try {
      for await (const { runProgress } of events.stream<WatchRunSubscription, object>(operation, { id }, signal))
        yield runProgress;
    } catch (error) {
      throw error instanceof NsyncError ? new CommandFailure(this.failureMessage(error.message, error.code)) : error;
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private async answer<T>(response: Promise<Response>): Promise<T> {
    const { status, body } = await response.catch((error: unknown) => {
      if (error instanceof CommandFailure) throw error;
      throw new CommandFailure(`The server ${this.url.href} cannot be reached: ${messageOf(error)}`);
    });
    let answer: Answer<T>;
    try {
      answer = JSON.parse(body) as Answer<T>;
    } catch {
      throw new CommandFailure(
        status === 401 || status === 403
          ? `${this.url.href} refuses the request (HTTP ${status}). ${HOW_TO_SEND} Use --header for other kinds of authentication.`
          : `${this.url.href} does not answer like a GraphQL server (HTTP ${status})`,
      );
    }
    const [error] = answer.errors ?? [];
    if (error) throw new CommandFailure(this.failureMessage(error.message, error.extensions?.code));
    if (!answer.data) throw new CommandFailure(`${this.url.href} answers without data (HTTP ${status})`);
    return answer.data;
  }

  /** The server's message. For a refused caller, advice on tokens is added. */
  private failureMessage(message: string, code: string | undefined): string {
    const isSent = this.headers.authorization !== undefined;
    if (code === 'FORBIDDEN') return `${message} ${isSent ? 'Use a token with this scope:' : 'Use a token:'} --token-file PATH or NSYNC_TOKEN.`; // prettier-ignore
    if (code !== 'UNAUTHENTICATED') return message;
    return isSent
      ? `The server ${this.url.href} refuses the token. ${message} Check --token-file or NSYNC_TOKEN.`
      : `The server ${this.url.href} requires a token. ${HOW_TO_SEND}`;
  }
}

interface ServerOptions {
  readonly server: string;
  readonly header?: readonly string[];
  readonly tokenFile?: string;
}

function graphqlUrl(given: string): URL {
  const url = URL.canParse(given) ? new URL(given) : null;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new CommandFailure(`--server ${given} is not an address. Use one such as http://127.0.0.1:4000`);
  if (url.pathname === '/') url.pathname = '/graphql';
  return url;
}

function headersOf(given: readonly string[]): Headers {
  return Object.fromEntries(
    given.map((header) => {
      const [, name = '', value = ''] = /^([\w-]+):(.*)$/.exec(header) ?? [];
      if (!name)
        throw new CommandFailure(
          `--header ${JSON.stringify(header)} is not a header. Use "Name: value", such as "X-Team: sales"`,
        );
      if (/^authorization$/i.test(name) && /^\s*bearer\s/i.test(value))
        throw new CommandFailure(
          `--header would show the token to every user of this computer. ${HOW_TO_SEND} Revoke this token if others may have seen it.`,
        );
      return [name.toLowerCase(), value.trimStart()];
    }),
  );
}

/** Opens a transport. Throws CommandFailure if no server answers. */
export async function openServer({ server, header = [], tokenFile }: ServerOptions): Promise<Transport> {
  const url = graphqlUrl(server);
  const token = readToken({ tokenFile });
  const warning = token === null ? null : sendingWarning(url);
  if (warning !== null) note(warning);
  const transport = new ServerTransport(url, {
    ...headersOf(header),
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
  });
  const { limits } = await transport.ask(LimitsDocument, {});
  transport.pageSize = limits.pageSize || Infinity;
  return transport;
}
