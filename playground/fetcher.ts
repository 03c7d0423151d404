/** Sends operations. Failures become answers: GraphiQL shows the stack of an error. */
import type { Fetcher, FetcherParams } from '@graphiql/toolkit';
import type { RequestParams } from 'graphql-sse';
import { eventsOf } from './events';
import { storedAccess } from './storedAccess';
import { isSubscription, operationName } from './variables';

/** Where the cursor stands in the operation; set once there is an editor. */
let cursor = (): number => -1;

export const followCursor = (read: () => number): void => void (cursor = read);

/** Told when the server lets nobody in with the token of the page, or without one. */
let refused: (message: string) => void = () => undefined;

export const whenRefused = (listener: (message: string) => void): void => void (refused = listener);

type Answer = Record<string, unknown>;

const failure = (message: string): Answer => ({ errors: [{ message }] });

function parseAnswer(status: number, text: string): Answer {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer === 'object' && answer !== null) return answer as Answer;
  } catch {
    // Told below.
  }
  return failure(`The server answered with status ${status}, and no JSON: ${text.slice(0, 300) || '(nothing)'}`);
}

function isHeader(header: [name: string, value: string]): boolean {
  try {
    return new Headers([header]) instanceof Headers;
  } catch {
    return false;
  }
}

/** Why the server does not know the sender of a request; null if that is not what it says. */
function refusalIn({ errors }: Answer): string | null {
  const [error] = (errors ?? []) as { message: string; extensions?: { code?: string } }[];
  return error?.extensions?.code === 'UNAUTHENTICATED' ? error.message : null;
}

interface Sender {
  readonly headers: Record<string, string>;
  /** The page's token, or null; undefined if the headers say who the sender is. */
  readonly token?: string | null;
}

/** Sends the page's token, unless the headers say who the sender is. */
function senderOf(headers: Record<string, string>): Sender {
  if (Object.keys(headers).some((name) => name.toLowerCase() === 'authorization')) return { headers };
  const token = storedAccess()?.token ?? null;
  return { headers: token === null ? headers : { ...headers, authorization: `Bearer ${token}` }, token };
}

/** The failure of a header that cannot be sent; null if all can. */
function headerFailure(headers: Record<string, string>): Answer | null {
  const wrong = Object.entries(headers).find((header) => !isHeader(header));
  return (
    (wrong &&
      failure(`The header ${JSON.stringify(wrong[0])} cannot be sent: HTTP does not allow its name or its value.`)) ??
    null
  );
}

async function answerOf(response: Response, { token }: Sender): Promise<Answer> {
  const answer = parseAnswer(response.status, await response.text());
  const refusal = refusalIn(answer);
  // The token may have been replaced meanwhile.
  if (refusal !== null && token === (storedAccess()?.token ?? null)) refused(refusal);
  return answer;
}

const noAnswer = (): Answer =>
  failure(`${location.origin} does not answer. Check that the server runs, and try again.`);

type Operation = Pick<FetcherParams, 'query' | 'variables' | 'operationName'>;

/** Answers with the data or the errors of an operation; never throws. */
export async function send(operation: Operation, given: Record<string, string> = {}): Promise<Answer> {
  const sender = senderOf(given);
  const wrong = headerFailure(sender.headers);
  if (wrong) return wrong;
  try {
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: { ...sender.headers, 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(operation),
    });
    return await answerOf(response, sender);
  } catch {
    return noAnswer();
  }
}

/** The events of a subscription, or why there are none. */
function stream(operation: Operation, given: Record<string, string> = {}): AsyncIterable<unknown> | Promise<Answer> {
  const sender = senderOf(given);
  const wrong = headerFailure(sender.headers);
  if (wrong) return Promise.resolve(wrong);
  return eventsOf(operation as RequestParams, sender.headers, (response) =>
    response ? answerOf(response, sender) : Promise.resolve(noAnswer()),
  );
}

export const fetcher: Fetcher = ({ query, variables, operationName: name }, options) => {
  const operation = { query, variables, operationName: operationName(query, name, cursor()) };
  const ask = isSubscription(query, operation.operationName) ? stream : send;
  return ask(operation, options?.headers as Record<string, string> | undefined) as ReturnType<Fetcher>;
};
