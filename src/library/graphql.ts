/** nsync's schema for an application's GraphQL server, with any context. */
import { randomUUID } from 'node:crypto';
import {
  GraphQLError,
  type GraphQLField,
  type GraphQLScalarType,
  type GraphQLSchema,
  isObjectType,
  printSchema,
} from 'graphql';
import { createResolversMap } from 'type-graphql';
import { makeViewer, readScopes, DATABASE_USER, type Viewer } from '../access';
import { type ApiContext, makeContext, makeSchema, type Services } from '../api';
import { Attachment } from '../attachment';
import { callErrorOf } from '../database';
import { CallError } from '../errors';

/** Resolvers by type and field, values of enums, and scalars. */
export type Resolvers = Record<string, GraphQLScalarType | Record<string, never>>;

interface SchemaParts {
  readonly schema: GraphQLSchema;
  readonly typeDefs: string;
  readonly resolvers: Resolvers;
  readonly context: () => object;
}

/** The caller of an operation, and its scopes. */
export interface Caller {
  /** The name in the records of runs and in the audit log. */
  readonly name: string;
  /** `read`, `admin`, `sync:SYSTEM/MODEL[,MODEL…][:FLAGS]`. */
  readonly scopes: readonly string[];
}

/** Returns the caller for the context of the application's server. Null refuses the request with UNAUTHENTICATED. */
export type Authorize = (context: unknown) => Caller | null | Promise<Caller | null>;

async function viewerOf(authorize: Authorize | undefined, context: unknown): Promise<Viewer> {
  if (!authorize) return DATABASE_USER;
  const caller = await authorize(context);
  if (caller === null) throw new CallError('UNAUTHENTICATED', 'The request has no caller that the server knows.');
  return makeViewer('embedder', caller.name, readScopes(caller.scopes));
}

/** Returns a function that creates one nsync context per context of the server, when it is first needed. */
function contexts(services: Services, authorize: Authorize | undefined): (given: unknown) => Promise<ApiContext> {
  const known = new Attachment<object, Promise<ApiContext>>('context of nsync');
  const create = async (given: unknown): Promise<ApiContext> =>
    makeContext(services, { requestId: randomUUID(), viewer: await viewerOf(authorize, given) });
  return (given) => {
    if (typeof given !== 'object' || given === null) return create(given);
    let context = known.of(given);
    if (!context) known.attach(given, (context = create(given)));
    return context;
  };
}

type Resolver = NonNullable<GraphQLField<unknown, unknown>['resolve']>;

/** Converts an error to the GraphQL error that nsync's own server would send. */
function clientError(services: Services, error: unknown): unknown {
  if (error instanceof GraphQLError) return error;
  return callErrorOf(services.database.dialect, error) ?? error;
}

export async function makeSchemaParts(services: Services, authorize?: Authorize): Promise<SchemaParts> {
  const schema = await makeSchema();
  const contextOf = contexts(services, authorize);
  for (const [name, type] of Object.entries(schema.getTypeMap())) {
    if (!isObjectType(type) || name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const { resolve, subscribe } = field;
      const withContext =
        (work: Resolver): Resolver =>
        async (source, args, context, info) => {
          try {
            return (await work(source, args, await contextOf(context), info)) as unknown;
          } catch (error) {
            throw clientError(services, error);
          }
        };
      if (resolve) field.resolve = withContext(resolve);
      if (subscribe) field.subscribe = withContext(subscribe);
    }
  }
  return {
    schema,
    typeDefs: printSchema(schema),
    resolvers: createResolversMap(schema) as unknown as Resolvers,
    context: () => ({}),
  };
}
