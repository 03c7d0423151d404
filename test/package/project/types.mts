import { createNsync, type Nsync, readCsv, type RowOutcome, type SyncPolicy, type SyncRow } from 'graphql-nsync';
import { NsyncClient, type RunFragment } from 'graphql-nsync/client';
import type { Knex } from 'knex';
import { Model } from 'objection';

class Track extends Model {
  static override tableName = 'track';
}

const urgentFirst: SyncPolicy = { passes: 2, atomic: true, passOf: ({ row }) => (row.values.urgent ? 0 : 1) };

async function* rows(): AsyncGenerator<SyncRow> {
  yield { actionFlags: 'cu', matchOn: ['name'], values: { name: 'Blue Train', released: new Date() } };
  yield* readCsv('name\nNaima\n');
}

export async function sync(knex: Knex): Promise<readonly RowOutcome[]> {
  const nsync: Nsync = await createNsync({ knex, models: { Track } });
  // @ts-expect-error: there is no such option
  await nsync.sync({ system: 'Shop', model: 'Track', rows: [], onErorr: 'CONTINUE' });
  return (await nsync.sync({ system: 'Shop', model: 'Track', rows: rows(), policy: urgentFirst })).outcomes;
}

export async function send(): Promise<readonly RunFragment[]> {
  const client = new NsyncClient({ url: 'http://127.0.0.1:4000/graphql' });
  // @ts-expect-error: there is no such policy
  await client.syncRows({ system: 'Shop', model: 'Track', rows: [], options: { onError: 'IGNORE' } });
  return (await client.syncRows({ system: 'Shop', model: 'Track', rows: rows() })).runs;
}
