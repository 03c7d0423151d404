/** Refuses GraphQL operations that are too large, before they are parsed, validated or executed. */
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { cached } from '../../cached';
import { parseWithin } from './document';
import { assertSizes, type PagedLimits } from './size';
import { assertVariables } from './variables';

export * from './counting';
export { assertWithin, DEFAULT_OPERATION_LIMITS, type OperationLimits, requestValuesFor } from './limits';

interface OperationRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** A longer document contains its rows as text, and is hardly ever repeated. */
const LONGEST_KNOWN = 20_000;

/**
 * Returns a function that throws OPERATION_TOO_COMPLEX for an operation that exceeds a limit. The function leaves syntax errors to GraphQL. It
 * parses and measures documents once that are sent again and again.
 */
export function operationCheck(schema: GraphQLSchema, limits: PagedLimits): (request: OperationRequest) => void {
  const parsed = cached((text) => parseWithin(limits, text), { most: 100 });
  /** Documents that are within the limits, whatever their variables. */
  const small = new WeakSet<DocumentNode>();
  return ({ query, variables }) => {
    const document = query.length > LONGEST_KNOWN ? parseWithin(limits, query) : parsed(query);
    if (!document) return;
    if (!small.has(document) && !assertSizes(schema, document, variables, limits)) small.add(document);
    assertVariables(schema, document, variables, limits);
  };
}
