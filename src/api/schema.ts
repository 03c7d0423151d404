/** The executable schema. */
import 'reflect-metadata';
import type { GraphQLSchema } from 'graphql';
import { buildSchema } from 'type-graphql';
import { SyncedObjectResolver, ModelResolver, SystemTouchResolver } from './resolvers/objects';
import { RunSourceResolver, SyncRunResolver } from './resolvers/runs';
import { SyncResolver } from './resolvers/sync';
import { ExternalKeyMappingResolver, ExternalSystemResolver } from './resolvers/systems';

export function makeSchema(): Promise<GraphQLSchema> {
  return buildSchema({
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
}
