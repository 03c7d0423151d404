/**
 * Counts what an operation reads while it is executed. The text of an operation bounds its pages (size.ts); lists that are no
 * pages are as long as the data makes them, and each level can multiply them again.
 */
import { getNamedType, type GraphQLField, type GraphQLObjectType, type GraphQLSchema, isObjectType } from 'graphql';
import { assertWithin, type OperationLimits } from './limits';

/** Lists that are read from the database as a whole. */
const WHOLE_LISTS: ReadonlySet<string> = new Set([
  'SyncedObject.mappings',
  'SyncedObject.touchedBy',
  'SyncRun.sources',
  'SyncRun.systems',
]);

/** The objects that one operation has read so far. */
export class NodeCount {
  private count = 0;
  private refusal: Error | null = null;

  constructor(private readonly limits: OperationLimits) {}

  /** Throws OPERATION_TOO_COMPLEX if that is more than the operation may read; for each field the same error. */
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

/** Has the items of every page and list that is read counted. Once there are too many, nothing more is read. */
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
