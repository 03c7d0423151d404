/** nsync's schema for a GraphQL server of an application, whatever its context is. */
import { randomUUID } from 'node:crypto';
import { GraphQLError, type GraphQLScalarType, type GraphQLSchema, isObjectType, printSchema } from 'graphql';
import { createResolversMap } from 'type-graphql';
import { type ApiContext, makeContext, makeSchema, type Services } from '../api';
import { callErrorOf } from '../database';

/** Resolvers by type and field, values of enums, and scalars. */
export type Resolvers = Record<string, GraphQLScalarType | Record<string, never>>;

export interface SchemaParts {
  readonly schema: GraphQLSchema;
  readonly typeDefs: string;
  readonly resolvers: Resolvers;
  readonly context: () => object;
}

/** One context of nsync's own for each of the server's, made when it is first asked for. */
function contexts(services: Services): {
  readonly of: (given: unknown) => ApiContext;
  readonly create: () => ApiContext;
} {
  const known = new WeakMap<object, ApiContext>();
  const create = (): ApiContext => {
    const context = makeContext(services, randomUUID());
    known.set(context, context);
    return context;
  };
  return {
    create,
    of(given) {
      if (typeof given !== 'object' || given === null) return create();
      let context = known.get(given);
      if (!context) known.set(given, (context = create()));
      return context;
    },
  };
}

/** A client of whatever server is told what nsync's own would tell. */
function asTold(services: Services, error: unknown): unknown {
  if (error instanceof GraphQLError) return error;
  return callErrorOf(services.database.dialect, error) ?? error;
}

export async function makeSchemaParts(services: Services): Promise<SchemaParts> {
  const schema = await makeSchema();
  const { of, create } = contexts(services);
  for (const [name, type] of Object.entries(schema.getTypeMap())) {
    if (!isObjectType(type) || name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const { resolve } = field;
      if (!resolve) continue;
      field.resolve = async (source, args, context, info) => {
        try {
          return (await resolve(source, args, of(context), info)) as unknown;
        } catch (error) {
          throw asTold(services, error);
        }
      };
    }
  }
  return {
    schema,
    typeDefs: printSchema(schema),
    resolvers: createResolversMap(schema) as unknown as Resolvers,
    context: create,
  };
}
