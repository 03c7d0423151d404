/** Sends operations, and repeats them after failures of the network or of a proxy. */
import { answerMessage, isPermanent, networkMessage, otherSchemaMessage, readUrl } from './address';
import { NsyncError } from './error';
import { ConnectionLost, eventsOf } from './eventStream';
import type { Operation } from './operation';
import { authorizationOf, type Token } from './token';

export interface TransportOptions {
  /** The URL of GraphQL: `http://127.0.0.1:4000/graphql`. */
  readonly url: string | URL;
  /** The secret of a token, or a function that returns it. The function is called before each request. */
  readonly token?: Token;
  /** Additional headers, such as another kind of authorization. */
  readonly headers?:
    Readonly<Record<string, string>> | (() => Record<string, string> | Promise<Record<string, string>>);
  /** Replaces the platform's own fetch. */
  readonly fetch?: typeof fetch;
  /** The most repetitions of a call. Default: 4. */
  readonly retries?: number;
  /** Milliseconds before the first repetition. Each further one waits twice as long. Default: 250. */
  readonly retryDelay?: number;
}

/** When a call may be repeated: `always`, `never`, or only if it certainly has not reached the server (`unsent`). */
export type Repeatable = 'always' | 'unsent' | 'never';

export interface Body {
  readonly headers: Readonly<Record<string, string>>;
  /** Returns the whole body. May be called repeatedly. */
  make(): string | AsyncIterable<Uint8Array>;
}

const LONGEST_DELAY = 30_000;
/** The client does not wait longer than this, even if the server requires it. */
const LONGEST_WAIT = 300_000;
/** Statuses of a proxy whose server cannot answer. */
const UNAVAILABLE = new Set([502, 503, 504]);
/** The status of a server that refuses a call because of a limit, before the call begins. */
const TOO_MANY_REQUESTS = 429;
/** Node.js codes for a connection that was not established. */
const UNSENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);
/** The server may still be working on the call. Sending it again would not be faster. */
const IMPATIENT = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

/** Waits. Throws the reason of the signal if it is aborted. */
const pause = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
  });

/** A failure that a repetition may avoid. `unsent`: nothing has reached the server. */
class TransientFailure extends Error {
  constructor(
    readonly failure: NsyncError,
    readonly unsent: boolean,
    readonly retryAfter: number,
  ) {
    super();
  }
}

/** The code and message of an error's cause, because fetch's own message is only "fetch failed". */
function causeOf(error: unknown): { readonly code: string; readonly reason: string } {
  const { message, cause } = error as Error;
  const { code = '', message: reason } = (cause ?? {}) as { code?: string; message?: string };
  return { code, reason: reason || message };
}

function networkFailure(url: URL, error: unknown): Error {
  const { name } = error as Error;
  const { code, reason } = causeOf(error);
  const failure = new NsyncError('NETWORK_ERROR', networkMessage(url, code, reason), { cause: error });
  const given = name === 'AbortError' || name === 'TimeoutError' || IMPATIENT.has(code);
  return given || isPermanent(code) ? failure : new TransientFailure(failure, UNSENT.has(code), 0);
}

interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

function httpFailure(url: URL, response: Response, body: string): Error {
  const { status } = response;
  return transientIf(response, new NsyncError('HTTP_ERROR', answerMessage(url, response, body), { status }));
}

/** Marks the failure as transient, if the status of the response allows a repetition. */
function transientIf({ status, headers }: Response, failure: NsyncError): Error {
  const isLimited = status === TOO_MANY_REQUESTS;
  const wait = (Number(headers.get('retry-after')) || 0) * 1000;
  if (wait > LONGEST_WAIT || !(isLimited || UNAVAILABLE.has(status))) return failure;
  return new TransientFailure(failure, isLimited, wait);
}

async function readBody(url: URL, response: Response): Promise<string> {
  try {
    return await response.text();
  } catch (error) {
    throw networkFailure(url, error);
  }
}

async function readAnswer<Data>(url: URL, response: Response): Promise<Data> {
  const body = await readBody(url, response);
  let answer: Answer<Data> | null;
  try {
    answer = JSON.parse(body) as Answer<Data> | null;
  } catch {
    // The server always sends JSON, so this response comes from elsewhere.
    throw httpFailure(url, response, body);
  }
  const failure = failureIn(url, response, answer);
  if (failure) throw failure;
  if (!answer?.data) throw httpFailure(url, response, body);
  return answer.data;
}

/** The first error of an answer; null if it has none. */
function failureIn(url: URL, response: Response, answer: Answer<unknown> | null): Error | null {
  const error = Array.isArray(answer?.errors) ? answer.errors[0] : undefined;
  if (!error) return null;
  const code = error.extensions?.code ?? 'GRAPHQL_ERROR';
  const isOther = code === 'GRAPHQL_VALIDATION_FAILED' || /^Cannot query field/.test(error.message);
  const message = isOther ? otherSchemaMessage(url, error.message) : error.message;
  const failure = new NsyncError(code, message, { status: response.status });
  return code === 'RATE_LIMITED' ? transientIf(response, failure) : failure;
}

const EVENT_STREAM = 'text/event-stream';

/** The data of each event of a response. Throws if the connection is lost before the event "complete". */
async function* readEvents<Data>(url: URL, response: Response): AsyncGenerator<Data> {
  if (!response.body || !response.headers.get('content-type')?.startsWith(EVENT_STREAM)) {
    await readAnswer(url, response);
    throw httpFailure(url, response, '');
  }
  try {
    for await (const { name, data } of eventsOf(response.body)) {
      if (name === 'complete') return;
      const answer = JSON.parse(data) as Answer<Data>;
      const failure = failureIn(url, response, answer);
      if (failure) throw failure;
      if (answer.data) yield answer.data;
    }
  } catch (error) {
    throw error instanceof ConnectionLost ? lost(url, error) : error;
  }
  throw lost(url, new ConnectionLost('the events stopped before their end'));
}

/** The failure of a connection that was lost while events were sent. */
const lost = (url: URL, error: ConnectionLost): TransientFailure =>
  new TransientFailure(
    new NsyncError('NETWORK_ERROR', networkMessage(url, '', error.message), { cause: error }),
    false,
    0,
  );

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

const JSON_ANSWERS = 'application/graphql-response+json, application/json';

interface PostOptions {
  /** Default: JSON. */
  readonly accept?: string;
  readonly signal?: AbortSignal;
}

const isAuthorization = (header: string): boolean => header.toLowerCase() === 'authorization';

export class Transport {
  private readonly url: URL;
  private readonly options: Omit<TransportOptions, 'token'>;
  /** A private member of the language, so that logs of the client do not show the secret. */
  readonly #token: Token | null;

  /** Throws NsyncError with BAD_USER_INPUT for an invalid URL, or for two authorizations. */
  constructor({ token, ...options }: TransportOptions) {
    this.url = readUrl(options.url);
    this.options = options;
    this.#token = token ?? null;
    if (token !== undefined && Object.keys(options.headers ?? {}).some(isAuthorization))
      throw new NsyncError('BAD_USER_INPUT', 'new NsyncClient(): give either token or headers.authorization.');
  }

  /** Returns the data of an operation. Throws NsyncError. */
  async send<Data, Variables>(
    { name, text }: Operation<Data, Variables>,
    variables: Variables,
    repeatable: Repeatable,
    bodyOf: (operations: string) => Body = jsonBody,
  ): Promise<Data> {
    const body = bodyOf(JSON.stringify({ operationName: name, query: text, variables }));
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await readAnswer<Data>(this.url, await this.post(body));
      } catch (error) {
        const mayRepeat = (unsent: boolean): boolean => repeatable === 'always' || (repeatable === 'unsent' && unsent);
        await this.beforeRepeating(error, attempt, mayRepeat);
      }
    }
  }

  /**
   * Yields the data of each event of a subscription. Sends the subscription again if the connection is lost. Throws NsyncError, or the reason of the
   * signal.
   */
  async *stream<Data, Variables>(
    { name, text }: Operation<Data, Variables>,
    variables: Variables,
    signal?: AbortSignal,
  ): AsyncGenerator<Data> {
    const body = jsonBody(JSON.stringify({ operationName: name, query: text, variables }));
    for (let attempt = 0; ; attempt += 1) {
      try {
        const response = await this.post(body, { accept: EVENT_STREAM, signal });
        for await (const data of readEvents<Data>(this.url, response)) {
          attempt = 0;
          yield data;
        }
        return;
      } catch (error) {
        signal?.throwIfAborted();
        await this.beforeRepeating(error, attempt, () => true, signal);
      }
    }
  }

  /** Waits before a call is repeated. Throws the failure if the call must not be repeated. */
  private async beforeRepeating(
    error: unknown,
    attempt: number,
    mayRepeat: (unsent: boolean) => boolean,
    signal?: AbortSignal,
  ): Promise<void> {
    const { retries = 4, retryDelay = 250 } = this.options;
    if (!(error instanceof TransientFailure)) throw error;
    if (!mayRepeat(error.unsent) || attempt >= retries) throw error.failure;
    // A random delay, so that clients which failed together do not repeat their calls together.
    const delay = retryDelay * 2 ** attempt * (0.5 + Math.random());
    await pause(Math.max(Math.min(LONGEST_DELAY, delay), error.retryAfter), signal);
  }

  private async post(body: Body, { accept = JSON_ANSWERS, signal }: PostOptions = {}): Promise<Response> {
    const { headers, fetch: send = fetch } = this.options;
    const own = Object.entries((typeof headers === 'function' ? await headers() : headers) ?? {});
    const token = this.#token === null ? {} : { authorization: await authorizationOf(this.#token) };
    const given = Object.fromEntries(this.#token === null ? own : own.filter(([name]) => !isAuthorization(name)));
    const content = body.make();
    const stream = typeof content === 'string' ? null : streamOf(content);
    const init = {
      method: 'POST',
      headers: { accept, ...given, ...token, ...body.headers },
      ...(signal ? { signal } : {}),
      body: stream ?? (content as string),
      ...(stream ? { duplex: 'half' } : {}),
    };
    try {
      return await send(this.url.href, init as RequestInit);
    } catch (error) {
      throw networkFailure(this.url, error);
    }
  }
}

const jsonBody = (operations: string): Body => ({
  headers: { 'content-type': 'application/json' },
  make: () => operations,
});
