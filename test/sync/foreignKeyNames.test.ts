/** R20: a foreign key's column also names its relation, wherever a relation can be named; on every database, in chunks of any size. */
import { Model, type RelationMappings } from 'objection';
import { DATABASES } from '../support/databases';
import { type TestEngine, testEngine, type TestRow, told } from '../support/engine';

const belongsTo = (from: string, modelClass: typeof Model, to: string) => ({
  relation: Model.BelongsToOneRelation,
  modelClass,
  join: { from, to },
});

class Staff extends Model {
  static override tableName = 'staff';
  static override relationMappings = (): RelationMappings => ({
    boss: belongsTo('staff.boss_id', Staff, 'staff.id'),
    home: belongsTo('staff.office_id', Office, 'office.id'),
    workplace: belongsTo('staff.office_id', Office, 'office.id'),
  });
}

class Office extends Model {
  static override tableName = 'office';
  static override relationMappings = (): RelationMappings => ({
    head: belongsTo('office.head_id', Staff, 'staff.id'),
  });
}

interface Case {
  readonly title: string;
  readonly model?: string;
  readonly row: TestRow;
  readonly outcome: string;
  readonly boss?: string | null;
  /** The end of the run's warning about a column. */
  readonly warning?: RegExp;
}

const CASES: readonly Case[] = [
  { title: 'by a field', row: { 'boss_id=>email': 'ann@x' }, outcome: 'UPDATED', boss: 'Ann' },
  { title: 'in another case', row: { 'Boss_ID=>email': 'ann@x' }, outcome: 'UPDATED', boss: 'Ann' },
  { title: 'by a key', row: { 'boss_id=>@': 'ann' }, outcome: 'UPDATED', boss: 'Ann' },
  { title: 'together with the relation', row: { 'boss_id=>email': 'ann@x', 'boss=>name': 'Ann' }, outcome: 'UPDATED', boss: 'Ann' },
  { title: 'as an object', row: { boss_id: { email: 'ann@x' } }, outcome: 'UPDATED', boss: 'Ann' },
  { title: 'over a hop', row: { 'boss_id=>boss_id=>email': 'top@x' }, outcome: 'UPDATED', boss: 'Ann' },
  { title: 'as an object in an object', row: { boss: { boss_id: { email: 'top@x' } } }, outcome: 'UPDATED', boss: 'Ann' },
  { title: 'as the field that it is', row: { boss_id: 1 }, outcome: 'UPDATED', boss: 'Top' },
  { title: 'in match_on', row: { $match: 'boss_id=>email', name: 'Ann', 'boss_id=>email': 'top@x', email: 'new@x' }, outcome: 'UPDATED' },
  { title: 'in match_on beside the relation', row: { $match: 'boss=>email', name: 'Ann', 'boss_id=>email': 'top@x', email: 'new@x' }, outcome: 'UPDATED' },
  { title: 'is not found', row: { 'boss_id=>email': 'nobody@x' }, outcome: 'UNCHANGED REFERENCE_NOT_FOUND(boss)', boss: null },
  { title: 'of two relations is neither', row: { 'office_id=>name': 'HQ' }, outcome: 'UNCHANGED', warning: /Staff has no relation "office_id"/ },
  { title: 'misspelt suggests it', row: { 'bos_id=>email': 'ann@x' }, outcome: 'UNCHANGED', warning: /Did you mean "boss_id"\?$/ },
  { title: 'a misspelt relation is suggested', row: { 'bosss=>email': 'ann@x' }, outcome: 'UNCHANGED', warning: /Did you mean "boss"\?$/ },
  { title: 'a misspelt hop is suggested', row: { 'boss=>bos=>email': 'x' }, outcome: 'UNCHANGED', warning: /Staff has no relation "bos"\. Did you mean "boss"\?$/ },
  { title: 'a relation in match_on is suggested', row: { $match: 'bosss=>email', 'bosss=>email': 'x' }, outcome: 'FAILED UNKNOWN_MATCH_FIELD(bosss=>email)', warning: /Did you mean "boss"\?$/ },
]; // prettier-ignore

describe.each(DATABASES.flatMap((kind) => [1, 1000].map((chunkSize) => ({ kind, chunkSize, name: kind.name }))))(
  'R20: a relation named by its foreign key, on $name, $chunkSize rows a chunk',
  ({ kind, chunkSize }) => {
    let engine: TestEngine;
    beforeAll(async () => {
      engine = await testEngine(
        kind,
        [Staff, Office],
        async ({ database: { knex } }) => {
          await knex.schema.createTable('office', (table) => {
            table.increments('id');
            table.string('name', 20).notNullable();
            table.integer('head_id').unsigned().nullable();
          });
          await knex.schema.createTable('staff', (table) => {
            table.increments('id');
            table.string('name', 20).notNullable();
            table.string('email', 20).nullable();
            table.integer('boss_id').unsigned().nullable().references('staff.id').onDelete('SET NULL');
            table.integer('office_id').unsigned().nullable().references('office.id');
          });
        },
        { chunkSize },
      );
    });
    afterAll(() => engine.close());
    beforeEach(async () => {
      const { knex } = engine.test.database;
      await knex('nsync_external_key_mappings').delete();
      await knex('staff').update({ boss_id: null });
      await knex('staff').delete();
      await knex('staff').insert([{ id: 1, name: 'Top', email: 'top@x' }]);
      await engine.sync('Staff', [
        { $match: 'name', $key: 'ann', name: 'Ann', email: 'ann@x', 'boss=>name': 'Top' },
        { $match: 'name', name: 'Eve', email: 'eve@x' },
      ]);
    });

    it.each(CASES)('$title', async ({ row, outcome, boss, warning }) => {
      const [, found] = await engine.sync('Staff', [{ $match: 'name', name: 'First' }, { $match: 'name', name: 'Eve', ...row }]); // prettier-ignore
      expect(found && told(found)).toBe(outcome);
      const { knex } = engine.test.database;
      const [eve] = (await knex('staff')
        .leftJoin('staff as b', 'b.id', 'staff.boss_id')
        .where('staff.name', 'Eve')
        .select({ boss: 'b.name' })) as { boss: string | null }[];
      if (boss !== undefined) expect(eve?.boss).toBe(boss);
      const [run] = (await knex('nsync_runs').orderBy('id', 'desc').limit(1)) as { problems: string }[];
      const problems = JSON.parse(run?.problems ?? '[]') as { message: string }[];
      expect(problems.map(({ message }) => message)).toEqual(warning ? [expect.stringMatching(warning)] : []);
    });
  },
);
