/** A lookup in a large table without an index is reported once per run, with the index that would help. */
import { Model, type RelationMappings } from 'objection';
import { readCatalog } from '../../src/models';
import { DEFAULT_OPTIONS, SyncEngine, type SyncOptions } from '../../src/sync';
import type { Problem } from '../../src/problems';
import { DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';

class Thing extends Model {
  static override tableName = 'thing';
  static override relationMappings = (): RelationMappings => ({
    owner: {
      relation: Model.BelongsToOneRelation,
      modelClass: Thing,
      join: { from: 'thing.owner_id', to: 'thing.id' },
    },
    owned: { relation: Model.HasManyRelation, modelClass: Thing, join: { from: 'thing.id', to: 'thing.owner_id' } },
    likes: {
      relation: Model.ManyToManyRelation,
      modelClass: Thing,
      join: { from: 'thing.id', through: { from: 'liking.one', to: 'liking.other' }, to: 'thing.id' },
    },
    likedBy: {
      relation: Model.ManyToManyRelation,
      modelClass: Thing,
      join: { from: 'thing.id', through: { from: 'liking.other', to: 'liking.one' }, to: 'thing.id' },
    },
  });
}

class Small extends Model {
  static override tableName = 'small';
}

interface Case {
  readonly title: string;
  readonly model?: string;
  readonly match?: string;
  readonly values: Record<string, unknown>;
  /** The columns in the warnings. */
  readonly told: readonly string[];
}

const OWN = { code: 'own' };

const CASES: readonly Case[] = [
  { title: 'a match on a column without an index', match: 'name', values: { name: 'x' }, told: ['name'] },
  { title: 'a match on an indexed column', match: 'code', values: OWN, told: [] },
  { title: 'a match on the primary key', match: 'id', values: { id: '1' }, told: [] },
  { title: 'a match on several columns, one indexed', match: 'name code', values: { name: 'x', ...OWN }, told: [] },
  { title: 'a match on several columns, none indexed', match: 'name part', values: { name: 'x', part: 'x' }, told: ['name, part'] }, // prettier-ignore
  { title: 'alternatives, one without an index', match: 'name code |', values: { name: 'x', ...OWN }, told: ['name'] },
  { title: 'an index that begins with another column', match: 'second', values: { second: 'x' }, told: ['second'] },
  { title: 'an index of some of the rows', match: 'part', values: { part: 'x' }, told: ['part'] },
  { title: 'a reference', match: 'code', values: { ...OWN, 'owner=>name': 'x' }, told: ['name'] },
  { title: 'a reference by an indexed column', match: 'code', values: { ...OWN, 'owner=>code': 'x' }, told: [] },
  { title: 'a reference by external key', match: 'code', values: { ...OWN, 'owner=>@': 'x' }, told: [] },
  { title: 'the other side of a foreign key', match: 'code', values: { ...OWN, 'owned=>code': 'own' }, told: ['owner_id'] }, // prettier-ignore
  { title: 'a join table', match: 'code', values: { ...OWN, 'likes=>+code': 'own' }, told: [] },
  { title: 'a join table from the other side', match: 'code', values: { ...OWN, 'likedBy=>+code': 'own' }, told: ['other'] }, // prettier-ignore
  { title: 'a small table', model: 'Small', match: 'name', values: { name: 'x' }, told: [] },
];

describe.each(DATABASES)('lookups without an index on $name', (kind) => {
  let test: TestDatabase;
  let engine: SyncEngine;
  const warned: Problem[] = [];

  beforeAll(async () => {
    test = await migratedDatabase(kind);
    const { knex } = test.database;
    await knex.schema.createTable('thing', (table) => {
      table.increments('id');
      for (const name of ['name', 'code', 'part', 'first', 'second']) table.string(name, 20).nullable();
      table.integer('owner_id').unsigned().nullable();
      table.index(['code']);
      table.index(['first', 'second']);
    });
    if (kind.name !== 'MariaDB') await knex.raw('CREATE INDEX thing_part ON thing (part) WHERE part IS NOT NULL');
    await knex.schema.createTable('liking', (table) => {
      table.integer('one').unsigned().notNullable();
      table.integer('other').unsigned().notNullable();
      table.primary(['one', 'other']);
    });
    await knex.schema.createTable('small', (table) => {
      table.increments('id');
      table.string('name', 20).nullable();
    });
    await knex('thing').insert(Array.from({ length: 11 }, (_, n) => ({ name: `n${n}`, code: `c${n}` })));
    await knex('small').insert({ name: 'x' });
    for (let doublings = 0; doublings < 10; doublings += 1)
      await knex.raw('INSERT INTO thing (name, code) SELECT name, code FROM thing');
    await knex('thing').insert(OWN);
    await knex.raw('INSERT INTO liking SELECT id, id FROM thing');
    engine = new SyncEngine(test.database, await readCatalog(test.database, [Thing, Small]), {
      chunkSize: 2,
      warn: (problem) => warned.push(problem),
    });
  });
  afterAll(() => test.drop());

  async function run({ model = 'Thing', match = '', values }: Case, options: Partial<SyncOptions>) {
    warned.length = 0;
    const { runId, status, outcomes } = await engine.run({
      sources: [
        {
          system: 'S',
          model,
          file: null,
          text: true,
          columns: Object.keys(values),
          async *batches() {
            const row = { actionFlags: 'u*', matchOn: match, externalKey: null, values };
            yield await Promise.resolve([1, 2, 3, 4, 5].map((number) => ({ ...row, number })));
          },
        },
      ],
      options: { ...DEFAULT_OPTIONS, ...options },
      wantOutcomes: true,
    });
    const { problems } = await test.database.reader('nsync_runs').where({ id: runId }).first<{ problems: string }>();
    return { status, problems: JSON.parse(problems) as Problem[], outcomes: outcomes.flat() };
  }

  it.each(CASES)('$title', async (given) => {
    for (const options of [{}, { onError: 'CONTINUE' }, { dryRun: true }] as const) {
      const { status, problems, outcomes } = await run(given, options);
      expect(status).toBe('COMPLETED');
      expect(problems.map(({ code, severity, field }) => [code, severity, field])).toEqual(
        given.told.map((field) => ['UNINDEXED_LOOKUP', 'WARNING', field]),
      );
      expect(warned).toEqual(problems);
      expect(outcomes.flatMap((outcome) => outcome.problems.map(({ code }) => code))).not.toContain('UNINDEXED_LOOKUP');
    }
  });

  it('says which index would help', async () => {
    const [{ message } = { message: '' }] = (await run(CASES[4] as Case, {})).problems;
    expect(message).toBe(
      'Rows look up Thing by "name" and "part" without an index, so each chunk of rows scans the whole table. Create an index: CREATE INDEX thing_name_part ON thing (name, part).',
    );
    const statement = /CREATE INDEX .*\)/.exec(message)?.[0] ?? '';
    await test.database.knex.raw(statement);
    const again = await readCatalog(test.database, [Thing, Small]);
    expect(again.get('Thing').table.indexedFirst).toContain('name');
  });
});
