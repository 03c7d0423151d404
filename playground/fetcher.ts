/** Sends operations. Failures become answers: GraphiQL shows the stack of an error. */
import type { Fetcher, FetcherParams } from '@graphiql/toolkit';
import { storedAccess } from './storedAccess';
import { operationName } from './variables';

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

/** Sends the page's token, unless the headers say who the sender is. */
function withToken(headers: Record<string, string>): { headers: Record<string, string>; token: string | null } | null {
  if (Object.keys(headers).some((name) => name.toLowerCase() === 'authorization')) return null;
  const token = storedAccess()?.token ?? null;
  return { headers: token === null ? headers : { ...headers, authorization: `Bearer ${token}` }, token };
}

/** Answers with the data or the errors of an operation; never throws. */
export async function send(
  { query, variables, operationName: name }: Pick<FetcherParams, 'query' | 'variables' | 'operationName'>,
  given: Record<string, string> = {},
): Promise<Answer> {
  const withOwn = withToken(given);
  const headers = withOwn?.headers ?? given;
  const wrong = Object.entries(headers).find((header) => !isHeader(header));
  if (wrong)
    return failure(`The header ${JSON.stringify(wrong[0])} cannot be sent: HTTP does not allow its name or its value.`);
  try {
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query, variables, operationName: operationName(query, name, cursor()) }),
    });
    const answer = parseAnswer(response.status, await response.text());
    const refusal = refusalIn(answer);
    // The token may have been replaced meanwhile.
    if (refusal !== null && withOwn?.token === (storedAccess()?.token ?? null)) refused(refusal);
    return answer;
  } catch {
    return failure(`${location.origin} does not answer. Check that the server runs, and try again.`);
  }
}

export const fetcher: Fetcher = (params, options) =>
  send(params, options?.headers as Record<string, string> | undefined) as ReturnType<Fetcher>;
