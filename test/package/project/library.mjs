// The library is the same instance as an ES module and as CommonJS, and runs a sync.
import { strict as assert } from 'node:assert';
import { createRequire } from 'node:module';
import { createNsync, OrderedSyncPolicy, readCsv, TransactionSyncPolicy } from 'graphql-nsync';
import knexModule from 'knex';
import { Model } from 'objection';

assert.equal(createRequire(import.meta.url)('graphql-nsync').createNsync, createNsync);

class Track extends Model {
  static tableName = 'track';
}

const knex = knexModule({
  client: 'better-sqlite3',
  connection: { filename: 'music.sqlite' },
  useNullAsDefault: true,
});
await knex.schema.createTable('track', (table) => {
  table.increments('id');
  table.string('name', 50).notNullable();
});
const nsync = await createNsync({ knex, models: [Track] });
const { run } = await nsync.sync({
  system: 'Shop',
  model: 'Track',
  rows: readCsv('action_flags,match_on,name\ncu,name,Blue Train\n'),
  policy: new TransactionSyncPolicy(new OrderedSyncPolicy()),
});
assert.deepEqual([run.status, run.counts.created], ['COMPLETED', 1]);
assert.equal((await knex('track')).length, 1);
await nsync.close();
await knex.destroy();
console.log('library: ok');
