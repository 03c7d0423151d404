/** `npm run example:embedded`: the shop on an SQLite file of its own, until it is stopped. */
import makeKnex from 'knex';
import { makeShop } from './app';
import { createShopTables } from './tables';

const PORT = 4001;

async function main(): Promise<void> {
  const knex = makeKnex({
    client: 'better-sqlite3',
    connection: { filename: 'nsync-shop.sqlite' },
    useNullAsDefault: true,
  });
  if (!(await knex.schema.hasTable('customer'))) await createShopTables(knex);
  const shop = await makeShop(knex);
  const server = shop.express.listen(PORT, '127.0.0.1', () => {
    process.stdout.write(`The shop is at http://127.0.0.1:${PORT}/graphql\n`);
  });
  const stop = (): void => {
    server.close(() => void shop.stop().then(() => knex.destroy()));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

void main();
