/** R24: a row that creates its object may name it in its own links, as the database stores it (R12a); on every database, in chunks of any size. */
import type { Knex } from 'knex';
import { Model, type RelationMappings } from 'objection';
import { type DatabaseKind, DATABASES } from '../support/databases';
import { type TestEngine, testEngine, type TestRow, told } from '../support/engine';

class Term extends Model {
  static override tableName = 'term';
  static override get relationMappings(): RelationMappings {
    return {
      parent: {
        relation: Model.BelongsToOneRelation,
        modelClass: this,
        join: { from: 'term.parent_id', to: 'term.id' },
      },
      children: {
        relation: Model.HasManyRelation,
        modelClass: this,
        join: { from: 'term.id', to: 'term.parent_id' },
      },
      synonyms: {
        relation: Model.ManyToManyRelation,
        modelClass: this,
        join: { from: 'term.id', through: { from: 'synonym.one', to: 'synonym.other' }, to: 'term.id' },
      },
      synonymOf: {
        relation: Model.ManyToManyRelation,
        modelClass: this,
        join: { from: 'term.id', through: { from: 'synonym.other', to: 'synonym.one' }, to: 'term.id' },
      },
    };
  }
}

async function createTerms(knex: Knex): Promise<void> {
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
}

interface Linked {
  readonly one: string;
  readonly other: string;
}

/** The names of linked terms: `one-other`. */
async function linkedTerms(knex: Knex): Promise<string[]> {
  const rows = (await knex('synonym')
    .join('term as one', 'one.id', 'synonym.one')
    .join('term as other', 'other.id', 'synonym.other')
    .select({ one: 'one.name', other: 'other.name' })) as Linked[];
  return rows.map(({ one, other }) => `${one}-${other}`).sort();
}

interface Case {
  readonly title: string;
  readonly row: TestRow;
  readonly outcome: string;
  /** The links of the row's own object, `n`. `old` and `other` already exist. */
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
  { title: 'is found by its parent, which is itself', row: { 'parent=>name': 'n', 'synonyms=>+parent=>name': 'n' }, outcome: 'CREATED', links: ['n-n'] },
  { title: 'is found by its child, which is itself', row: { 'parent=>name': 'n', 'synonyms=>+children=>name': 'n' }, outcome: 'CREATED', links: ['n-n'] },
  { title: 'is not found by the parent of nobody', row: { 'parent=>name': 'nobody', 'synonyms=>+parent=>name': 'nobody' }, outcome: 'CREATED REFERENCE_NOT_FOUND(parent) REFERENCE_NOT_FOUND(synonyms)', links: [] },
  { title: 'is not found without an update', row: { $flags: 'c', 'synonyms=>+name': 'n' }, outcome: 'CREATED REFERENCE_NOT_FOUND(synonyms)', links: [] },
  { title: 'is not found where another one is, too', row: { name: 'old2', code: 'x', 'synonyms=>+code': 'x' }, outcome: 'CREATED', links: ['old2-old'] },
]; // prettier-ignore

describe.each(DATABASES.flatMap((kind) => [1, 1000].map((chunkSize) => ({ kind, chunkSize, name: kind.name }))))(
  'R24: a row that creates, on $name, $chunkSize rows a chunk',
  ({ kind, chunkSize }) => {
    let engine: TestEngine;
    beforeAll(async () => {
      engine = await testEngine(kind, [Term], ({ database: { knex } }) => createTerms(knex), { chunkSize });
    });
    afterAll(() => engine.close());
    beforeEach(async () => {
      const { knex } = engine.test.database;
      for (const table of ['nsync_external_key_mappings', 'synonym']) await knex(table).delete();
      await knex('term').update({ parent_id: null });
      await knex('term').delete();
      await engine.sync('Term', [{ $match: 'name', name: 'old', code: 'x' }, { $match: 'name', name: 'other' }]); // prettier-ignore
    });

    const links = (): Promise<string[]> => linkedTerms(engine.test.database.knex);

    it.each(CASES)('$title', async ({ row, outcome, links: expected }) => {
      const rows = [{ $match: 'name', name: 'before' }, { $match: 'name', name: 'n', ...row }, { $match: 'name', name: 'after' }]; // prettier-ignore
      const outcomes = await engine.sync('Term', rows);
      expect(outcomes.map(told)).toEqual(['CREATED', outcome, 'CREATED']);
      expect(await links()).toEqual(expected);
      const change = outcomes[1]?.changes.find(({ field }) => field === 'synonyms');
      if (expected.includes('n-n')) expect(change?.after).toContain(outcomes[1]?.objectId);
    });

    it('R26: a row after it finds it by whatever it is named by', async () => {
      const later = { $match: 'name', name: 'later', 'synonyms=>-code': 'n1', 'synonymOf=>-name': 'n', 'parent=>code': 'n1' }; // prettier-ignore
      for (const onError of ['CONTINUE', 'ROLLBACK'] as const) {
        await engine.test.database.knex('term').update({ parent_id: null });
        await engine.test.database.knex('term').whereIn('name', ['n', 'later']).delete();
        const rows = [{ $match: 'name', name: 'n', code: 'n1' }, later];
        expect((await engine.sync('Term', rows, { onError })).map(told)).toEqual(['CREATED', 'CREATED']);
      }
    });

    it('a row after it sees the link', async () => {
      const row = { $match: 'name', name: 'n', 'synonyms=>+name': 'n' };
      expect((await engine.sync('Term', [row, row])).map(told)).toEqual(['CREATED', 'UNCHANGED']);
    });
  },
);

/** A trigger that stores another code than the one in the row. */
const PREFIXES: Record<DatabaseKind['name'], readonly string[]> = {
  SQLite: [
    `CREATE TRIGGER prefix AFTER INSERT ON term BEGIN UPDATE term SET code = 'c-' || code WHERE id = new.id; END`,
  ],
  MariaDB: [`CREATE TRIGGER prefix BEFORE INSERT ON term FOR EACH ROW SET new.code = CONCAT('c-', new.code)`],
  PostgreSQL: [
    `CREATE FUNCTION prefix() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.code := 'c-' || new.code; RETURN new; END $$`,
    `CREATE TRIGGER prefix BEFORE INSERT ON term FOR EACH ROW EXECUTE FUNCTION prefix()`,
  ],
};

class HookedTerm extends Term {
  override $beforeInsert(): void {
    const term = this as unknown as { code: string };
    term.code = `c-${term.code}`;
  }
}

const byStoredCode: readonly Omit<Case, 'title'>[] = [
  { row: { 'synonyms=>+code': 'c-n' }, outcome: 'CREATED', links: ['n-n'] },
  { row: { 'synonyms=>+code': 'n' }, outcome: 'CREATED REFERENCE_NOT_FOUND(synonyms)', links: [] },
  { row: { 'synonyms=>=code': ['c-n', 'c-before'] }, outcome: 'CREATED', links: ['n-before', 'n-n'] },
  { row: { 'synonyms=>=code': ['c-n', 'n'] }, outcome: 'CREATED REFERENCE_NOT_FOUND(synonyms)', links: [] },
  { row: { 'parent=>code': 'c-n' }, outcome: 'CREATED', links: ['n-n'] },
  { row: { 'parent=>code': 'n' }, outcome: 'CREATED REFERENCE_NOT_FOUND(parent)', links: [] },
];

describe.each(
  DATABASES.flatMap((kind) =>
    [1, 1000].flatMap((chunkSize) => ['trigger', 'hook'].map((by) => ({ kind, chunkSize, by, name: kind.name }))),
  ),
)('R12a, R24: a $by stores another code, on $name, $chunkSize rows a chunk', ({ kind, chunkSize, by }) => {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await testEngine(
      kind,
      [by === 'hook' ? HookedTerm : Term],
      async ({ database: { knex } }) => {
        await createTerms(knex);
        if (by === 'trigger') for (const statement of PREFIXES[kind.name]) await knex.raw(statement);
      },
      { chunkSize },
    );
  });
  afterAll(() => engine.close());

  it.each(byStoredCode)('$row', async ({ row, outcome, links: expected }) => {
    const { knex } = engine.test.database;
    await knex('synonym').delete();
    await knex('term').update({ parent_id: null });
    await knex('term').delete();
    const named = (name: string): TestRow => ({ $match: 'name', name, code: name });
    const outcomes = await engine.sync(by === 'hook' ? 'HookedTerm' : 'Term', [
      named('before'),
      { ...named('n'), ...row },
      named('after'),
    ]);
    expect(outcomes.map(told)).toEqual(['CREATED', outcome, 'CREATED']);
    const parents = (await knex('term as one').join('term as other', 'other.id', 'one.parent_id').select({ one: 'one.name', other: 'other.name' })) as Linked[]; // prettier-ignore
    expect([...(await linkedTerms(knex)), ...parents.map(({ one, other }) => `${one}-${other}`)]).toEqual(expected);
    const [field = ''] = Object.keys(row).map((name) => (name.startsWith('parent') ? 'parent_id' : 'synonyms'));
    const change = outcomes[1]?.changes.find((changed) => changed.field === field);
    if (expected.includes('n-n')) expect(JSON.stringify(change?.after)).toContain(outcomes[1]?.objectId);
    else expect(change).toBeUndefined();
  });
});
