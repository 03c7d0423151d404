/**
 * Counts the objects that an operation reads during its execution. The text of an operation limits the size of its pages (size.ts). The length of
 * other lists depends on the data, and nested lists multiply.
 */
import { getNamedType, type GraphQLField, type GraphQLObjectType, type GraphQLSchema, isObjectType } from 'graphql';
import { assertWithin, type OperationLimits } from './limits';

/** Lists that are read from the database without pages. */
const WHOLE_LISTS: ReadonlySet<string> = new Set([
  'SyncedObject.mappings',
  'SyncedObject.touchedBy',
  'SyncRun.sources',
  'SyncRun.systems',
  'Query.webhooks',
]);

/** The objects that one operation has read so far. */
export class NodeCount {
  private count = 0;
  private refusal: Error | null = null;

  constructor(private readonly limits: OperationLimits) {}

  /** Throws OPERATION_TOO_COMPLEX if the operation may not read that many objects, with the same error for each field. */
  add(nodes: number): void {
    if (this.refusal !== null) throw this.refusal;
    this.count += nodes;
    try {
      assertWithin(this.limits, 'operationNodes', this.count, true);
    } catch (error) {
      this.refusal = error as Error;
      throw error;
    }
  }
}

interface Counting {
  readonly nodes: NodeCount;
}

const isRead = (type: GraphQLObjectType, { name, args }: GraphQLField<unknown, unknown>): boolean =>
  WHOLE_LISTS.has(`${type.name}.${name}`) || args.some((arg) => arg.name === 'first');

function lengthOf(value: unknown): number {
  if (Array.isArray(value)) return value.length;
  const { edges } = value as { readonly edges?: readonly unknown[] };
  return edges?.length ?? 0;
}

/** Makes the schema count the items of every page and list. After the limit is exceeded, nothing more is read. */
export function countNodes(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const { resolve } = field;
      if (!resolve || !isRead(type, field) || !isObjectType(getNamedType(field.type))) continue;
      field.resolve = async (source, args, context: Counting, info) => {
        context.nodes.add(0);
        const value: unknown = await resolve(source, args, context, info);
        context.nodes.add(lengthOf(value));
        return value;
      };
    }
  }
  return schema;
}
