/** Sends operations, and again where the network or something in between fails. */
import { NsyncError } from './error';
import type { Operation } from './operation';

export interface TransportOptions {
  /** Where GraphQL is: `http://127.0.0.1:4000/graphql`. */
  readonly url: string;
  /** Sent along, such as an authorization. */
  readonly headers?:
    Readonly<Record<string, string>> | (() => Record<string, string> | Promise<Record<string, string>>);
  /** In place of the platform's own. */
  readonly fetch?: typeof fetch;
  /** How often a call is sent again (4). */
  readonly retries?: number;
  /** Milliseconds to the first of these; each further one waits twice as long (250). */
  readonly retryDelay?: number;
}

/** When a call may be sent again: `always`, or only where it is sure that nothing of it has arrived. */
export type Repeatable = 'always' | 'unsent' | 'never';

export interface Body {
  readonly headers: Readonly<Record<string, string>>;
  /** Each call makes the whole of it. */
  make(): string | AsyncIterable<Uint8Array>;
}

const LONGEST_DELAY = 30_000;
/** Said by what stands in front of a server that cannot answer. */
const UNAVAILABLE = new Set([502, 503, 504]);
/** Of Node.js: no connection was made. */
const UNSENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);
/** The call is still at work, as far as one knows: sending it again would not make it any faster. */
const IMPATIENT = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A failure that may pass; `unsent`: nothing has arrived. */
class Passing extends Error {
  constructor(
    readonly failure: NsyncError,
    readonly unsent: boolean,
    readonly retryAfter: number,
  ) {
    super();
  }
}

function networkFailure(error: unknown): Error {
  const { name, message, cause } = error as Error;
  const { code = '', message: reason } = (cause ?? {}) as { code?: string; message?: string };
  const failure = new NsyncError('NETWORK_ERROR', `The server does not answer: ${reason || code || message}.`, {
    cause: error,
  });
  const given = name === 'AbortError' || name === 'TimeoutError' || IMPATIENT.has(code);
  return given ? failure : new Passing(failure, UNSENT.has(code), 0);
}

interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

function httpFailure(response: Response): Error {
  const { status, statusText } = response;
  const failure = new NsyncError(
    'HTTP_ERROR',
    `The server answered with HTTP status ${status} ${statusText}`.trimEnd() + '.',
    {
      status,
    },
  );
  const seconds = Number(response.headers.get('retry-after') ?? 0);
  return UNAVAILABLE.has(status) ? new Passing(failure, false, (seconds || 0) * 1000) : failure;
}

async function readAnswer<Data>(response: Response): Promise<Data> {
  let answer: Answer<Data> | null;
  try {
    answer = JSON.parse(await response.text()) as Answer<Data> | null;
  } catch (error) {
    // What is no JSON does not come from the server itself.
    throw error instanceof SyntaxError ? httpFailure(response) : networkFailure(error);
  }
  const [error] = answer?.errors ?? [];
  if (error)
    throw new NsyncError(error.extensions?.code ?? 'GRAPHQL_ERROR', error.message, { status: response.status });
  if (!answer?.data) throw httpFailure(response);
  return answer.data;
}

function streamOf(content: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const parts = content[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await parts.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await parts.return?.();
    },
  });
}

export class Transport {
  constructor(private readonly options: TransportOptions) {}

  /** The data; throws NsyncError. */
  async send<Data, Variables>(
    { name, text }: Operation<Data, Variables>,
    variables: Variables,
    repeatable: Repeatable,
    bodyOf: (operations: string) => Body = jsonBody,
  ): Promise<Data> {
    const body = bodyOf(JSON.stringify({ operationName: name, query: text, variables }));
    const { retries = 4, retryDelay = 250 } = this.options;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await readAnswer<Data>(await this.post(body));
      } catch (error) {
        if (!(error instanceof Passing)) throw error;
        const mayRepeat = repeatable === 'always' || (repeatable === 'unsent' && error.unsent);
        if (!mayRepeat || attempt >= retries) throw error.failure;
        // Apart by chance, so that clients that failed together do not come back together.
        const delay = retryDelay * 2 ** attempt * (0.5 + Math.random());
        await pause(Math.min(LONGEST_DELAY, Math.max(delay, error.retryAfter)));
      }
    }
  }

  private async post(body: Body): Promise<Response> {
    const { url, headers, fetch: send = fetch } = this.options;
    const own = typeof headers === 'function' ? await headers() : headers;
    const content = body.make();
    const stream = typeof content === 'string' ? null : streamOf(content);
    const init = {
      method: 'POST',
      headers: { accept: 'application/graphql-response+json, application/json', ...own, ...body.headers },
      body: stream ?? (content as string),
      ...(stream ? { duplex: 'half' } : {}),
    };
    try {
      return await send(url, init as RequestInit);
    } catch (error) {
      throw networkFailure(error);
    }
  }
}

const jsonBody = (operations: string): Body => ({
  headers: { 'content-type': 'application/json' },
  make: () => operations,
});
