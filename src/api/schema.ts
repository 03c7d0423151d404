/** The executable schema. */
import 'reflect-metadata';
import type { GraphQLSchema } from 'graphql';
import { buildSchema } from 'type-graphql';
import { retryReads } from './retryReads';
import { SyncedObjectResolver, ModelResolver, SystemTouchResolver } from './resolvers/objects';
import { RunSourceResolver, SyncRunResolver } from './resolvers/runs';
import { SyncResolver } from './resolvers/sync';
import { ExternalKeyMappingResolver, ExternalSystemResolver } from './resolvers/systems';

export async function makeSchema(): Promise<GraphQLSchema> {
  const schema = await buildSchema({
    resolvers: [
      SyncResolver,
      ExternalSystemResolver,
      ExternalKeyMappingResolver,
      SyncRunResolver,
      RunSourceResolver,
      ModelResolver,
      SyncedObjectResolver,
      SystemTouchResolver,
    ],
    validate: false,
  });
  return retryReads(schema);
}
