/** The subscription to a run in an application's own GraphQL server. */
import { makeExecutableSchema } from '@graphql-tools/schema';
import { execute, type ExecutionResult, type GraphQLSchema, parse, subscribe } from 'graphql';
import { createNsync, type Nsync } from '../../src';
import { Tag } from '../../src/demo/models';
import { createDemoTables } from '../../src/demo/tables';
import { DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';
import { foreignRun } from '../support/foreignRun';

const WATCH = parse(
  'subscription ($id: ID!) { runProgress(id: $id) { id status counts { rows } sources { counts { rows } } } }',
);

async function watch(
  schema: GraphQLSchema,
  id: string,
  contextValue: unknown,
  afterFirst: () => Promise<void> = () => Promise.resolve(),
): Promise<ExecutionResult[]> {
  const result = await subscribe({ schema, document: WATCH, variableValues: { id }, contextValue });
  if (!(Symbol.asyncIterator in result)) return [result];
  const events: ExecutionResult[] = [];
  for await (const event of result) if (events.push(event) === 1) await afterFirst();
  return events;
}

describe.each(DATABASES)('on $name', (kind) => {
  let test: TestDatabase;
  let nsync: Nsync;
  beforeAll(async () => {
    test = await migratedDatabase(kind);
    await createDemoTables(test.database.knex);
    const authorize = (context: unknown) => context as { name: string; scopes: string[] };
    nsync = await createNsync({ database: test.url, models: [Tag], authorize });
  });
  afterAll(async () => {
    await nsync.close();
    await test.drop();
  });

  it('tells a run until it has finished, to the context that may see it', async () => {
    const { typeDefs, resolvers } = nsync;
    const stitched = makeExecutableSchema({ typeDefs: ['type Query { hello: String! }', typeDefs], resolvers: [resolvers] }); // prettier-ignore
    const run = await foreignRun(test.database, 'hr');
    for (const schema of [nsync.schema, stitched]) {
      const finish = schema === stitched ? undefined : () => run.finish();
      const events = await watch(schema, run.id, { name: 'hr', scopes: ['sync:HR/Tag'] }, finish);
      expect(events.at(-1)).toEqual({
        data: { runProgress: { id: run.id, status: 'COMPLETED', counts: { rows: 10 }, sources: [{ counts: { rows: 10 } }] } }, // prettier-ignore
      });
      expect(events).toHaveLength(schema === stitched ? 1 : 2);
      const [refused] = await watch(schema, run.id, { name: 'erp', scopes: ['sync:ERP/Tag'] });
      expect(refused?.errors).toMatchObject([{ extensions: { code: 'RUN_NOT_FOUND' } }]);
    }
  });

  it('says so if it is executed like a query', async () => {
    const contextValue = { name: 'hr', scopes: ['admin'] };
    const { errors } = await execute({ schema: nsync.schema, document: WATCH, variableValues: { id: '1' }, contextValue }); // prettier-ignore
    expect(errors).toMatchObject([{ message: 'A subscription needs a transport for event streams.', extensions: { code: 'BAD_USER_INPUT' } }]); // prettier-ignore
  });
});
