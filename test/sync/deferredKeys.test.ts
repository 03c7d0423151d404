/** Foreign keys that the database would check at the commit are checked row by row (R34). */
import { DATABASES } from '../support/databases';
import { testEngine, type TestEngine, type TestRow, told } from '../support/engine';

const DEFERRED = 'DEFERRABLE INITIALLY DEFERRED';

/** Like Django's tables. MariaDB has no deferred constraints. */
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
            // A rolled-back run is repeated, for the following steps.
            if (onError === 'ROLLBACK' && failed > 0)
            await engine.sync(model, rows.filter((_, index) => outcomes[index]?.status !== 'FAILED'), { chunkSize }); // prettier-ignore
          }
          const left: unknown[] = await engine.test.database.knex('book');
          expect(left).toEqual([]);
        });
    },
  );

  it.each([1, 1000])(
    'R10, R34: an object that others point to is not deleted, though the row points them elsewhere (%i a chunk)',
    async (chunkSize) => {
      await within(async (engine) => {
        await engine.sync('author', [author(1), { ...author(2), $key: 'k' }]);
        await engine.sync('book', [book(1, { author_id: 1 })]);
        const takesOver = { $key: 'k', $match: 'name', name: 'A1', 'book=>title': 'T1' };
        const outcomes = await engine.sync('author', [{ ...author(3), $flags: 'c' }, takesOver], { chunkSize });
        expect(outcomes.map(told)).toEqual(['CREATED', VIOLATION]);
        const names: unknown[] = await engine.test.database.knex('author').orderBy('id').pluck('name');
        expect(names).toEqual(['A1', 'A2', 'A3']);
      });
    },
  );

  it('R13, R34: what a create sets is checked before the update of the same row points the object to itself', async () => {
    await within(async (engine) => {
      const itself = (id: number, sequel: number | null): TestRow =>
        ({ ...book(id), $flags: 'cu*', sequel_id: sequel, 'sequel=>title': `T${id}` }); // prettier-ignore
      await engine.sync('book', [book(1)]);
      const outcomes = await engine.sync('book', [itself(2, null), itself(3, 9), itself(4, 1)]);
      expect(outcomes.map(told)).toEqual(['CREATED', VIOLATION, 'CREATED']);
      const sequels: unknown[] = await engine.test.database.knex('book').orderBy('id').pluck('sequel_id');
      expect(sequels).toEqual([null, 2, 4]);
    });
  });

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

  /** The row itself does not break the key: a trigger or a cascade does. */
  const UNSEEN = [
    'CREATE TABLE org (id integer PRIMARY KEY, name varchar(20) UNIQUE)',
    'CREATE TABLE unit (id integer PRIMARY KEY, org_id integer REFERENCES org (id) ON DELETE CASCADE)',
    `CREATE TABLE report (id integer PRIMARY KEY, unit_id integer REFERENCES unit (id) ${DEFERRED})`,
    "INSERT INTO org VALUES (1, 'free'), (2, 'used')",
    'INSERT INTO unit VALUES (1, 1), (2, 2)',
    'INSERT INTO report VALUES (1, 2)',
    ...(kind.name === 'SQLite'
      ? [
          `CREATE TRIGGER follow AFTER INSERT ON org WHEN NEW.name LIKE 'bad%'
             BEGIN INSERT INTO report (id, unit_id) VALUES (NEW.id, NEW.id + 1000); END`,
        ]
      : [
          `CREATE FUNCTION follow() RETURNS trigger LANGUAGE plpgsql AS
             'BEGIN INSERT INTO report (id, unit_id) VALUES (NEW.id, NEW.id + 1000); RETURN NULL; END'`,
          `CREATE TRIGGER follow AFTER INSERT ON org FOR EACH ROW WHEN (NEW.name LIKE 'bad%') EXECUTE FUNCTION follow()`,
        ]),
  ];
  const org = (id: number, name: string): TestRow => ({ $match: 'id', id, name });
  const gone = (id: number): TestRow => ({ $match: 'id', $flags: 'd*', id });

  it.each(
    [1, 2, 1000].flatMap((chunkSize) =>
      (['ROLLBACK', 'CONTINUE'] as const).flatMap((onError) =>
        [true, false].map((dryRun) => ({ chunkSize, onError, dryRun })),
      ),
    ),
  )('R34: by triggers and cascades, too (%o)', async (options) => {
    const engine = await testEngine(kind, null, async ({ database }) => {
      for (const statement of UNSEEN) await database.knex.raw(statement);
    });
    const { knex } = engine.test.database;
    const names = (): Promise<string[]> => knex('org').orderBy('id').pluck('name');
    try {
      const rows = [org(3, 'a'), org(4, 'bad'), org(5, 'b'), gone(2), gone(1), org(6, 'bad too'), org(7, 'c')];
      const expected = ['CREATED', VIOLATION, 'CREATED', VIOLATION, 'DELETED', VIOLATION, 'CREATED'];
      expect((await engine.sync('org', rows, options)).map(told)).toEqual(expected);
      const stays = !options.dryRun && options.onError === 'CONTINUE';
      expect(await names()).toEqual(stays ? ['used', 'a', 'b', 'c'] : ['free', 'used']);
      // The connection can be used again, and a valid run works as before.
      expect((await engine.sync('org', [org(8, 'd')], options)).map(told)).toEqual(['CREATED']);
    } finally {
      await engine.close();
    }
  });

  if (kind.name === 'SQLite')
    it('R34: what was broken before a run fails none of its rows', async () => {
      const engine = await testEngine(kind, null, async ({ database: { knex } }) => {
        for (const statement of UNSEEN) await knex.raw(statement);
        await knex.raw('PRAGMA foreign_keys = OFF');
        await knex.raw('INSERT INTO report VALUES (9, 99)');
        await knex.raw('PRAGMA foreign_keys = ON');
      });
      try {
        for (const options of [{ dryRun: true }, { onError: 'ROLLBACK' as const }]) {
          const outcomes = await engine.sync('org', [org(3, 'a'), org(4, 'bad')], options);
          expect(outcomes.map(told)).toEqual(['CREATED', VIOLATION]);
        }
        expect((await engine.sync('org', [org(3, 'a')], { onError: 'ROLLBACK' })).map(told)).toEqual(['CREATED']);
      } finally {
        await engine.close();
      }
    });
});
