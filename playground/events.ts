/** Streams the events of subscriptions. Failures become events: GraphiQL shows the stack of an error. */
import { createClient, type ExecutionResult, NetworkError, type RequestParams } from 'graphql-sse';

/** Says why no events come, given the response of the server if there is one. */
type Explain = (response: Response | null) => Promise<Record<string, unknown>>;

const responseOf = (error: unknown): Response | null =>
  error instanceof NetworkError ? ((error.response as Response | undefined) ?? null) : null;

export function eventsOf(
  operation: RequestParams,
  headers: Record<string, string>,
  explain: Explain,
): AsyncIterableIterator<unknown> {
  const events: AsyncIterableIterator<ExecutionResult> = createClient({
    url: '/graphql',
    headers,
    retryAttempts: 0,
  }).iterate(operation);
  return {
    next: () =>
      events.next().catch(async (error: unknown) => ({ done: false, value: await explain(responseOf(error)) })),
    // Not a generator, which would stop only after the next event.
    return: () => events.return?.() ?? Promise.resolve({ done: true, value: undefined }),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
