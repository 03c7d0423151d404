/** R41, R42: custom policies, with the same interface as the three policies of django-nsync. */
import makeKnex, { type Knex } from 'knex';
import { Model } from 'objection';
import {
  BasicSyncPolicy,
  createNsync,
  type Nsync,
  OrderedSyncPolicy,
  type PolicyAction,
  type SyncPolicy,
  type SyncRow,
  TransactionSyncPolicy,
} from '../../src';
import { DATABASES, type TestDatabase } from '../support/databases';

class Task extends Model {
  static override tableName = 'task';
}

const knexOf = (url: string): Knex =>
  url.startsWith('sqlite:')
    ? makeKnex({ client: 'better-sqlite3', connection: { filename: url.slice(7) }, useNullAsDefault: true })
    : makeKnex({ client: url.startsWith('mysql') ? 'mysql2' : 'pg', connection: url });

const row = (actionFlags: string, name: string, more: object = {}): SyncRow => ({
  actionFlags,
  matchOn: 'name',
  values: { name, ...more },
});

describe.each(DATABASES)('sync policies on $name', (kind) => {
  let test: TestDatabase;
  let knex: Knex;
  let nsync: Nsync;

  beforeAll(async () => {
    test = await kind.create();
    knex = knexOf(test.url);
    await knex.schema.createTable('task', (table) => {
      table.increments('id');
      table.string('name', 50).notNullable();
      table.integer('urgent').nullable();
    });
    nsync = await createNsync({ knex, models: [Task] });
  });
  beforeEach(() => knex('task').delete());
  afterAll(async () => {
    await nsync.close();
    await knex.destroy();
    await test.drop();
  });

  const sync = async (rows: readonly SyncRow[], policy: SyncPolicy): Promise<string[]> => {
    const { run, outcomes } = await nsync.sync({ system: 'Test', model: 'Task', rows, policy });
    return [run.status, ...outcomes.map(({ status }) => status)];
  };
  const names = async (): Promise<string[]> => knex('task').orderBy('id').pluck<string[]>('name');

  const DELETE_FIRST = [row('c', 'a'), row('d*', 'a'), row('c', 'b')];

  it('BasicSyncPolicy acts row by row', async () => {
    expect(await sync(DELETE_FIRST, new BasicSyncPolicy())).toEqual(['COMPLETED', 'CREATED', 'DELETED', 'CREATED']);
    expect(await names()).toEqual(['b']);
  });

  it('OrderedSyncPolicy acts kind by kind, in any order', async () => {
    expect(await sync(DELETE_FIRST, new OrderedSyncPolicy(['DELETE', 'UPDATE', 'CREATE']))).toEqual(['COMPLETED', 'CREATED', 'SKIPPED', 'CREATED']); // prettier-ignore
    expect(await names()).toEqual(['a', 'b']);
  });

  it('TransactionSyncPolicy makes another policy all or nothing', async () => {
    const rows = [row('c', 'a'), row('x', 'b')];
    expect(await sync(rows, new BasicSyncPolicy())).toEqual(['COMPLETED_WITH_FAILURES', 'CREATED', 'FAILED']);
    expect(await sync([row('c', 'c'), row('x', 'd')], new TransactionSyncPolicy(new OrderedSyncPolicy()))).toEqual(['ROLLED_BACK', 'CREATED', 'FAILED']); // prettier-ignore
    expect(await names()).toEqual(['a']);
  });

  it('a policy of one’s own finds certain actions and runs them before all others', async () => {
    const asked: PolicyAction['kind'][] = [];
    const urgentFirst: SyncPolicy = {
      passes: 2,
      atomic: true,
      passOf: ({ kind, row: { values } }) => {
        asked.push(kind);
        return values.urgent ? 0 : 1;
      },
    };
    const rows = [row('c', 'a'), row('c', 'b', { urgent: 1 }), row('cu*', 'c'), row('c', 'd', { urgent: 2 })];
    expect(await sync(rows, urgentFirst)).toEqual(['COMPLETED', 'CREATED', 'CREATED', 'CREATED', 'CREATED']);
    expect(await names()).toEqual(['b', 'd', 'a', 'c']);
    expect(new Set(asked)).toEqual(new Set(['CREATE', 'UPDATE']));
  });

  it('splits the actions of a row, whose outcome joins them', async () => {
    const updatesFirst: SyncPolicy = { passes: 2, atomic: false, passOf: ({ kind }) => (kind === 'UPDATE' ? 0 : 1) };
    const { outcomes } = await nsync.sync({ system: 'Test', model: 'Task', rows: [row('cu*', 'a', { urgent: 3 })], policy: updatesFirst }); // prettier-ignore
    expect(outcomes).toMatchObject([{ status: 'CREATED', changes: expect.arrayContaining([{ field: 'urgent', before: null, after: 3 }]) as unknown }]); // prettier-ignore
  });

  it('refuses a policy that has no place for an action', async () => {
    const lost: SyncPolicy = { passes: 2, atomic: true, passOf: () => 7 };
    await expect(sync([row('c', 'a')], lost)).rejects.toMatchObject({ code: 'BAD_USER_INPUT', message: 'The policy puts the CREATE of row 1 into pass 7, but passes must be 0 to 1.' }); // prettier-ignore
    await expect(sync([], { ...lost, passes: 0 })).rejects.toMatchObject({ message: 'nsync.sync(): policy.passes must be a whole number that is not below 1, not 0.' }); // prettier-ignore
    expect(await names()).toEqual([]);
  });
});
