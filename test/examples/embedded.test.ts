/** The embedded example: a shop's own server serves both schemas, on every database. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import makeKnex, { type Knex } from 'knex';
import { makeShop, type Shop } from '../../examples/embedded/app';
import { createShopTables } from '../../examples/embedded/tables';
import { NsyncClient } from '../../src/client';
import { DATABASES, type TestDatabase } from '../support/databases';

const knexOf = (url: string): Knex =>
  url.startsWith('sqlite:')
    ? makeKnex({
        client: 'better-sqlite3',
        connection: { filename: url.slice('sqlite:'.length) },
        useNullAsDefault: true,
      })
    : makeKnex({ client: url.startsWith('mysql') ? 'mysql2' : 'pg', connection: url });

describe.each(DATABASES)('the embedded example on $name', (kind) => {
  let test: TestDatabase;
  let knex: Knex;
  let shop: Shop;
  let server: Server;
  let url: string;

  beforeAll(async () => {
    test = await kind.create();
    knex = knexOf(test.url);
    await createShopTables(knex);
    shop = await makeShop(knex);
    server = createServer(shop.express);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await shop.stop();
    await knex.destroy();
    await test.drop();
  });

  const post = async (path: string, body: unknown): Promise<unknown> =>
    (
      await fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    ).json();

  it('syncs by its API and by its own route, and its own query sees both', async () => {
    const client = new NsyncClient(`${url}/graphql`);
    const { runs } = await client.syncRows({
      system: 'CRM',
      model: 'Customer',
      rows: [
        { externalKey: 'C1', values: { name: 'Bruce' } },
        { externalKey: 'C2', values: { name: 'Selina' } },
      ],
      defaults: { actionFlags: 'cu', matchOn: ['name'] },
    });
    expect(runs).toMatchObject([{ status: 'COMPLETED', counts: { created: 2 }, systems: [{ name: 'CRM' }] }]);
    const till = await post('/till', [
      { values: { receipt: 'R1', amount: 5, 'customer=>name': 'Bruce' } },
      { values: { receipt: 'R2', amount: 7, customer: { _key: 'C2', _system: 'CRM' } } },
    ]);
    expect(till).toMatchObject({ status: 'COMPLETED', counts: { created: 2, warnings: 0 } });
    expect(await post('/graphql', { query: '{ turnover { customer total } runs { totalCount } }' })).toEqual({
      data: {
        turnover: [
          { customer: 'Selina', total: 7 },
          { customer: 'Bruce', total: 5 },
        ],
        runs: { totalCount: 2 },
      },
    });
  });

  it('tells the codes of nsync’s errors as its own server does', async () => {
    const query = 'mutation { syncRows(input: {system: "CRM", model: "Custmer", rows: []}) { run { id } } }';
    expect(await post('/graphql', { query })).toMatchObject({ errors: [{ extensions: { code: 'UNKNOWN_MODEL' } }] });
    const enums = 'query ($statuses: [RunStatus!]) { runs(statuses: $statuses) { nodes { status startedAt } } }';
    expect(await post('/graphql', { query: enums, variables: { statuses: ['COMPLETED'] } })).toMatchObject({
      data: { runs: { nodes: [{ status: 'COMPLETED' }, { status: 'COMPLETED' }] } },
    });
  });
});
