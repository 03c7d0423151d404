/** Merges: a forced update merges the matched object into the object that its key is linked to (R10, `onMatchConflict: MERGE`). */
import type { Knex } from 'knex';
import { Model, type RelationMappings } from 'objection';
import type { SyncOptions } from '../../src/sync';
import { DATABASES } from '../support/databases';
import { testEngine, type TestEngine, type TestRow, told } from '../support/engine';

/** In an order in which they can be filled. `membership` is not a join table, because its rows need a role. */
const TABLES = {
  person: `id integer NOT NULL PRIMARY KEY, code varchar(20) UNIQUE, name varchar(20), town varchar(20) NOT NULL DEFAULT '', boss_id integer,
    FOREIGN KEY (boss_id) REFERENCES person (id) ON DELETE SET NULL`,
  house: `id integer NOT NULL PRIMARY KEY, owner_id integer, FOREIGN KEY (owner_id) REFERENCES person (id) ON DELETE CASCADE`,
  car: `id integer NOT NULL PRIMARY KEY, driver_id integer NOT NULL, FOREIGN KEY (driver_id) REFERENCES person (id)`,
  passport: `id integer NOT NULL PRIMARY KEY, person_id integer UNIQUE, FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE SET NULL`,
  tag: `id integer NOT NULL PRIMARY KEY, label varchar(20) UNIQUE`,
  person_tag: `person_id integer NOT NULL, tag_id integer NOT NULL, PRIMARY KEY (person_id, tag_id),
    FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE CASCADE, FOREIGN KEY (tag_id) REFERENCES tag (id) ON DELETE CASCADE`,
  friend: `one_id integer NOT NULL, other_id integer NOT NULL, PRIMARY KEY (one_id, other_id),
    FOREIGN KEY (one_id) REFERENCES person (id), FOREIGN KEY (other_id) REFERENCES person (id)`,
  membership: `person_id integer NOT NULL, club integer NOT NULL, role varchar(20) NOT NULL, PRIMARY KEY (person_id, club),
    FOREIGN KEY (person_id) REFERENCES person (id)`,
  secret: `person_id integer, FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE CASCADE`,
  room: `building integer NOT NULL, number integer NOT NULL, code varchar(20) UNIQUE, floor integer, PRIMARY KEY (building, number)`,
  lamp: `id integer NOT NULL PRIMARY KEY, building integer, number integer, FOREIGN KEY (building, number) REFERENCES room (building, number)`,
};

type Table = keyof typeof TABLES;
const NAMES = Object.keys(TABLES) as Table[];

/** The columns of a test's values, in their order. */
const COLUMNS: Readonly<Record<Table, readonly string[]>> = {
  person: ['id', 'code', 'name', 'town', 'boss_id'],
  house: ['id', 'owner_id'],
  car: ['id', 'driver_id'],
  passport: ['id', 'person_id'],
  tag: ['id', 'label'],
  person_tag: ['person_id', 'tag_id'],
  friend: ['one_id', 'other_id'],
  membership: ['person_id', 'club', 'role'],
  secret: ['person_id'],
  room: ['building', 'number', 'code', 'floor'],
  lamp: ['id', 'building', 'number'],
};

type Values = readonly (string | number | null)[];
type Contents = Readonly<Partial<Record<Table, readonly Values[]>>>;
/** `system model key` → id */
type Mappings = Readonly<Record<string, string>>;

interface Case {
  readonly what: string;
  readonly model?: Table;
  readonly before: Contents;
  readonly mapped: Mappings;
  readonly rows: readonly TestRow[];
  readonly options?: Partial<SyncOptions>;
  readonly outcomes: readonly string[];
  /** The contents of the tables that change. */
  readonly after: Contents;
  readonly mappedAfter: Mappings;
  /** The changes of the first row: field, before and after. */
  readonly changes?: readonly Values[];
  readonly alsoDeleted?: readonly string[];
}

const LINKED = { 'Test person k': '1' };
const ROW: TestRow = { $key: 'k', $match: 'code', $flags: 'u*', code: 'B' };
const TWO: readonly Values[] = [[1, 'A', 'Ann', 'Rome', null], [2, 'B', 'Bob', 'Oslo', null]]; // prettier-ignore
const ONE: readonly Values[] = [[1, 'B', 'Ann', 'Rome', null]];
/** The common part of most cases. */
const MERGED = { rows: [ROW], outcomes: ['UPDATED'], mapped: LINKED, mappedAfter: LINKED };
const STAYS = { rows: [ROW], mapped: LINKED, mappedAfter: LINKED, after: {} };

const CASES: readonly Case[] = [
  { ...MERGED, what: 'mappings of several systems move', before: { person: TWO }, after: { person: ONE },
    mapped: { ...LINKED, 'A person a': '2', 'B person b': '2', 'B person k': '1', 'B house b': '2' },
    mappedAfter: { ...LINKED, 'A person a': '1', 'B person b': '1', 'B person k': '1', 'B house b': '2' },
    changes: [['code', 'A', 'B']], alsoDeleted: ['2'] },
  { ...MERGED, what: 'foreign keys of several tables move, whatever their ON DELETE',
    before: { person: TWO, house: [[1, 1], [2, 2], [3, 2]], car: [[1, 2]], passport: [[1, 2]], secret: [[2], [2], [null]] },
    after: { person: ONE, house: [[1, 1], [2, 1], [3, 1]], car: [[1, 1]], passport: [[1, 1]], secret: [[1], [1], [null]] } },
  { ...MERGED, what: 'foreign keys of its own table move',
    before: { person: [[1, 'A', 'Ann', 'Rome', 2], [2, 'B', 'Bob', 'Oslo', 2], [3, 'C', 'Cid', 'Bonn', 2]] },
    after: { person: [[1, 'B', 'Ann', 'Rome', 1], [3, 'C', 'Cid', 'Bonn', 1]] }, changes: [['code', 'A', 'B'], ['boss_id', 2, 1]] },
  { ...MERGED, what: 'a taken reference to the matched object itself leads to the linked one',
    before: { person: [[1, 'A', 'Ann', 'Rome', null], [2, 'B', 'Bob', 'Oslo', 2]] },
    after: { person: [[1, 'B', 'Ann', 'Rome', 1]] }, changes: [['code', 'A', 'B'], ['boss_id', null, 1]] },
  { ...MERGED, what: 'links move, and are there once', before: { person: TWO, tag: [[1, 'x'], [2, 'y'], [3, 'z']], person_tag: [[1, 1], [1, 2], [2, 2], [2, 3]] },
    after: { person: ONE, person_tag: [[1, 1], [1, 2], [1, 3]] } },
  { ...MERGED, what: 'links between the two and to themselves become one link',
    before: { person: [...TWO, [3, 'C', 'Cid', 'Bonn', null]], friend: [[1, 2], [2, 1], [2, 2], [2, 3], [1, 3], [3, 2]] },
    after: { person: [...ONE, [3, 'C', 'Cid', 'Bonn', null]], friend: [[1, 1], [1, 3], [3, 1]] } },
  { ...MERGED, what: 'the row adds to the links of both', before: { person: TWO, tag: [[1, 'x'], [2, 'y'], [3, 'z']], person_tag: [[1, 1], [2, 2]] },
    rows: [{ ...ROW, 'tag=>+label': ['y', 'z'] }], after: { person: ONE, person_tag: [[1, 1], [1, 2], [1, 3]] }, changes: [['code', 'A', 'B'], ['tag', '', '3']] },
  { ...MERGED, what: 'the row sets links in the place of those of both', before: { person: TWO, tag: [[1, 'x'], [2, 'y'], [3, 'z']], person_tag: [[1, 1], [2, 2]] },
    rows: [{ ...ROW, 'tag=>=label': ['z'] }], after: { person: ONE, person_tag: [[1, 3]] }, changes: [['code', 'A', 'B'], ['tag', '1,2', '3']] },
  { ...MERGED, what: 'the row points to itself what pointed to the matched object', before: { person: TWO, house: [[1, 2]] },
    rows: [{ ...ROW, 'house=>id': 1 }], after: { person: ONE, house: [[1, 1]] } },
  { ...MERGED, what: 'empty fields are taken', before: { person: [[1, 'A', null, '', null], [2, 'B', 'Bob', 'Oslo', 3], [3, 'C', 'Cid', 'Bonn', null]] },
    after: { person: [[1, 'B', 'Bob', 'Oslo', 3], [3, 'C', 'Cid', 'Bonn', null]] },
    changes: [['code', 'A', 'B'], ['name', null, 'Bob'], ['town', '', 'Oslo'], ['boss_id', null, 3]] },
  { ...MERGED, what: 'fields that the row gives are not taken, not even for NULL', before: { person: [[1, 'A', null, '', null], [2, 'B', 'Bob', 'Oslo', 3], [3, 'C', 'Cid', 'Bonn', null]] },
    rows: [{ ...ROW, name: null, town: 'Kyiv', 'boss=>code': 'nobody' }], outcomes: ['UPDATED REFERENCE_NOT_FOUND(boss)'],
    after: { person: [[1, 'B', null, 'Kyiv', null], [3, 'C', 'Cid', 'Bonn', null]] }, changes: [['code', 'A', 'B'], ['town', '', 'Kyiv']] },
  { ...MERGED, what: 'a unique value is taken, too', before: { person: [[1, null, 'Ann', 'Rome', null], [2, 'B', 'Bob', 'Oslo', null]] },
    rows: [{ $key: 'k', $match: 'name', $flags: 'u*', name: 'Bob' }], after: { person: [[1, 'B', 'Bob', 'Rome', null]] }, changes: [['name', 'Ann', 'Bob'], ['code', null, 'B']] },
  { ...MERGED, what: 'nothing else changes', before: { person: TWO }, rows: [{ $key: 'k', $match: 'name', $flags: 'u*', name: 'Bob', town: 'Rome' }],
    after: { person: [[1, 'A', 'Bob', 'Rome', null]] }, changes: [['name', 'Ann', 'Bob']] },
  { ...MERGED, what: 'a composite key', model: 'room', mapped: { 'Test room k': '[1,1]', 'A room a': '[2,7]' }, mappedAfter: { 'Test room k': '[1,1]', 'A room a': '[1,1]' },
    before: { room: [[1, 1, 'A', null], [2, 7, 'B', 4], [2, 1, 'C', 5]], lamp: [[1, 2, 7], [2, 2, 1], [3, 1, 1], [4, 2, null]] },
    after: { room: [[1, 1, 'B', 4], [2, 1, 'C', 5]], lamp: [[1, 1, 1], [2, 2, 1], [3, 1, 1], [4, 2, null]] }, alsoDeleted: ['[2,7]'] },
  { ...MERGED, what: 'objects whose key is the foreign key keep their mappings', before: { person: TWO, membership: [[2, 7, 'chair'], [1, 8, 'guest']] },
    mapped: { ...LINKED, 'A membership m': '[2,7]', 'A membership n': '[1,8]' }, mappedAfter: { ...LINKED, 'A membership m': '[1,7]', 'A membership n': '[1,8]' },
    after: { person: ONE, membership: [[1, 7, 'chair'], [1, 8, 'guest']] } },
  { ...MERGED, what: 'rows before and after it act as if alone', before: { person: [...TWO, [3, 'C', 'Cid', 'Bonn', 2]], house: [[1, 2]] },
    mapped: { ...LINKED, 'Test person c': '3', 'A person a': '2' }, mappedAfter: { ...LINKED, 'Test person c': '3', 'A person a': '1', 'Test person d': '1' },
    rows: [{ $key: 'c', $flags: 'u*', name: 'Cyd' }, ROW, { $key: 'd', $match: 'house=>id', $flags: 'u', 'house=>id': 1 }, { $key: 'c', $flags: 'u*', 'boss=>@A': 'a', town: 'Bern' }],
    outcomes: ['UPDATED', 'UPDATED', 'UNCHANGED KEYS_SHARE_OBJECT(external_key)', 'UPDATED'], after: { person: [...ONE, [3, 'C', 'Cyd', 'Bern', 1]], house: [[1, 1]] } },
  { ...MERGED, what: 'two objects into one', before: { person: [...TWO, [3, 'C', null, 'Bonn', 2]], house: [[1, 2], [2, 3]] },
    rows: [ROW, { ...ROW, code: 'C' }], outcomes: ['UPDATED', 'UPDATED'], after: { person: [[1, 'C', 'Ann', 'Rome', 1]], house: [[1, 1], [2, 1]] } },
  { ...STAYS, what: 'an unforced update leaves both', before: { person: TWO, house: [[1, 2]] }, rows: [{ ...ROW, $flags: 'u' }], outcomes: ['UNCHANGED MATCH_CONFLICT(match_on)'] },
  { ...STAYS, what: 'another record of the same system stays', before: { person: TWO, house: [[1, 2]] }, rows: [{ ...ROW, $match: 'name', code: 'Z', name: 'Bob' }],
    mapped: { ...LINKED, 'Test person other': '2' }, mappedAfter: { ...LINKED, 'Test person other': '2' }, outcomes: ['UPDATED MATCH_CONFLICT(match_on)'],
    after: { person: [[1, 'Z', 'Bob', 'Rome', null], [2, 'B', 'Bob', 'Oslo', null]] } },
  { ...STAYS, what: 'a row that fails leaves everything', before: { person: TWO, house: [[1, 2]] }, rows: [{ ...ROW, 'boss=>code': 'nobody' }], options: { onUnresolvedReference: 'FAIL' },
    outcomes: ['FAILED REFERENCE_NOT_FOUND(boss)'] },
  { ...STAYS, what: 'a has-one that both have fails the row', before: { person: TWO, house: [[1, 2]], passport: [[1, 1], [2, 2]] },
    outcomes: ['FAILED UNIQUE_VIOLATION(person_id)'], mapped: { ...LINKED, 'A person a': '2' }, mappedAfter: { ...LINKED, 'A person a': '2' } },
  { ...STAYS, what: 'a dry run leaves everything', before: { person: TWO, house: [[1, 2]] }, options: { dryRun: true }, outcomes: ['UPDATED'], changes: [['code', 'A', 'B']], alsoDeleted: ['2'] },
  { ...STAYS, what: 'a run that is rolled back leaves everything', before: { person: TWO, house: [[1, 2]] }, options: { onError: 'ROLLBACK' },
    rows: [ROW, { $key: 'new', $flags: 'cd', code: 'N' }], outcomes: ['UPDATED', 'FAILED INVALID_ACTION_FLAGS(action_flags)'] },
]; // prettier-ignore

async function fill(knex: Knex, contents: Contents, mapped: Mappings): Promise<void> {
  for (const table of NAMES.toReversed()) await knex(table).delete();
  await knex('nsync_external_key_mappings').delete();
  for (const table of NAMES) {
    const rows = (contents[table] ?? []).map((values) =>
      Object.fromEntries(COLUMNS[table].map((name, index) => [name, values[index] ?? null])),
    );
    for (const row of rows) await knex(table).insert('boss_id' in row ? { ...row, boss_id: null } : row);
    for (const { id, boss_id } of rows) if (boss_id) await knex(table).where({ id }).update({ boss_id });
  }
  for (const [name, id] of Object.entries(mapped)) {
    const [system = '', model = '', key = ''] = name.split(' ');
    const now = new Date();
    const known = (): Knex.QueryBuilder => knex('nsync_external_systems').where({ name: system }).first('id');
    if (!(await known())) await knex('nsync_external_systems').insert({ name: system, created_at: now });
    const { id: external_system_id } = (await known()) as { id: number };
    const mapping = { external_system_id, model, external_key: key, object_id: id };
    await knex('nsync_external_key_mappings').insert({ ...mapping, created_at: now, updated_at: now });
  }
}

const sorted = (rows: readonly Values[]): string[] => rows.map((row) => JSON.stringify(row)).sort();

async function contentsOf(knex: Knex): Promise<Record<string, string[]>> {
  const contents: Record<string, string[]> = {};
  for (const table of NAMES) {
    const rows = (await knex(table)) as Record<string, string | number | null>[];
    contents[table] = sorted(rows.map((row) => COLUMNS[table].map((name) => row[name] ?? null)));
  }
  return contents;
}

async function mappingsOf(knex: Knex): Promise<Mappings> {
  const rows = (await knex('nsync_external_key_mappings')
    .join('nsync_external_systems', 'nsync_external_systems.id', 'external_system_id')
    .select('name', 'model', 'external_key', 'object_id')) as Record<string, string>[];
  return Object.fromEntries(
    rows.map(({ name, model, external_key: key, object_id: id }) => [`${name} ${model} ${key}`, id ?? '']),
  );
}

class Person extends Model {
  static override tableName = 'person';
  static override relationMappings = (): RelationMappings => ({
    houses: { relation: Model.HasManyRelation, modelClass: House, join: { from: 'person.id', to: 'house.owner_id' } },
    tags: {
      relation: Model.ManyToManyRelation,
      modelClass: Tag,
      join: { from: 'person.id', through: { from: 'person_tag.person_id', to: 'person_tag.tag_id' }, to: 'tag.id' },
    },
  });
}
class House extends Model {
  static override tableName = 'house';
}
class Tag extends Model {
  static override tableName = 'tag';
}

it.each(DATABASES)('R10: relations without foreign keys in the database move on $name', async (kind) => {
  const engine = await testEngine(kind, [Person, House, Tag], async ({ database: { knex } }) => {
    const withoutKeys = (columns: string): string => columns.replaceAll(/,\s*FOREIGN KEY .*$/gs, '');
    for (const table of ['person', 'house', 'tag', 'person_tag'] as const)
      await knex.raw(`CREATE TABLE ${table} (${withoutKeys(TABLES[table])})`);
  });
  try {
    const { knex } = engine.test.database;
    await engine.sync('Person', [{ $key: 'k', id: 1, code: 'A', name: 'Ann' }]);
    await engine.sync('Person', [{ $key: 'a', id: 2, code: 'B', name: 'Bob' }], { system: 'A' });
    await knex('house').insert({ id: 1, owner_id: 2 });
    await knex('person_tag').insert({ person_id: 1, tag_id: 1 });
    await knex('person_tag').insert({ person_id: 2, tag_id: 1 });
    await knex('person_tag').insert({ person_id: 2, tag_id: 2 });
    expect((await engine.sync('Person', [ROW], { onMatchConflict: 'MERGE' })).map(told)).toEqual(['UPDATED']);
    expect(await knex('house').select('owner_id')).toEqual([{ owner_id: 1 }]);
    expect(await knex('person_tag').orderBy('tag_id')).toEqual([{ person_id: 1, tag_id: 1 }, { person_id: 1, tag_id: 2 }]); // prettier-ignore
    expect(await mappingsOf(knex)).toEqual({ 'Test Person k': '1', 'A Person a': '1' });
  } finally {
    await engine.close();
  }
});

describe.each(DATABASES)('a merge on $name', (kind) => {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await testEngine(kind, null, async ({ database }) => {
      for (const [table, columns] of Object.entries(TABLES))
        await database.knex.raw(`CREATE TABLE ${table} (${columns})`);
    });
  });
  afterAll(() => engine.close());

  it.each(CASES)(
    'R10: $what',
    async ({ model = 'person', before, mapped, rows, options, outcomes, after, ...rest }) => {
      const { knex } = engine.test.database;
      for (const chunkSize of [1, 2, 1000]) {
        await fill(knex, before, mapped);
        const results = await engine.sync(model, rows, { onMatchConflict: 'MERGE', ...options, chunkSize });
        expect(results.map(told)).toEqual(outcomes);
        const expected = Object.fromEntries(NAMES.map((name) => [name, sorted(after[name] ?? before[name] ?? [])]));
        expect(await contentsOf(knex)).toEqual(expected);
        expect(await mappingsOf(knex)).toEqual(rest.mappedAfter);
        const [first] = results;
        const plain = (value: unknown): unknown => (Array.isArray(value) ? value.join() : value);
        const changes = first?.changes.map((change) => [change.field, plain(change.before), plain(change.after)]);
        if (rest.changes) expect(changes).toEqual(rest.changes);
        if (rest.alsoDeleted) expect(first?.alsoDeleted).toEqual(rest.alsoDeleted);
      }
    },
  );
});
