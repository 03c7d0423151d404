/** Sends operations. Failures become answers: GraphiQL shows the stack of an error. */
import type { Fetcher, FetcherParams } from '@graphiql/toolkit';
import { operationName } from './variables';

/** Where the cursor stands in the operation; set once there is an editor. */
let cursor = (): number => -1;

export const followCursor = (read: () => number): void => void (cursor = read);

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

/** Answers with the data or the errors of an operation; never throws. */
export async function send(
  { query, variables, operationName: name }: Pick<FetcherParams, 'query' | 'variables' | 'operationName'>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const wrong = Object.entries(headers).find((header) => !isHeader(header));
  if (wrong)
    return failure(`The header ${JSON.stringify(wrong[0])} cannot be sent: HTTP does not allow its name or its value.`);
  try {
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query, variables, operationName: operationName(query, name, cursor()) }),
    });
    return parseAnswer(response.status, await response.text());
  } catch {
    return failure(`${location.origin} does not answer. Check that the server runs, and try again.`);
  }
}

export const fetcher: Fetcher = (params, options) =>
  send(params, options?.headers as Record<string, string> | undefined) as ReturnType<Fetcher>;
