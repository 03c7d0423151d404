/**
 * R6: equality is the database's, also between rows of one sync. The expected result comes from the database, which compares all pairs of keys in a
 * separate table. Rows must have the same result in chunks of any size.
 */
import type { Knex } from 'knex';
import { Model, type RelationMappings } from 'objection';
import { type DatabaseKind, DATABASES } from '../support/databases';
import { type TestEngine, testEngine, type TestRow, told } from '../support/engine';

/** Pairs of keys that some collation treats as equal. */
const KEYS = [
  ...['Straße', 'STRASSE', 'strasse', 'é', 'e', 'É', 'e\u0301', 'E\u0301', 'a', 'A', 'a ', 'a  ', ' a', 'a\t'],
  // The Kelvin sign, full and half width, ligatures, dotted and dotless letters.
  ...['\u212a', 'K', 'k', '１', '1', 'Ａ', 'ﾊ', 'ハ', 'ß', 'ss', 'ẞ', 'ﬁ', 'fi', 'æ', 'ae', 'ı', 'i', 'I', 'İ'],
  // Joiners and other characters without width, and surrogate pairs.
  ...[
    'a\u200d',
    'a\u200b',
    '\ufeffa',
    'a\u00ad',
    '😀',
    '😁',
    'Σ',
    'σ',
    'ς',
    'Ω',
    '\u2126',
    'co-op',
    'coop',
    '½',
    '1/2',
  ],
];

interface Collation {
  readonly name: string;
  /** The type of the column. */
  readonly type: string;
  readonly prepare?: string;
}

const mariadb = (collation: string): Collation => ({
  name: collation,
  type: `varchar(40) CHARACTER SET utf8mb4 COLLATE ${collation}`,
});

const COLLATIONS: Record<DatabaseKind['name'], readonly Collation[]> = {
  SQLite: ['BINARY', 'NOCASE', 'RTRIM'].map((name) => ({ name, type: `varchar(40) COLLATE ${name}` })),
  MariaDB: [
    ...['general_ci', 'unicode_ci', 'bin', 'general_nopad_ci', 'unicode_nopad_ci', 'nopad_bin', 'unicode_520_ci'],
    ...['uca1400_ai_ci', 'uca1400_as_cs', 'uca1400_nopad_ai_ci'],
  ].map((name) => mariadb(`utf8mb4_${name}`)),
  PostgreSQL: [
    { name: 'default', type: 'varchar(40)' },
    { name: 'citext', type: 'citext', prepare: 'CREATE EXTENSION IF NOT EXISTS citext' },
    ...[
      ['loose', 'und-u-ks-level1'],
      ['caseless', 'und-u-ks-level2'],
      ['shifted', 'und-u-ka-shifted'],
    ].map(([name = '', locale = '']) => ({
      name: `ICU ${locale}`,
      type: `text COLLATE ${name}`,
      prepare: `CREATE COLLATION ${name} (provider = icu, locale = '${locale}', deterministic = false)`,
    })),
  ],
};

class Word extends Model {
  static override tableName = 'word';
  static override relationMappings = (): RelationMappings => ({
    same: { relation: Model.BelongsToOneRelation, modelClass: Word, join: { from: 'word.same_id', to: 'word.id' } },
    labels: {
      relation: Model.ManyToManyRelation,
      modelClass: Label,
      join: { from: 'word.name', through: { from: 'word_label.word', to: 'word_label.label' }, to: 'label.name' },
    },
  });
}

class Label extends Model {
  static override tableName = 'label';
  static override relationMappings = (): RelationMappings => ({
    word: { relation: Model.BelongsToOneRelation, modelClass: Word, join: { from: 'label.word_id', to: 'word.id' } },
  });
}

/** A model whose key is the word itself. */
class Term extends Model {
  static override tableName = 'term';
  static override idColumn = 'name';
}

async function createTables(knex: Knex, { type, prepare }: Collation): Promise<void> {
  if (prepare) await knex.raw(prepare);
  const word = (name: string, unique: boolean) =>
    knex.schema.createTable(name, (table) => {
      table.increments('id');
      table.specificType('name', type).nullable().index();
      table.integer('number').nullable().index();
      if (unique) table.specificType('code', type).nullable().unique();
      table.integer(unique ? 'same_id' : 'word_id').nullable();
    });
  await word('word', true);
  await word('label', false);
  await knex.schema.createTable('term', (table) => {
    table.specificType('name', type).notNullable().primary();
    table.integer('number').nullable().index();
  });
  await knex.schema.createTable('word_label', (table) => {
    table.specificType('word', type).notNullable();
    table.specificType('label', type).notNullable();
    table.primary(['word', 'label']);
  });
}

/** For each key, the index of the first key that equals it in the database. */
async function firstEqual(knex: Knex, type: string): Promise<number[]> {
  await knex.schema.createTable('compared', (table) => {
    table.integer('place').notNullable();
    table.specificType('name', type).notNullable();
  });
  await knex('compared').insert(KEYS.map((name, place) => ({ name, place })));
  const rows = (await knex('compared as a')
    .join('compared as b', 'a.name', 'b.name')
    .groupBy('a.place')
    .orderBy('a.place')
    .select('a.place')
    .min('b.place as first')) as { first: number | string }[];
  await knex.schema.dropTable('compared');
  return rows.map(({ first }) => Number(first));
}

/** The collations of the server. */
async function existing(kind: DatabaseKind): Promise<readonly string[]> {
  if (kind.name !== 'MariaDB') return COLLATIONS[kind.name].map(({ name }) => name);
  const test = await kind.create();
  try {
    const [rows] = (await test.database.knex.raw('SELECT FULL_COLLATION_NAME AS name FROM information_schema.COLLATION_CHARACTER_SET_APPLICABILITY')) as [{ name: string }[]]; // prettier-ignore
    return rows.map(({ name }) => name);
  } finally {
    await test.drop();
  }
}

const CASES = DATABASES.flatMap((kind) =>
  COLLATIONS[kind.name].map((collation) => ({ kind, collation, name: `${kind.name} ${collation.name}` })),
);
const SIZES = [1, 1000];

it.each(DATABASES)('$name has collations to try', async (kind) => {
  const known = await existing(kind);
  expect(COLLATIONS[kind.name].filter(({ name }) => known.includes(name)).length).toBeGreaterThan(2);
});

describe.each(CASES)('equal keys under $name', ({ kind, collation }) => {
  /** Null if the server lacks the collation. */
  let engine: TestEngine | null = null;
  /** For each key, the index of the first key that equals it. */
  let first: readonly number[] = [];
  beforeAll(async () => {
    if (!(await existing(kind)).includes(collation.name)) return;
    engine = await testEngine(kind, [Word, Label, Term], async ({ database: { knex } }) => {
      await createTables(knex, collation);
      first = await firstEqual(knex, collation.type);
    });
  });
  afterAll(() => engine?.close());
  beforeEach(async () => {
    for (const table of ['word_label', 'label', 'word', 'term', 'nsync_external_key_mappings'])
      await engine?.test.database.knex(table).delete();
  });

  const rowsOf = (row: (key: string, place: number) => TestRow): TestRow[] => KEYS.map(row);
  const isFirst = (place: number): boolean => first[place] === place;
  const lastEqual = (place: number): string => KEYS[first.lastIndexOf(first[place] ?? place)] ?? '';
  const firsts = (): string[] => KEYS.filter((_, place) => isFirst(place));

  it.each(SIZES)('R6: a match finds what the database calls equal (%d rows a chunk)', async (chunkSize) => {
    if (!engine) return;
    const rows = rowsOf((name) => ({ $match: 'name', $flags: 'c', name }));
    const outcomes = await engine.sync('Word', rows, { chunkSize });
    expect(outcomes.map(told)).toEqual(KEYS.map((_, place) => (isFirst(place) ? 'CREATED' : 'UNCHANGED')));
    const ids = outcomes.map(({ objectId }) => objectId);
    expect(ids.map((id) => ids.indexOf(id))).toEqual(first);
  });

  it.each(SIZES)('R6 R12: a primary key in another spelling is the same key (%d rows a chunk)', async (chunkSize) => {
    if (!engine) return;
    const { knex } = engine.test.database;
    const rows = rowsOf((name, number) => ({ $match: 'name', name, number }));
    expect((await engine.sync('Term', rows, { chunkSize })).map(told)).toEqual(
      KEYS.map((_, place) => (isFirst(place) ? 'CREATED' : 'UPDATED')),
    );
    const stored = (await knex('term').orderBy('number')) as { name: string; number: number }[];
    expect(stored.map(({ name, number }) => [KEYS.indexOf(name), number])).toEqual(
      stored.map(({ number }) => [first[number], number]),
    );
    const number = first.lastIndexOf(first[0] ?? 0);
    const renaming = rowsOf((name) => ({ $match: 'number', $flags: 'u*', number, name }));
    expect((await engine.sync('Term', renaming, { chunkSize })).map(told)).toEqual(
      first.map((place) => (place === first[0] ? 'UNCHANGED' : 'FAILED INVALID_VALUE(name)')),
    );
  });

  it.each(SIZES)('R17: a unique key refuses what the database calls equal (%d rows a chunk)', async (chunkSize) => {
    if (!engine) return;
    const rows = rowsOf((code, number) => ({ $match: 'number', $flags: 'c', number, code }));
    expect((await engine.sync('Word', rows, { chunkSize })).map(told)).toEqual(
      KEYS.map((_, place) => (isFirst(place) ? 'CREATED' : 'FAILED UNIQUE_VIOLATION(code)')),
    );
  });

  it.each(SIZES)('R6 R20: a reference finds what the database calls equal (%d rows a chunk)', async (chunkSize) => {
    if (!engine) return;
    const { knex } = engine.test.database;
    await knex('word').insert(firsts().map((name) => ({ name })));
    const rows = rowsOf((name, number) => ({ $match: 'number', number, 'word=>name': name }));
    expect((await engine.sync('Label', rows, { chunkSize })).map(told)).toEqual(KEYS.map(() => 'CREATED'));
    const found = (await knex('label').join('word', 'word.id', 'word_id').orderBy('label.number').select('word.name')) as { name: string }[]; // prettier-ignore
    expect(found.map(({ name }) => name)).toEqual(first.map((place) => KEYS[place]));
  });

  it.each(SIZES)('R26: a reference sees the equal ones of earlier rows (%d rows a chunk)', async (chunkSize) => {
    if (!engine) return;
    const rows = rowsOf((name, number) => ({ $match: 'number', $flags: 'c', number, name, 'same=>name': name }));
    expect((await engine.sync('Word', rows, { chunkSize })).map(told)).toEqual(
      KEYS.map((_, place) => {
        const earlier = first.slice(0, place).filter((other) => other === first[place]).length;
        const problem = earlier === 0 ? ' REFERENCE_NOT_FOUND(same)' : ' REFERENCE_AMBIGUOUS(same)';
        return `CREATED${earlier === 1 ? '' : problem}`;
      }),
    );
  });

  it.each(SIZES)('R24: equal keys of a join table are one link (%d rows a chunk)', async (chunkSize) => {
    if (!engine) return;
    const { knex } = engine.test.database;
    await knex('word').insert({ name: KEYS[0], number: 1 });
    await knex('label').insert(firsts().map((name) => ({ name })));
    // Every second group of equal keys is linked, with another spelling than in the joined tables.
    const isLinked = (place: number): boolean => (first[place] ?? 0) % 2 === 0;
    const links = KEYS.flatMap((_, place) => (isFirst(place) && isLinked(place) ? [lastEqual(place)] : []));
    await knex('word_label').insert(links.map((label) => ({ word: lastEqual(0), label })));
    const change = async (sign: string): Promise<string[]> => {
      const rows = rowsOf((name) => ({ $match: 'number', $flags: 'u*', number: 1, [`labels=>${sign}name`]: name }));
      return ((await engine?.sync('Word', rows, { chunkSize })) ?? []).map(told);
    };
    expect(await change('+')).toEqual(
      KEYS.map((_, place) => (isFirst(place) && !isLinked(place) ? 'UPDATED' : 'UNCHANGED')),
    );
    expect(await knex('word_label')).toHaveLength(firsts().length);
    expect(await change('-')).toEqual(KEYS.map((_, place) => (isFirst(place) ? 'UPDATED' : 'UNCHANGED')));
    expect(await knex('word_label')).toEqual([]);
  });

  it.each(SIZES)('R18: external keys are exact (%d rows a chunk)', async (chunkSize) => {
    if (!engine) return;
    const rows = rowsOf((key, number) => ({ $key: key, $flags: 'c', number }));
    const made = await engine.sync('Word', rows, { chunkSize });
    expect(made.map(told)).toEqual(KEYS.map(() => 'CREATED'));
    const again = await engine.sync('Word', rows, { chunkSize });
    expect(again.map(told)).toEqual(KEYS.map(() => 'UNCHANGED'));
    expect(again.map(({ objectId }) => objectId)).toEqual(made.map(({ objectId }) => objectId));
  });
});
