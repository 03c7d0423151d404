/** Sends operations. Failures become answers: GraphiQL shows the stack of an error. */
import type { Fetcher, FetcherParams } from '@graphiql/toolkit';
import { operationName } from './variables';

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

/** Answers with the data or the errors of an operation; never throws. */
export async function send(
  { query, variables, operationName: name }: Pick<FetcherParams, 'query' | 'variables' | 'operationName'>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  try {
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query, variables, operationName: operationName(query, name) }),
    });
    return parseAnswer(response.status, await response.text());
  } catch (error) {
    // The browser names a wrong header; of a server that is gone it says nothing of use.
    const reason = error instanceof TypeError && /header|name|value/i.test(error.message) ? ` ${error.message}` : '';
    return failure(
      reason
        ? `The request could not be sent.${reason}`
        : `${location.origin} does not answer. Check that the server runs, and try again.`,
    );
  }
}

export const fetcher: Fetcher = (params, options) =>
  send(params, options?.headers as Record<string, string> | undefined) as ReturnType<Fetcher>;
