/** The executable schema. */
import 'reflect-metadata';
import { GraphQLSchema } from 'graphql';
import { buildSchema, type PubSub } from 'type-graphql';
import { guardFields } from './guard';
import { countNodes } from './operations';
import { retryReads } from './retryReads';
import { AccessResolver } from './resolvers/access';
import { SyncedObjectResolver, ModelResolver, SystemTouchResolver } from './resolvers/objects';
import { RunProgressResolver } from './resolvers/runProgress';
import { RunSourceResolver, SyncRunResolver } from './resolvers/runs';
import { SyncResolver } from './resolvers/sync';
import { ExternalKeyMappingResolver, ExternalSystemResolver } from './resolvers/systems';
import { WebhookResolver } from './resolvers/webhooks';

const DESCRIPTION = `Syncs rows of external systems into the models of a database.

- See what can be synced: \`models\`, with their fields and relations.
- Sync rows: \`syncRows\`. Sync CSV files: \`syncCsv\`, \`syncCsvFiles\`. Preview a sync: \`options: {dryRun: true}\`.
- See what happened: \`runs\`, with an outcome for each row. Watch a run: the subscription \`runProgress\`.
- See which systems touched an object, and under which keys: \`objects\`, \`externalKeyMappings\`.`;

const unused = (): never => {
  throw new Error('no subscription has topics');
};
/** type-graphql requires one, although each subscription has a source of its own. */
const NO_TOPICS: PubSub = { publish: unused, subscribe: unused };

export async function makeSchema(): Promise<GraphQLSchema> {
  const schema = await buildSchema({
    resolvers: [
      SyncResolver,
      ExternalSystemResolver,
      ExternalKeyMappingResolver,
      SyncRunResolver,
      RunSourceResolver,
      RunProgressResolver,
      ModelResolver,
      SyncedObjectResolver,
      SystemTouchResolver,
      AccessResolver,
      WebhookResolver,
    ],
    validate: false,
    // The check is an introspection query at every start. test/api/contract.test.ts checks the schema instead.
    skipCheck: true,
    pubSub: NO_TOPICS,
  });
  return new GraphQLSchema({ ...guardFields(countNodes(retryReads(schema))).toConfig(), description: DESCRIPTION });
}
