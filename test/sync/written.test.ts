/** Outcomes describe what is stored: writes that the database ignores, replaces or changes (R12a). */
import { Model } from 'objection';
import { DATABASES, type DatabaseKind } from '../support/databases';
import { engineOn, testEngine, type TestEngine, type TestRow, told } from '../support/engine';

type Name = DatabaseKind['name'];

const TABLE: Record<Name, string> = {
  SQLite: 'CREATE TABLE item (id integer PRIMARY KEY, code varchar(20) UNIQUE, email varchar(50), note varchar(50))',
  MariaDB:
    'CREATE TABLE item (id int AUTO_INCREMENT PRIMARY KEY, code varchar(20) UNIQUE, email varchar(50), note varchar(50))',
  PostgreSQL: 'CREATE TABLE item (id serial PRIMARY KEY, code varchar(20) UNIQUE, email varchar(50), note varchar(50))',
};

const row = (key: string, values: TestRow = {}): TestRow => ({ $key: key, $match: 'code', code: key, ...values });

const onPostgres = (timing: string, event: string, body: string): string[] => [
  `CREATE FUNCTION act() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} END $$`,
  `CREATE TRIGGER act ${timing} ${event} ON item FOR EACH ROW EXECUTE FUNCTION act()`,
];

const onSqlite = (event: string, when: string): string[] => [
  `CREATE TRIGGER act BEFORE ${event} ON item WHEN ${when} BEGIN SELECT RAISE(IGNORE); END`,
];

/** Ways to ignore a statement: the trigger acts on rows whose note, or old note, is `keep out`. */
const SWALLOWING: Partial<Record<Name, Record<'INSERT' | 'UPDATE' | 'DELETE', readonly string[]>>> = {
  SQLite: {
    INSERT: onSqlite('INSERT', `new.note = 'keep out'`),
    UPDATE: onSqlite('UPDATE', `old.note = 'keep out'`),
    DELETE: onSqlite('DELETE', `old.note = 'keep out'`),
  },
  PostgreSQL: {
    INSERT: onPostgres('BEFORE', 'INSERT', `IF new.note = 'keep out' THEN RETURN NULL; END IF; RETURN new;`),
    UPDATE: onPostgres('BEFORE', 'UPDATE', `IF old.note = 'keep out' THEN RETURN NULL; END IF; RETURN new;`),
    DELETE: onPostgres('BEFORE', 'DELETE', `IF old.note = 'keep out' THEN RETURN NULL; END IF; RETURN old;`),
  },
};

/** Triggers that convert e-mail addresses to lower case, before or after the write. */
const LOWERING: Record<Name, readonly (readonly string[])[]> = {
  SQLite: [
    ['INSERT', 'UPDATE'].map(
      (event) =>
        `CREATE TRIGGER after_${event} AFTER ${event} ON item WHEN new.email <> lower(new.email) BEGIN UPDATE item SET email = lower(new.email) WHERE id = new.id; END`,
    ),
  ],
  MariaDB: [
    ['INSERT', 'UPDATE'].map(
      (event) => `CREATE TRIGGER before_${event} BEFORE ${event} ON item FOR EACH ROW SET new.email = lower(new.email)`,
    ),
  ],
  PostgreSQL: [
    onPostgres('BEFORE', 'INSERT OR UPDATE', 'new.email = lower(new.email); RETURN new;'),
    onPostgres(
      'AFTER',
      'INSERT OR UPDATE',
      'IF new.email <> lower(new.email) THEN UPDATE item SET email = lower(email) WHERE id = new.id; END IF; RETURN NULL;',
    ),
  ],
};

class Hooked extends Model {
  static override tableName = 'item';
  email?: string | null;
  note?: string | null;
  override $beforeInsert(): void {
    this.email = this.email?.toLowerCase();
    this.note = 'made by a hook';
  }
  override $beforeUpdate(): void {
    if (this.email) this.email = this.email.toLowerCase();
  }
}

describe.each(DATABASES)('writes on $name', (kind) => {
  const within = async (
    statements: readonly string[],
    work: (engine: TestEngine) => Promise<void>,
    classes: readonly (typeof Model)[] | null = null,
  ): Promise<void> => {
    const engine = await testEngine(kind, classes, async ({ database }) => {
      for (const statement of [TABLE[kind.name], ...statements]) await database.knex.raw(statement);
    });
    try {
      await work(engine);
    } finally {
      await engine.close();
    }
  };

  const items = (engine: TestEngine): Promise<{ id: number; code: string; email: string | null }[]> =>
    engine.test.database.knex('item').select('id', 'code', 'email').orderBy('id');

  const swallowing = SWALLOWING[kind.name];

  // MariaDB's triggers cannot ignore a write.
  const events = Object.keys(swallowing ?? {});
  if (events.length > 0)
    it.each(events)('R12a: a swallowed %s fails its row alone', async (event) => {
      await within([], async (engine) => {
        await engine.sync(
          'item',
          ['a', 'b', 'c'].map((key) => row(key, { note: key === 'b' ? 'keep out' : 'x' })),
        );
        for (const statement of swallowing?.[event as 'INSERT'] ?? []) await engine.test.database.knex.raw(statement);
        const fresh = await reread(engine);
        const rows: Record<string, readonly TestRow[]> = {
          INSERT: [row('d'), row('e', { note: 'keep out' }), row('f')],
          UPDATE: ['a', 'b', 'c'].map((key) => row(key, { email: `${key}@x` })),
          DELETE: ['a', 'b', 'c'].map((key) => row(key, { $flags: 'd*' })),
        };
        const status = { INSERT: 'CREATED', UPDATE: 'UPDATED', DELETE: 'DELETED' }[event];
        for (const onError of ['ROLLBACK', 'CONTINUE'] as const) {
          const outcomes = await fresh.sync('item', rows[event] ?? [], { onError });
          expect(outcomes.map(told)).toEqual([status, 'FAILED DATABASE_REFUSED', status]);
          expect(outcomes[1]).toMatchObject({ problems: [{ message: 'The database refuses the row: A trigger, a rule or a policy skipped the row.' }] }); // prettier-ignore
        }
        const mapped: { external_key: string; object_id: string }[] = await engine.test.database
          .knex('nsync_external_key_mappings')
          .select('external_key', 'object_id');
        const stored = await items(engine);
        // No mapping of the failed row points to another row's object.
        for (const { external_key, object_id } of mapped)
          expect(stored.find(({ id }) => String(id) === object_id)?.code).toBe(external_key);
      });
    });

  it.each(LOWERING[kind.name].map((statements) => ({ statements })))(
    'R12a: changes and later comparisons use what a trigger has stored ($statements.0)',
    async ({ statements }) => {
      await within(statements, async (engine) => {
        const rows = [row('a', { email: 'Ann@X.org' }), row('b', { email: 'bob@x.org' })];
        const created = await engine.sync('item', rows);
        expect(created.map(told)).toEqual(['CREATED', 'CREATED']);
        expect(created[0]?.changes).toContainEqual({ field: 'email', before: null, after: 'ann@x.org' });
        expect((await engine.sync('item', rows)).map(told)).toEqual(['UNCHANGED', 'UNCHANGED']);
        const [updated] = await engine.sync('item', [row('a', { email: 'ANNE@x.org' })]);
        expect(updated).toMatchObject({ status: 'UPDATED', changes: [{ field: 'email', before: 'ann@x.org', after: 'anne@x.org' }] }); // prettier-ignore
        // A row that only finds the object has not changed it, even if a later row of its chunk does.
        const [found, later] = await engine.sync('item', [row('a', { $flags: 'c' }), row('a', { email: 'eve@x.org' })]);
        expect(found).toMatchObject({ status: 'UNCHANGED', changes: [] });
        expect(later).toMatchObject({ status: 'UPDATED', changes: [{ before: 'anne@x.org', after: 'eve@x.org' }] });
      });
    },
  );

  it('R12a: values that hooks set are in changes', async () => {
    await within(
      [],
      async (engine) => {
        const [created, other] = await engine.sync('Hooked', [row('a', { email: 'Ann@X.org' }), row('b')]);
        expect(created?.changes).toEqual([
          { field: 'code', before: null, after: 'a' },
          { field: 'email', before: null, after: 'ann@x.org' },
          { field: 'note', before: null, after: 'made by a hook' },
        ]);
        expect(other?.changes).toContainEqual({ field: 'note', before: null, after: 'made by a hook' });
        const [updated] = await engine.sync('Hooked', [row('a', { email: 'ANNE@x.org' })]);
        expect(updated?.changes).toEqual([{ field: 'email', before: 'ann@x.org', after: 'anne@x.org' }]);
        expect((await engine.sync('Hooked', [row('a', { email: 'Anne@X.org' })])).map(told)).toEqual(['UNCHANGED']);
      },
      [Hooked],
    );
  });
});

/** An engine with the current models, because the table now has a trigger. */
const reread = ({ test }: TestEngine): Promise<TestEngine> => engineOn(test, null);

const onlySqlite = DATABASES.filter(({ name }) => name === 'SQLite');

describe.each(onlySqlite)('conflict clauses on $name', (kind) => {
  it.each(['REPLACE', 'IGNORE', 'FAIL', 'ROLLBACK'])(
    'R17: UNIQUE ON CONFLICT %s is a unique violation',
    async (clause) => {
      const engine = await testEngine(kind, null, async ({ database }) => {
        await database.knex.raw(
          `CREATE TABLE item (id integer PRIMARY KEY, code text UNIQUE ON CONFLICT ${clause}, email text, note text)`,
        );
      });
      try {
        const named = (id: number, code: string): TestRow => ({ $match: 'id', id, code });
        await engine.sync('item', [named(1, 'a'), named(2, 'b')]);
        for (const onError of ['ROLLBACK', 'CONTINUE'] as const) {
          const outcomes = await engine.sync('item', [named(3, 'a'), named(2, 'a'), named(4, 'd')], { onError });
          expect(outcomes.map(told)).toEqual([
            'FAILED UNIQUE_VIOLATION(code)',
            'FAILED UNIQUE_VIOLATION(code)',
            'CREATED',
          ]);
        }
        expect(await engine.test.database.knex('item').select('id', 'code').orderBy('id')).toEqual([
          { id: 1, code: 'a' },
          { id: 2, code: 'b' },
          { id: 4, code: 'd' },
        ]);
      } finally {
        await engine.close();
      }
    },
  );
});
