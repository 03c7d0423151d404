/** A matched object other than the linked one (R10). */
import { Car, House, Person, Tag } from '../../src/demo/models';
import { createDemoTables } from '../../src/demo/tables';
import { DATABASES } from '../support/databases';
import { testEngine, type TestRow, told } from '../support/engine';

const person = (key: string, employee: string): TestRow => ({
  $key: key,
  $match: 'employee_id',
  employee_id: employee,
  first_name: key,
  last_name: 'L',
});

describe.each(DATABASES)('conflicts on $name', (kind) => {
  it('R10: objects that a forced update deletes count as deleted', async () => {
    const engine = await testEngine(kind, [Person, House, Car, Tag], ({ database }) => createDemoTables(database.knex));
    try {
      await engine.sync('Person', [person('k1', 'A')]);
      await engine.sync('Person', [person('x', 'B')], { system: 'Other' });
      const outcomes = await engine.sync('Person', [person('k1', 'B')]);
      expect(outcomes).toMatchObject([{ status: 'UPDATED', alsoDeleted: [expect.any(String)] }]);
      const [{ deleted } = { deleted: null }] = (await engine.test.database
        .knex('nsync_run_sources')
        .select({ deleted: 'deleted_count' })
        .orderBy('id', 'desc')
        .limit(1)) as { deleted: unknown }[];
      expect(Number(deleted)).toBe(1);
    } finally {
      await engine.close();
    }
  });

  it('R10: records of one source that exchange match values keep their objects, whatever the chunk size', async () => {
    const engine = await testEngine(kind, [Person, House, Car, Tag], ({ database }) => createDemoTables(database.knex));
    try {
      const { knex } = engine.test.database;
      for (const chunkSize of [1, 2, 1000]) {
        const system = `S${chunkSize}`;
        const keys = ['k1', 'k2', 'k3'].map((key) => `${key} of ${system}`);
        const numbered = (numbers: readonly string[]): TestRow[] =>
          keys.map((key, index) => person(key, `${system} ${numbers[index]}`));
        await engine.sync('Person', numbered(['A', 'B', 'C']), { system, chunkSize });
        const before: unknown[] = await knex('person').select('id').whereIn('first_name', keys).orderBy('id');
        const rotated = await engine.sync('Person', numbered(['B', 'C', 'A']), { system, chunkSize });
        expect(rotated.map(told)).toEqual([
          'UPDATED MATCH_CONFLICT(match_on)',
          'UPDATED MATCH_CONFLICT(match_on)',
          'UPDATED',
        ]);
        expect(rotated.flatMap(({ alsoDeleted }) => alsoDeleted)).toEqual([]);
        expect(await knex('person').select('id').whereIn('first_name', keys).orderBy('id')).toEqual(before);
        expect(rotated[0]?.problems[0]?.message).toMatch(
          /^match_on finds Person \d+ \(external key "k2 of S\d+"\), but external key "k1 of S\d+" is linked to Person/,
        );
      }
    } finally {
      await engine.close();
    }
  });
});
