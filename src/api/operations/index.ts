/** Bounds for GraphQL operations: what is refused before it is parsed, validated or executed. */
import type { GraphQLSchema } from 'graphql';
import { parseWithin } from './document';
import { assertWithin } from './limits';
import { assertFewItems } from './lists';
import { assertSizes, type PagedLimits } from './size';

export * from './counting';
export { assertWithin, DEFAULT_OPERATION_LIMITS, type OperationLimits, requestValuesFor } from './limits';

export interface OperationRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' &&
  value !== null &&
  (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype);

/** Levels of lists and objects, counted no further than is asked. */
function depthOf(value: unknown, most: number): number {
  if (!isPlain(value)) return 0;
  if (most <= 0) return 1;
  let depth = 0;
  const inside: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  for (const item of inside) depth = Math.max(depth, depthOf(item, most - 1));
  return depth + 1;
}

/** Throws OPERATION_TOO_COMPLEX for an operation that exceeds a limit. Errors of syntax are left to GraphQL. */
export function assertOperation(
  schema: GraphQLSchema,
  { query, variables }: OperationRequest,
  limits: PagedLimits,
): void {
  // The variables are themselves an object.
  if (limits.valueDepth > 0) assertWithin(limits, 'valueDepth', depthOf(variables, limits.valueDepth + 1) - 1, true);
  const document = parseWithin(limits, query);
  if (!document) return;
  assertSizes(schema, document, variables, limits);
  assertFewItems(schema, document, variables, limits);
}
