/** Rows refer to others whose insert is not answered yet, on databases that keep the ids (Dialect.keepsIds). */
import { openDatabase } from '../../src/database';
import type { ColumnInfo } from '../../src/database/catalog';
import { DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';
import { failureOf } from '../support/failureOf';

const NAMES = ['a', 'b', 'c', 'd'];
/** For each child, the index of its parent. */
const PARENTS = [2, 0, 0, 3, 1];

describe.each(DATABASES.filter(({ name }) => name === 'MariaDB'))('kept ids on $name', (kind) => {
  let test: TestDatabase;
  let columns: (table: string, ...names: readonly string[]) => ColumnInfo[];
  beforeEach(async () => {
    test = await migratedDatabase(kind);
    const { knex, dialect } = test.database;
    await knex.raw('CREATE TABLE parent (id bigint unsigned AUTO_INCREMENT PRIMARY KEY, name longtext)');
    await knex.raw(
      'CREATE TABLE child (id bigint AUTO_INCREMENT PRIMARY KEY, parent_id bigint NOT NULL, place integer)',
    );
    const { tables } = await dialect.readCatalog(knex, ['parent', 'child']);
    columns = (table, ...names) => {
      const found = tables.get(table)?.columns ?? [];
      return names.flatMap((name) => found.find((column) => column.name === name) ?? []);
    };
  });
  afterEach(() => test.drop());

  /** Inserts parents, and children in one or several statements, without waiting for any answer. Returns the ids of the parents. */
  async function insertTogether(
    names: readonly string[],
    step: number,
    childParts: readonly (readonly number[])[],
  ): Promise<unknown[]> {
    const { knex, dialect } = test.database;
    const [id] = columns('parent', 'id');
    const [parentId] = columns('child', 'parent_id');
    if (!id || !parentId) throw new Error('the tables have no ids');
    return knex.transaction(async (trx) => {
      await trx.raw(`SET SESSION auto_increment_increment = ${step}`);
      const written = dialect.insertRows(trx, { table: 'parent', columns: columns('parent', 'name'), values: [names], count: names.length, returning: [id], keepIdsAs: 'parents' }); // prettier-ignore
      const children = childParts.map(
        (rows) =>
        dialect.insertRows(trx, { table: 'child', columns: columns('child', 'place'), values: [rows], count: rows.length, returning: [], keptIds: { name: 'parents', column: parentId, rows } }), // prettier-ignore
      );
      const [parents] = await Promise.all([written, ...children]);
      return (parents ?? []).map((row) => row.id);
    });
  }

  it.each([1, 3])('are those of the rows, if the database counts in steps of %i', async (step) => {
    const other = openDatabase(test.url);
    try {
      const ids = await insertTogether(NAMES, step, [PARENTS]);
      const stored = (await other.knex('parent').orderBy('id').select('id', 'name')) as { id: number; name: string }[];
      expect(stored).toEqual(NAMES.map((name, index) => ({ id: ids[index], name })));
      expect(Number(stored[1]?.id) - Number(stored[0]?.id)).toBe(step);
      const children: unknown[] = await other.knex('child').join('parent', 'parent.id', 'parent_id').orderBy('child.id').select('name', 'place'); // prettier-ignore
      expect(children).toEqual(PARENTS.map((place) => ({ name: NAMES[place], place })));
    } finally {
      await other.close();
    }
  });

  it('stay the same for several inserts that refer to them', async () => {
    await insertTogether(
      NAMES,
      1,
      PARENTS.map((parent) => [parent]),
    );
    const children = (await test.database.knex('child').join('parent', 'parent.id', 'parent_id').orderBy('child.id').pluck('name')) as string[]; // prettier-ignore
    expect(children).toEqual(PARENTS.map((parent) => NAMES[parent]));
  });

  it('are refused to rows that do not fit into one statement, before any is written', async () => {
    const long = 'x'.repeat(3_000_000);
    expect(await failureOf(insertTogether([long, long], 1, [[1]]))).toMatchObject({ message: expect.stringMatching(/must fit into one statement/) as unknown }); // prettier-ignore
    expect(await test.database.knex('parent').pluck('id')).toEqual([]);
  });
});
