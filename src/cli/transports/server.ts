/** Works through a server: operations over HTTP, files by the GraphQL multipart request specification. */
import { randomUUID } from 'node:crypto';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { LimitsDocument } from '../../../schema/operations/generated';
import { CommandFailure, messageOf } from '../failure';
import { ServerRun } from './serverRun';
import type { Answer, Sync, Transport, Watch } from './transport';

type Headers = Readonly<Record<string, string>>;

interface Response {
  readonly status: number;
  readonly body: string;
}

/**
 * Posts a body. fetch would give up on an answer that takes longer than five minutes, as a large sync's may, and does not say
 * how much of the body it has sent.
 */
function post(url: URL, headers: Headers, body: Readable, signal?: AbortSignal): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? requestHttps : requestHttp;
    const outgoing = request(url, { method: 'POST', headers, signal }, (incoming) => {
      text(incoming).then((answer) => resolve({ status: incoming.statusCode ?? 0, body: answer }), reject);
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

/** The body of a multipart request, streamed. The boundary must not occur in a file. */
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
    // As browsers write it (HTML, multipart/form-data encoding algorithm).
    const name = file.name.replace(/["\r\n]/g, (sign) => encodeURIComponent(sign));
    yield `--${boundary}\r\nContent-Disposition: form-data; name="${index}"; filename="${name}"\r\nContent-Type: text/csv\r\n\r\n`;
    yield* file.open(onBytes) as AsyncIterable<Buffer>;
    yield '\r\n';
  }
  yield `--${boundary}--\r\n`;
}

/** Of all files together; null if one is unknown. */
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
    return this.answer<T>(
      post(this.url, { ...this.headers, 'content-type': 'application/json' }, Readable.from([body])),
    );
  }

  async sync<T, V>(sync: Sync<T, V>, { signal, progress }: Watch): Promise<T> {
    const boundary = `nsync-${randomUUID()}`;
    progress.begin({ what: 'Uploading', unit: 'bytes', total: bytesOf(sync) });
    let sent = 0;
    const request = new AbortController();
    const run = new ServerRun(this, progress, () => request.abort());
    const body = Readable.from(multipart(sync, boundary, (bytes) => progress.at((sent += bytes))));
    body.once('end', () => run.follow());
    signal.addEventListener('abort', () => run.stop());
    const headers = {
      ...this.headers,
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'apollo-require-preflight': 'true',
      'x-request-id': run.requestId,
    };
    try {
      return await this.answer<T>(post(this.url, headers, body, request.signal));
    } catch (error) {
      throw request.signal.aborted ? run.abandoned() : error;
    } finally {
      run.end();
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
      throw new CommandFailure(`${this.url.href} does not answer like a GraphQL server (HTTP ${status})`);
    }
    const [error] = answer.errors ?? [];
    if (error || !answer.data)
      throw new CommandFailure(error?.message ?? `${this.url.href} answers without data (HTTP ${status})`);
    return answer.data;
  }
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
          `--header "${header}" is not a header. Use "Name: value", such as "Authorization: Bearer …"`,
        );
      return [name.toLowerCase(), value.trimStart()];
    }),
  );
}

/** Throws CommandFailure if no server answers. */
export async function openServer(url: string, headers: readonly string[]): Promise<Transport> {
  const transport = new ServerTransport(graphqlUrl(url), headersOf(headers));
  const { limits } = await transport.ask(LimitsDocument, {});
  transport.pageSize = limits.pageSize || Infinity;
  return transport;
}
