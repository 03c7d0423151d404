/** The executable schema. */
import 'reflect-metadata';
import { GraphQLSchema } from 'graphql';
import { buildSchema } from 'type-graphql';
import { guardFields } from './guard';
import { countNodes } from './operations';
import { retryReads } from './retryReads';
import { AccessResolver } from './resolvers/access';
import { SyncedObjectResolver, ModelResolver, SystemTouchResolver } from './resolvers/objects';
import { RunSourceResolver, SyncRunResolver } from './resolvers/runs';
import { SyncResolver } from './resolvers/sync';
import { ExternalKeyMappingResolver, ExternalSystemResolver } from './resolvers/systems';
import { WebhookResolver } from './resolvers/webhooks';

const DESCRIPTION = `Syncs rows of external systems into the models of a database.

- See what can be synced: \`models\`, with their fields and relations.
- Sync rows: \`syncRows\`. Sync CSV files: \`syncCsv\`, \`syncCsvFiles\`. Preview a sync: \`options: {dryRun: true}\`.
- See what happened: \`runs\`, with an outcome for each row.
- See which systems touched an object, and under which keys: \`objects\`, \`externalKeyMappings\`.`;

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
      AccessResolver,
      WebhookResolver,
    ],
    validate: false,
  });
  return new GraphQLSchema({ ...guardFields(countNodes(retryReads(schema))).toConfig(), description: DESCRIPTION });
}
