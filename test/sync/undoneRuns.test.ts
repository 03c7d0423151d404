/** Dry runs and rolled-back runs name no object that they created (R42, R43), in responses and in records. */
import { Model, type RelationMappings } from 'objection';
import { DATABASES } from '../support/databases';
import { type TestEngine, testEngine, type TestRow } from '../support/engine';

class Team extends Model {
  static override tableName = 'team';
  static override get relationMappings(): RelationMappings {
    return {
      boss: { relation: Model.BelongsToOneRelation, modelClass: Team, join: { from: 'team.boss_id', to: 'team.id' } },
      members: { relation: Model.HasManyRelation, modelClass: Team, join: { from: 'team.id', to: 'team.boss_id' } },
      allies: {
        relation: Model.ManyToManyRelation,
        modelClass: Team,
        join: { from: 'team.id', through: { from: 'alliance.a', to: 'alliance.b' }, to: 'team.id' },
      },
    };
  }
}

/** The outcome of each row: its object, each change as `before -> after`, and other objects. */
interface Expected {
  readonly what: string;
  readonly row: TestRow;
  readonly told: readonly [status: string, objectId: string | null, changes: Record<string, string>, also?: string[]];
}

const change = (before: unknown, after: unknown): string => `${JSON.stringify(before)} -> ${JSON.stringify(after)}`;

/** Object 1 is `old`. Object 2 is `other`, to which external key k2 is linked. */
const ROWS: readonly Expected[] = [
  {
    what: 'creates',
    row: { $flags: 'c', name: 'new' },
    told: ['CREATED', null, { name: change(null, 'new') }],
  },
  { what: 'creates with an id', row: { $flags: 'c', id: 700, name: 'seven' }, told: ['CREATED', null, { id: change(null, 700), name: change(null, 'seven') }] }, // prettier-ignore
  { what: 'updates what was created', row: { name: 'new', city: 'Rome' }, told: ['UPDATED', null, { city: change(null, 'Rome') }] }, // prettier-ignore
  { what: 'finds what was created', row: { name: 'new' }, told: ['UNCHANGED', null, {}] },
  { what: 'fails for what was created', row: { name: 'new', city: 'x'.repeat(50) }, told: ['FAILED', null, {}] },
  {
    what: 'refers to what was created',
    row: { name: 'old', 'boss=>name': 'new' },
    told: ['UPDATED', '1', { boss_id: change(null, null) }],
  },
  {
    what: 'refers to another one after it',
    row: { name: 'old', 'boss=>name': 'other' },
    told: ['UPDATED', '1', { boss_id: change(null, 2) }],
  },
  {
    what: 'adds what was created, and what was there',
    row: { name: 'other', 'allies=>+name': ['new', 'old'] },
    told: ['UPDATED', '2', { allies: change([], [null, '1']) }, ['1']],
  },
  {
    what: 'is pointed to by what was created',
    row: { name: 'old', 'members=>name': 'seven' },
    told: ['UPDATED', '1', { members: change([], [null]) }],
  },
  {
    what: 'deletes what was created with what is linked in its place',
    row: { $key: 'k2', name: 'new', city: 'Oslo' },
    told: ['UPDATED', '2', { name: change('other', 'new'), city: change(null, 'Oslo') }],
  },
  { what: 'deletes what was created', row: { $flags: 'd*', name: 'seven' }, told: ['DELETED', null, {}] },
  { what: 'deletes what was there', row: { $flags: 'd*', name: 'old' }, told: ['DELETED', '1', {}] },
];

describe.each(DATABASES)('undone runs on $name', (kind) => {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await testEngine(kind, [Team], async ({ database: { knex } }) => {
      await knex.schema.createTable('team', (table) => {
        table.increments('id', { primaryKey: true });
        table.string('name', 20).notNullable().unique();
        table.string('city', 20);
        table.integer('boss_id').unsigned().references('team.id').onDelete('SET NULL');
      });
      await knex.schema.createTable('alliance', (table) => {
        for (const side of ['a', 'b']) table.integer(side).unsigned().references('team.id').onDelete('CASCADE');
        table.primary(['a', 'b']);
      });
      await knex('team').insert([{ name: 'old' }, { name: 'other' }]);
    });
    await engine.sync('Team', [{ $key: 'k2', $match: 'name', name: 'other' }]);
  });
  afterAll(() => engine.close());

  const rows = ROWS.map(({ row }): TestRow => ({ $match: 'name', $flags: 'u*', ...row }));
  const expected = ROWS.map(({ what, told: [status, objectId, changes, also = []] }) => ({ what, status, objectId, changes, alsoDeleted: [], also })); // prettier-ignore

  describe.each([
    ['R43: a dry run', { dryRun: true }],
    ['R42: a run that is rolled back', { onError: 'ROLLBACK' }],
  ] as const)('%s', (_what, options) => {
    it.each([1, 1000])('names only objects that exist, %d rows a chunk', async (chunkSize) => {
      const { knex } = engine.test.database;
      const outcomes = await engine.sync('Team', rows, { ...options, chunkSize });
      const told = outcomes.map(({ status, objectId, changes, alsoDeleted, alsoChanged }, index) => ({
        what: ROWS[index]?.what,
        status,
        objectId,
        changes: Object.fromEntries(changes.map(({ field, before, after }) => [field, change(before, after)])),
        alsoDeleted,
        also: alsoChanged.map((other) => other.objectId),
      }));
      expect(told).toEqual(expected);
      const stored = (await knex('nsync_row_outcomes')
        .where({ run_source_id: knex('nsync_run_sources').max('id') })
        .orderBy('row')
        .select('row', 'object_id')) as { row: number; object_id: string | null }[];
      expect(stored.map(({ object_id }) => object_id)).toEqual(
        ROWS.filter(({ told: [status] }) => status !== 'UNCHANGED').map(({ told: [, objectId] }) => objectId),
      );
      expect(await knex('team').orderBy('id').pluck('name')).toEqual(['old', 'other']);
    });
  });
});
