/** Sends operations, and again where the network or something in between fails. */
import { answerMessage, isPermanent, networkMessage, otherSchemaMessage, readUrl } from './address';
import { NsyncError } from './error';
import type { Operation } from './operation';
import { authorizationOf, type Token } from './token';

export interface TransportOptions {
  /** Where GraphQL is: `http://127.0.0.1:4000/graphql`. */
  readonly url: string | URL;
  /** The secret of a token, or a function that is asked for it before each call. */
  readonly token?: Token;
  /** Sent along, such as an authorization of another kind. */
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
/** A server that asks for more is not waited for. */
const LONGEST_WAIT = 300_000;
/** Said by what stands in front of a server that cannot answer. */
const UNAVAILABLE = new Set([502, 503, 504]);
/** Said by a server that has done nothing of the call yet, because it is asked for too much. */
const TOO_MANY_REQUESTS = 429;
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

/** The code of an error or of what caused it: fetch says no more than "fetch failed". */
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
  return given || isPermanent(code) ? failure : new Passing(failure, UNSENT.has(code), 0);
}

interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

function httpFailure(url: URL, response: Response, body: string): Error {
  const { status } = response;
  return passing(response, new NsyncError('HTTP_ERROR', answerMessage(url, response, body), { status }));
}

/** The failure as one that may pass, if the status of the answer says so. */
function passing({ status, headers }: Response, failure: NsyncError): Error {
  const isLimited = status === TOO_MANY_REQUESTS;
  const wait = (Number(headers.get('retry-after')) || 0) * 1000;
  if (wait > LONGEST_WAIT || !(isLimited || UNAVAILABLE.has(status))) return failure;
  return new Passing(failure, isLimited, wait);
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
    // What is no JSON does not come from the server itself.
    throw httpFailure(url, response, body);
  }
  const error = Array.isArray(answer?.errors) ? answer.errors[0] : undefined;
  if (error) {
    const code = error.extensions?.code ?? 'GRAPHQL_ERROR';
    const isOther = code === 'GRAPHQL_VALIDATION_FAILED' || /^Cannot query field/.test(error.message);
    const message = isOther ? otherSchemaMessage(url, error.message) : error.message;
    const failure = new NsyncError(code, message, { status: response.status });
    throw code === 'RATE_LIMITED' ? passing(response, failure) : failure;
  }
  if (!answer?.data) throw httpFailure(url, response, body);
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

const isAuthorization = (header: string): boolean => header.toLowerCase() === 'authorization';

export class Transport {
  private readonly url: URL;
  private readonly options: Omit<TransportOptions, 'token'>;
  /** Private to the language too, so that no log of a client shows the secret. */
  readonly #token: Token | null;

  /** Throws NsyncError with BAD_USER_INPUT for an address that cannot be one, and for two authorizations. */
  constructor({ token, ...options }: TransportOptions) {
    this.url = readUrl(options.url);
    this.options = options;
    this.#token = token ?? null;
    if (token !== undefined && Object.keys(options.headers ?? {}).some(isAuthorization))
      throw new NsyncError('BAD_USER_INPUT', 'new NsyncClient(): give either token or headers.authorization.');
  }

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
        return await readAnswer<Data>(this.url, await this.post(body));
      } catch (error) {
        if (!(error instanceof Passing)) throw error;
        const mayRepeat = repeatable === 'always' || (repeatable === 'unsent' && error.unsent);
        if (!mayRepeat || attempt >= retries) throw error.failure;
        // Apart by chance, so that clients that failed together do not come back together.
        const delay = retryDelay * 2 ** attempt * (0.5 + Math.random());
        await pause(Math.max(Math.min(LONGEST_DELAY, delay), error.retryAfter));
      }
    }
  }

  private async post(body: Body): Promise<Response> {
    const { headers, fetch: send = fetch } = this.options;
    const own = Object.entries((typeof headers === 'function' ? await headers() : headers) ?? {});
    const token = this.#token === null ? {} : { authorization: await authorizationOf(this.#token) };
    const given = Object.fromEntries(this.#token === null ? own : own.filter(([name]) => !isAuthorization(name)));
    const content = body.make();
    const stream = typeof content === 'string' ? null : streamOf(content);
    const init = {
      method: 'POST',
      headers: { accept: 'application/graphql-response+json, application/json', ...given, ...token, ...body.headers },
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
