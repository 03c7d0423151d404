/** R24: a row that creates its object may name it in a many-to-many column; on every database, in chunks of any size. */
import { Model, type RelationMappings } from 'objection';
import { DATABASES } from '../support/databases';
import { type TestEngine, testEngine, type TestRow, told } from '../support/engine';

class Term extends Model {
  static override tableName = 'term';
  static override relationMappings = (): RelationMappings => ({
    parent: { relation: Model.BelongsToOneRelation, modelClass: Term, join: { from: 'term.parent_id', to: 'term.id' } },
    synonyms: {
      relation: Model.ManyToManyRelation,
      modelClass: Term,
      join: { from: 'term.id', through: { from: 'synonym.one', to: 'synonym.other' }, to: 'term.id' },
    },
    synonymOf: {
      relation: Model.ManyToManyRelation,
      modelClass: Term,
      join: { from: 'term.id', through: { from: 'synonym.other', to: 'synonym.one' }, to: 'term.id' },
    },
  });
}

interface Case {
  readonly title: string;
  readonly row: TestRow;
  readonly outcome: string;
  /** Of the row's own object, `n`; `old` and `other` are there before. */
  readonly links: readonly string[];
}

const CASES: readonly Case[] = [
  { title: 'adds itself', row: { 'synonyms=>+name': 'n' }, outcome: 'CREATED', links: ['n-n'] },
  { title: 'adds itself unforced', row: { $flags: 'cu', 'synonyms=>+name': 'n' }, outcome: 'CREATED', links: ['n-n'] },
  { title: 'adds itself beside others', row: { 'synonyms=>+name': ['old', 'n'] }, outcome: 'CREATED', links: ['n-n', 'n-old'] },
  { title: 'is a set of itself', row: { 'synonyms=>=name': 'n' }, outcome: 'CREATED', links: ['n-n'] },
  { title: 'is a set of itself and others', row: { $flags: 'cu', 'synonyms=>=name': ['n', 'old', 'other'] }, outcome: 'CREATED', links: ['n-n', 'n-old', 'n-other'] },
  { title: 'is in a set of which one is missing', row: { 'synonyms=>=name': ['n', 'nobody'] }, outcome: 'CREATED REFERENCE_NOT_FOUND(synonyms)', links: [] },
  { title: 'is named by its new key', row: { $key: 'k', 'synonyms=>+@': 'k' }, outcome: 'CREATED', links: ['n-n'] },
  { title: 'is named inline', row: { synonyms: { add: [{ name: 'n' }], remove: [{ name: 'n' }] } }, outcome: 'CREATED', links: ['n-n'] },
  { title: 'names itself from both sides', row: { 'synonyms=>+name': 'n', 'synonymOf=>+name': 'n' }, outcome: 'CREATED', links: ['n-n'] },
  { title: 'is also its own parent', row: { 'parent=>name': 'n', 'synonyms=>+name': 'n' }, outcome: 'CREATED', links: ['n-n'] },
  { title: 'is not found without an update', row: { $flags: 'c', 'synonyms=>+name': 'n' }, outcome: 'CREATED REFERENCE_NOT_FOUND(synonyms)', links: [] },
  { title: 'is not found where another one is, too', row: { name: 'old2', code: 'x', 'synonyms=>+code': 'x' }, outcome: 'CREATED', links: ['old2-old'] },
]; // prettier-ignore

describe.each(DATABASES.flatMap((kind) => [1, 1000].map((chunkSize) => ({ kind, chunkSize, name: kind.name }))))(
  'R24: a row that creates, on $name, $chunkSize rows a chunk',
  ({ kind, chunkSize }) => {
    let engine: TestEngine;
    beforeAll(async () => {
      engine = await testEngine(
        kind,
        [Term],
        async ({ database: { knex } }) => {
          await knex.schema.createTable('term', (table) => {
            table.increments('id');
            table.string('name', 20).notNullable();
            table.string('code', 20).nullable();
            table.integer('parent_id').unsigned().nullable().references('term.id').onDelete('SET NULL');
          });
          await knex.schema.createTable('synonym', (table) => {
            table.integer('one').unsigned().notNullable().references('term.id').onDelete('CASCADE');
            table.integer('other').unsigned().notNullable().references('term.id').onDelete('CASCADE');
            table.primary(['one', 'other']);
          });
        },
        { chunkSize },
      );
    });
    afterAll(() => engine.close());
    beforeEach(async () => {
      const { knex } = engine.test.database;
      for (const table of ['nsync_external_key_mappings', 'synonym']) await knex(table).delete();
      await knex('term').update({ parent_id: null });
      await knex('term').delete();
      await engine.sync('Term', [{ $match: 'name', name: 'old', code: 'x' }, { $match: 'name', name: 'other' }]); // prettier-ignore
    });

    const links = async (): Promise<string[]> => {
      const { knex } = engine.test.database;
      const rows = (await knex('synonym')
        .join('term as one', 'one.id', 'synonym.one')
        .join('term as other', 'other.id', 'synonym.other')
        .select({ one: 'one.name', other: 'other.name' })) as { one: string; other: string }[];
      return rows.map(({ one, other }) => `${one}-${other}`).sort();
    };

    it.each(CASES)('$title', async ({ row, outcome, links: expected }) => {
      const rows = [{ $match: 'name', name: 'before' }, { $match: 'name', name: 'n', ...row }, { $match: 'name', name: 'after' }]; // prettier-ignore
      const outcomes = await engine.sync('Term', rows);
      expect(outcomes.map(told)).toEqual(['CREATED', outcome, 'CREATED']);
      expect(await links()).toEqual(expected);
      const change = outcomes[1]?.changes.find(({ field }) => field === 'synonyms');
      if (expected.includes('n-n')) expect(change?.after).toContain(outcomes[1]?.objectId);
    });

    it('a row after it sees the link', async () => {
      const row = { $match: 'name', name: 'n', 'synonyms=>+name': 'n' };
      expect((await engine.sync('Term', [row, row])).map(told)).toEqual(['CREATED', 'UNCHANGED']);
    });
  },
);
