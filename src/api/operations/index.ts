/** Refuses GraphQL operations that are too large, before they are parsed, validated or executed. */
import type { GraphQLSchema } from 'graphql';
import { parseWithin } from './document';
import { assertSizes, type PagedLimits } from './size';
import { assertVariables } from './variables';

export * from './counting';
export { assertWithin, DEFAULT_OPERATION_LIMITS, type OperationLimits, requestValuesFor } from './limits';

interface OperationRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Throws OPERATION_TOO_COMPLEX for an operation that exceeds a limit. Leaves syntax errors to GraphQL. */
export function assertOperation(
  schema: GraphQLSchema,
  { query, variables }: OperationRequest,
  limits: PagedLimits,
): void {
  const document = parseWithin(limits, query);
  if (!document) return;
  assertSizes(schema, document, variables, limits);
  assertVariables(schema, document, variables, limits);
}
