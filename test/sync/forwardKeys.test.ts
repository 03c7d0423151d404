/** A row that refers to the object of a later row fails, in chunks of any size and however the database checks the key (R40, R45). */
import { type DatabaseKind, DATABASES } from '../support/databases';
import { testEngine, type TestRow, told } from '../support/engine';

const KEY: Record<DatabaseKind['name'], string> = {
  SQLite: 'integer PRIMARY KEY',
  MariaDB: 'integer PRIMARY KEY AUTO_INCREMENT',
  PostgreSQL: 'serial PRIMARY KEY',
};
const CHECKED = ['', 'DEFERRABLE INITIALLY DEFERRED'];

const cases = DATABASES.flatMap((kind) =>
  CHECKED.filter((checked) => kind.name !== 'MariaDB' || checked === '').map((checked) => ({ kind, checked, name: kind.name })),
); // prettier-ignore

const VIOLATION = 'FAILED FOREIGN_KEY_VIOLATION(boss)';

const STEPS: readonly (readonly [what: string, rows: readonly TestRow[], expected: readonly string[]])[] = [
  [
    'with ids of the rows',
    [
      { id: 11, name: 'a', boss: 12 },
      { id: 12, name: 'b', boss: 11 },
      { id: 13, name: 'c', boss: 13 },
      { id: 14, name: 'd', boss: 13 },
      { id: 15, name: 'e' },
      { id: 16, name: 'f', boss: 17 },
      { id: 17, name: 'g', boss: 14 },
    ],
    [VIOLATION, VIOLATION, 'CREATED', 'CREATED', 'CREATED', VIOLATION, 'CREATED'],
  ],
  [
    'with keys of text in another case',
    [
      { name: 'a', mentor: 'B' },
      { name: 'b' },
    ],
    [expect.stringMatching(/^FAILED FOREIGN_KEY_VIOLATION/) as string, 'CREATED'],
  ], // prettier-ignore
];

describe.each(cases)('a key that points forward on $name, $checked', ({ kind, checked }) => {
  it.each(STEPS)('R40, R45: %s', async (_what, rows, expected) => {
    const text = { SQLite: 'varchar(20) COLLATE NOCASE', MariaDB: 'varchar(20)', PostgreSQL: 'citext' }[kind.name];
    for (const chunkSize of [1, 1000]) {
      const engine = await testEngine(kind, null, async ({ database: { knex } }) => {
        if (kind.name === 'PostgreSQL') await knex.raw('CREATE EXTENSION IF NOT EXISTS citext');
        await knex.raw(
          `CREATE TABLE staff (id ${KEY[kind.name]}, name ${text} UNIQUE, boss integer, mentor ${text},
             FOREIGN KEY (boss) REFERENCES staff (id) ${checked}, FOREIGN KEY (mentor) REFERENCES staff (name) ${checked})`,
        );
      });
      try {
        const outcomes = await engine.sync('staff', rows.map((row) => ({ $match: 'name', ...row })), { chunkSize }); // prettier-ignore
        expect({ chunkSize, told: outcomes.map(told) }).toEqual({ chunkSize, told: expected });
      } finally {
        await engine.close();
      }
    }
  });
});
