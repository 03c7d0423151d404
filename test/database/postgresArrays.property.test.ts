/** Values reach PostgreSQL unchanged, whatever they contain. */
import fc from 'fast-check';
import { arrayOf } from '../../src/database/postgres/arrays';
import { DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';

const PIECES = ['a', 'é', '"', '\\', '{', '}', ',', ' ', '\n', '\u001f', 'NULL', "'", '?'];
const text = fc.array(fc.constantFrom(...PIECES), { maxLength: 3 }).map((pieces) => pieces.join(''));

describe('an array on its way to PostgreSQL', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    const postgres = DATABASES.find(({ name }) => name === 'PostgreSQL');
    if (!postgres) throw new Error('no PostgreSQL to test with');
    test = await migratedDatabase(postgres);
  });
  afterAll(() => test.drop());

  it.each(['text', 'varchar', 'character varying'])(
    'R14: has the texts and NULLs that it was given, as %s',
    async (type) => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.option(text, { freq: 6 }), { maxLength: 5 }), async (values) => {
          const { sql, binding } = arrayOf(type, values);
          const { rows } = (await test.database.knex.raw(`SELECT to_json(${sql}) AS found`, [binding])) as {
            rows: { found: unknown }[];
          };
          const [{ found } = { found: null }] = rows;
          expect(typeof found === 'string' ? JSON.parse(found) : found).toEqual(values);
        }),
        { numRuns: 200 },
      );
    },
  );

  it('R14: has numbers and NULLs', async () => {
    const { sql, binding } = arrayOf('integer', [1, null, -3]);
    const { rows } = (await test.database.knex.raw(`SELECT (${sql})::text AS found`, [binding])) as {
      rows: { found: string }[];
    };
    expect(rows).toEqual([{ found: '{1,NULL,-3}' }]);
  });
});
