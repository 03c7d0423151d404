/**
 * R46: shown values can be sent back, for the column types of every database. Plain SQL writes the values, and `objects` reads them. Each type has a
 * table of its own.
 */
import fc from 'fast-check';
import { RUNS, SEEDS } from '../support/budget';
import { DATABASES, type DatabaseKind } from '../support/databases';
import { type ZeroCode, zeroCode } from '../zeroCode/support';
import { type ColumnTypeCase, type DatabaseTypes, type Json, NONE } from './columnTypes';
import { MARIADB } from './mariadb';
import { POSTGRES } from './postgres';
import { SQLITE } from './sqlite';
import { csvCell, User } from './user';

const TYPES: Readonly<Record<DatabaseKind['name'], DatabaseTypes>> = {
  SQLite: SQLITE,
  MariaDB: MARIADB,
  PostgreSQL: POSTGRES,
};

/** The ids of created objects follow those that plain SQL inserted. */
const FIRST_CREATED = 1000;

const tableOf = (index: number): string => `t${index}`;

describe.each(DATABASES)('R46: column types of $name', (kind) => {
  const { before = [], cases, countWrites } = TYPES[kind.name];
  let zero: ZeroCode;

  beforeAll(async () => {
    zero = await zeroCode(kind, [
      ...before,
      'CREATE TABLE writes (name varchar(20) NOT NULL)',
      ...cases.map(({ type }, index) => `CREATE TABLE ${tableOf(index)} (id int NOT NULL PRIMARY KEY, value ${type})`),
    ]);
    // The models are already read, so the engine does not notice the trigger that counts writes.
    const { knex } = zero.server.server.database;
    for (const [index, { stored }] of cases.entries()) {
      const inserts = stored.map(
        ([sql], row) => `INSERT INTO ${tableOf(index)} (id, value) VALUES (${row + 1}, ${sql})`,
      );
      for (const sql of [...inserts, ...countWrites(tableOf(index))]) await knex.raw(sql.replaceAll('?', '\\?'));
    }
  });
  afterAll(() => zero.server.stop());

  const writesOf = async (table: string): Promise<number> =>
    ((await zero.server.server.database.knex('writes').where({ name: table })) as unknown[]).length;

  const named = cases.map((item, index) => [item.type, item, tableOf(index)] as const);
  const writable = named.filter(([, { isReadOnly }]) => isReadOnly !== true);

  it.each(named)('%s: objects shows each value, and what is shown is UNCHANGED', async (_, { stored }, table) => {
    const user = new User(zero, table);
    const shown = await user.shown();
    expect(stored.map(([sql], row) => [sql, shown.get(row + 1)])).toEqual(stored);
    const rows = stored.map(([, value], row) => ({ id: row + 1, value }));
    expect(await user.sync('u*', 'id', rows)).toEqual(rows.map(({ id }) => `UNCHANGED ${id}`));
    expect(await writesOf(table)).toBe(0);
  });

  it.each(writable)('%s: what is shown is UNCHANGED as text of a file', async (_, { stored }, table) => {
    const lines = stored.map(([, value], row) => `${row + 1},${csvCell(value)}`);
    const outcomes = await new User(zero, table).updateFromCsv(['id,value', ...lines, ''].join('\n'));
    expect(outcomes).toEqual({ unchanged: stored.length, others: [] });
    expect(await writesOf(table)).toBe(0);
  });

  it.each(named)('%s: match_on finds what is shown, or says that there is no equality', async (_, item, table) => {
    // An empty text alone matches nothing (R7).
    const found = item.stored.flatMap(([, value], row) => (value === '' ? [] : [{ id: row + 1, value }]));
    const rows = found.map(({ value }) => ({ value }));
    const outcomes = await new User(zero, table).sync('u*', 'value', rows);
    expect(outcomes).toEqual(
      found.map(({ id }) => (item.compared === NONE ? 'FAILED - UNKNOWN_MATCH_FIELD(value)' : `UNCHANGED ${id}`)),
    );
  });

  it.each(writable.filter(([, { accepted }]) => accepted))(
    '%s: another spelling is UNCHANGED the second time',
    async (_, { accepted = [] }, table) => {
      const user = new User(zero, table);
      const rows = accepted.map(([value], row) => ({ id: FIRST_CREATED + row, value }));
      const outcomes = (status: string): string[] => rows.map(({ id }) => `${status} ${id}`);
      expect(await user.sync('cu*', 'id', rows)).toEqual(outcomes('CREATED'));
      const shown = await user.shown();
      expect(accepted.map(([sent], row) => [sent, shown.get(FIRST_CREATED + row)])).toEqual(accepted);
      expect(await user.sync('cu*', 'id', rows)).toEqual(outcomes('UNCHANGED'));
      await user.sync('d*', 'id', rows.map(({ id }) => ({ id }))); // prettier-ignore
    },
  );

  it.each(writable.filter(([, { refused }]) => refused))(
    '%s: what does not fit is INVALID_VALUE, and names the field (R14)',
    async (_, { refused = [] }, table) => {
      const rows = refused.map((value, row) => ({ id: FIRST_CREATED + row, value }));
      const outcomes = await new User(zero, table).sync('cu*', 'id', rows);
      expect(outcomes.map((outcome, row) => [refused[row], outcome])).toEqual(
        refused.map((value) => [value, 'FAILED - INVALID_VALUE(value)']),
      );
    },
  );

  for (const [type, item, table] of writable) {
    const { generated } = item;
    if (generated)
      it(`${type}: any value that is taken can be sent back and found`, () =>
        checkAnyValue(new User(zero, table), item, generated));
  }

  it('a write to a column that is not writable fails its row and says why', async () => {
    const models = await zero.models();
    for (const [index, { type, isReadOnly = false, stored }] of cases.entries()) {
      const value = models.find(({ name }) => name === tableOf(index))?.fields.find(({ name }) => name === 'value');
      expect([type, value?.writable]).toEqual([type, !isReadOnly]);
      if (!isReadOnly) continue;
      const [[, shown] = []] = stored;
      const outcomes = await new User(zero, tableOf(index)).sync('cu*', 'id', [{ id: 900, value: shown ?? 'x' }]);
      expect(outcomes).toEqual(['FAILED - INVALID_VALUE(value)']);
      expect(await new User(zero, tableOf(index)).sync('u*', 'id', [{ id: 1, value: stored[1]?.[1] ?? null }])).toEqual(
        ['FAILED 1 INVALID_VALUE(value)'],
      );
    }
  });
});

async function checkAnyValue(user: User, { compared }: ColumnTypeCase, generated: fc.Arbitrary<Json>): Promise<void> {
  const id = FIRST_CREATED;
  await fc.assert(
    fc.asyncProperty(generated, async (value) => {
      await user.sync('d*', 'id', [{ id }]);
      expect(await user.sync('cu*', 'id', [{ id, value }])).toEqual([`CREATED ${id}`]);
      expect(await user.sync('cu*', 'id', [{ id, value }])).toEqual([`UNCHANGED ${id}`]);
      const shown = (await user.shown()).get(id) ?? null;
      expect(await user.sync('u*', 'id', [{ id, value: shown }])).toEqual([`UNCHANGED ${id}`]);
      if (compared !== NONE && shown !== null && shown !== '')
        expect(await user.sync('u*', 'id value', [{ id, value: shown }])).toEqual([`UNCHANGED ${id}`]);
    }),
    { numRuns: RUNS ?? 8, seed: SEEDS.at(-1) },
  );
  await user.sync('d*', 'id', [{ id }]);
}
