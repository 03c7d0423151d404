/** Foreign keys that the database would check at the commit are checked row by row (R34). */
import { DATABASES } from '../support/databases';
import { testEngine, type TestEngine, type TestRow, told } from '../support/engine';

const DEFERRED = 'DEFERRABLE INITIALLY DEFERRED';

/** As Django makes them. MariaDB has no deferred constraints. */
const TABLES = [
  'CREATE TABLE author (id integer PRIMARY KEY, name varchar(20) UNIQUE)',
  `CREATE TABLE book (id integer PRIMARY KEY, title varchar(20) UNIQUE, author_id integer REFERENCES author (id) ${DEFERRED},
     sequel_id integer REFERENCES book (id) ${DEFERRED})`,
  'CREATE TABLE tag (id integer PRIMARY KEY, label varchar(20) UNIQUE)',
  `CREATE TABLE book_tag (book_id integer NOT NULL REFERENCES book (id) ${DEFERRED}, tag_id integer NOT NULL REFERENCES tag (id) ${DEFERRED},
     PRIMARY KEY (book_id, tag_id))`,
];

const author = (id: number): TestRow => ({ $match: 'id', id, name: `A${id}` });
const book = (id: number, values: TestRow = {}): TestRow => ({ $match: 'id', id, title: `T${id}`, ...values });

const VIOLATION = expect.stringMatching(/^FAILED FOREIGN_KEY_VIOLATION/) as string;

describe.each(DATABASES.filter(({ name }) => name !== 'MariaDB'))('deferred foreign keys on $name', (kind) => {
  const within = async (work: (engine: TestEngine) => Promise<void>): Promise<void> => {
    const engine = await testEngine(kind, null, async ({ database }) => {
      for (const statement of TABLES) await database.knex.raw(statement);
    });
    try {
      await work(engine);
    } finally {
      await engine.close();
    }
  };

  it.each(['ROLLBACK', 'CONTINUE'] as const)(
    'R34: a row that breaks one fails alone, and leaves nothing stuck (%s)',
    async (onError) => {
      for (const chunkSize of [1, 1000])
        await within(async (engine) => {
          await engine.sync('author', [author(1), author(2)], { chunkSize });
          await engine.sync('tag', [{ $match: 'id', id: 1, label: 'x' }], { chunkSize });
          const steps: readonly (readonly [string, readonly TestRow[], readonly unknown[]])[] = [
            ['book', [book(1, { author_id: 1 }), book(2, { author_id: 9 }), book(3, { author_id: 2 })], ['CREATED', VIOLATION, 'CREATED']], // prettier-ignore
            [
              'book',
              [book(1, { author_id: 1 }), book(3, { author_id: 2, sequel_id: 3 })],
              expect.any(Array) as unknown[],
            ],
            ['book', [book(1, { author_id: 8 }), book(3, { sequel_id: 1 })], [VIOLATION, 'UPDATED']],
            [
              'author',
              [
                { ...author(1), $flags: 'd*' },
                { ...author(2), name: 'B' },
              ],
              [VIOLATION, 'UPDATED'],
            ],
            [
              'book',
              [
                { ...book(3), $flags: 'd*' },
                { ...book(1), $flags: 'd*' },
              ],
              ['DELETED', 'DELETED'],
            ],
            ['author', [{ ...author(1), $flags: 'd*' }], ['DELETED']],
          ];
          for (const [model, rows, expected] of steps) {
            const outcomes = await engine.sync(model, rows, { onError, chunkSize });
            const failed = outcomes.filter(({ status }) => status === 'FAILED').length;
            expect(outcomes.map(told)).toEqual(expected);
            // A run that was rolled back is made again, for the steps after it.
            if (onError === 'ROLLBACK' && failed > 0)
            await engine.sync(model, rows.filter((_, index) => outcomes[index]?.status !== 'FAILED'), { chunkSize }); // prettier-ignore
          }
          const left: unknown[] = await engine.test.database.knex('book');
          expect(left).toEqual([]);
        });
    },
  );

  it('R34: links of a join table, too', async () => {
    await within(async (engine) => {
      await engine.sync('tag', [{ $match: 'id', id: 1, label: 'x' }]);
      const [created] = await engine.sync('book', [book(1, { 'tag=>+label': 'x' })]);
      expect(created && told(created)).toBe('CREATED');
      const outcomes = await engine.sync('tag', [
        { $match: 'id', id: 1, $flags: 'd*' },
        { $match: 'id', id: 2, label: 'y' },
      ]);
      expect(outcomes.map(told)).toEqual([VIOLATION, 'CREATED']);
    });
  });
});
