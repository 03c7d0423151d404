/** A client of a proxy: it uses TLS and the public name. */
import { request as plainRequest } from 'node:http';
import { request, type RequestOptions } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Proxy, PUBLIC_NAME } from './proxies';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

type Headers = Readonly<Record<string, string>>;

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Headers;
  /** The body, which is streamed. */
  readonly body?: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;
  /** Whether to use HTTP without TLS. */
  readonly plain?: boolean;
}

/** Sends a request, and waits for its response. */
export function send(
  proxy: Proxy,
  { method = 'GET', path = '/graphql', headers, body = [], plain }: Sent,
): Promise<Answer> {
  const options: RequestOptions = {
    host: '127.0.0.1',
    port: plain ? proxy.http : proxy.https,
    servername: PUBLIC_NAME,
    ca: proxy.certificate,
    agent: false,
    method,
    path,
    headers: { host: PUBLIC_NAME, ...headers },
  };
  return new Promise((resolve, reject) => {
    const sent = (plain ? plainRequest : request)(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    // A response may arrive before the body is sent.
    pipeline(Readable.from(body), sent).catch(() => undefined);
  });
}

/** Sends an operation. */
export const post = (proxy: Proxy, query: string, headers: Headers = {}): Promise<Answer> =>
  send(proxy, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: [JSON.stringify({ query })],
  });

const BOUNDARY = 'a-boundary-of-the-test';

async function* parts(
  query: string,
  csv: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
): AsyncGenerator<string | Uint8Array> {
  const part = (disposition: string): string =>
    `--${BOUNDARY}\r\ncontent-disposition: form-data; ${disposition}\r\n\r\n`;
  yield `${part('name="operations"')}${JSON.stringify({ query, variables: { file: null } })}\r\n`;
  yield `${part('name="map"')}{"file": ["variables.file"]}\r\n`;
  yield part('name="file"; filename="rows.csv"');
  yield* csv;
  yield `\r\n--${BOUNDARY}--\r\n`;
}

/** Uploads a file as `$file`, while it is generated. */
export const upload = (
  proxy: Proxy,
  query: string,
  csv: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
  headers: Headers = {},
): Promise<Answer> =>
  send(proxy, {
    method: 'POST',
    headers: {
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      'apollo-require-preflight': '1',
      ...headers,
    },
    body: parts(query, csv),
  });

/** Creates an admin token on a server's machine. Returns the header that contains it. */
export async function authorization(url: string): Promise<{ readonly authorization: string }> {
  const query = 'mutation { createToken(input: {name: "test", scopes: ["admin"]}) { secret } }';
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { data } = (await response.json()) as { data: { createToken: { secret: string } } };
  return { authorization: `Bearer ${data.createToken.secret}` };
}
