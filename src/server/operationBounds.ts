/** Refuses operations that are too large before Apollo parses and validates them. */
import { setImmediate } from 'node:timers/promises';
import type { RequestHandler } from 'express';
import type { GraphQLSchema } from 'graphql';
import { operationCheck, type ServiceLimits } from '../api';

/** Characters of a text that takes far less than a millisecond to parse. */
const SHORT = 1000;

type Parameters = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Parameters => typeof value === 'object' && value !== null;

/** `query` and `variables`, as GraphQL over HTTP defines their places. Apollo refuses invalid requests. */
function parametersOf(method: string, query: Parameters, body: unknown): { query: unknown; variables: unknown } {
  if (method !== 'GET')
    return isObject(body) ? { query: body.query, variables: body.variables } : { query: null, variables: null };
  try {
    return { query: query.query, variables: JSON.parse(String(query.variables ?? '{}')) };
  } catch {
    return { query: query.query, variables: null };
  }
}

/** Throws OPERATION_TOO_COMPLEX for an operation that exceeds a limit. */
export function boundOperations(schema: GraphQLSchema, limits: ServiceLimits): RequestHandler {
  const assertWithinLimits = operationCheck(schema, limits);
  return async (request, _response, next) => {
    const { query, variables } = parametersOf(request.method, request.query, request.body as unknown);
    if (typeof query === 'string') assertWithinLimits({ query, variables: isObject(variables) ? variables : {} });
    // Yields to the event loop, so that other requests are served before Apollo parses a long text again.
    if (typeof query === 'string' && query.length > SHORT) await setImmediate();
    next();
  };
}
