/** Event streams as they come over the wire: server-sent events of GraphQL over SSE. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';

export const WATCH = `subscription ($id: ID!) {
  runProgress(id: $id) {
    id status finishedAt
    progress { phase rowsDone rowsTotal }
    counts { rows created failed }
    sources { model file counts { rows } system { name } }
  }
}`;

export interface RunEvent {
  readonly id: string;
  readonly status: string;
  readonly finishedAt: string | null;
  readonly progress: { readonly phase: string; readonly rowsDone: number; readonly rowsTotal: number | null } | null;
  readonly counts: { readonly rows: number; readonly created: number; readonly failed: number };
  readonly sources: readonly unknown[];
}

interface Message {
  readonly event: string;
  readonly data: {
    readonly data?: { readonly runProgress: RunEvent } | null;
    readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
  } | null;
}

export interface EventStream {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** The next message; null after the end of the response. Comments are skipped. */
  next(): Promise<Message | null>;
  /** The run in the next message. Throws if there is none. */
  run(): Promise<RunEvent>;
  /** All further messages. */
  rest(): Promise<Message[]>;
  /** The whole body, of a response that is no event stream. */
  body(): Promise<string>;
  close(): void;
}

async function* messagesOf(response: IncomingMessage): AsyncGenerator<Message> {
  let received = '';
  for await (const part of response) {
    received += String(part);
    for (let end = received.indexOf('\n\n'); end >= 0; end = received.indexOf('\n\n')) {
      const [event, data] = ['event', 'data'].map(
        (field) => new RegExp(`^${field}: ?(.*)$`, 'm').exec(received.slice(0, end))?.[1],
      );
      received = received.slice(end + 2);
      if (event !== undefined) yield { event, data: data ? (JSON.parse(data) as Message['data']) : null };
    }
  }
}

interface Options {
  readonly variables?: object;
  readonly secret?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: 'GET' | 'POST';
}

/** Sends a subscription to a server. */
export async function subscribeTo(
  url: string,
  query: string,
  { variables = {}, secret, headers = {}, method = 'POST' }: Options = {},
): Promise<EventStream> {
  const search = new URLSearchParams({ query, variables: JSON.stringify(variables) });
  const outgoing = request(`${url}/graphql${method === 'GET' ? `?${search.toString()}` : ''}`, {
    method,
    headers: {
      accept: 'text/event-stream',
      ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
      ...(secret ? { authorization: `Bearer ${secret}` } : {}),
      ...headers,
    },
  });
  outgoing.end(method === 'GET' ? undefined : JSON.stringify({ query, variables }));
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const messages = messagesOf(response);
  const next = async (): Promise<Message | null> => ((await messages.next()).value as Message | undefined) ?? null;
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    next,
    async run() {
      const message = await next();
      const run = message?.data?.data?.runProgress;
      if (!run) throw new Error(`not a run: ${JSON.stringify(message)}`);
      return run;
    },
    async rest() {
      const rest: Message[] = [];
      for await (const message of messages) rest.push(message);
      return rest;
    },
    body: () => text(response),
    close: () => outgoing.destroy(),
  };
}
