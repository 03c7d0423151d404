/** An unreadable table or view is listed with its reason, and does not prevent others from being listed or synced. */
import { randomBytes } from 'node:crypto';
import pino from 'pino';
import { ModelDetailsDocument, ModelListDocument } from '../../schema/operations/generated';
import { readSettings } from '../../src/server/settings';
import { startServer } from '../../src/server/start';
import { DATABASES, type DatabaseKind, migratedDatabase } from '../support/databases';
import { type Name, zeroCode } from './support';

const GOOD = 'CREATE TABLE good (id {id}, name varchar(9) NOT NULL UNIQUE)';

/** Statements that make `bad` unreadable, and the expected reason. */
const CASES: readonly (readonly [on: Name, what: string, statements: readonly string[], reason: RegExp])[] = [
  ['SQLite', 'a view of a table that is gone', ['CREATE VIEW bad AS SELECT * FROM gone'], /view/],
  [
    'MariaDB',
    'a view of a table that is gone',
    ['CREATE TABLE gone (id int)', 'CREATE VIEW bad AS SELECT * FROM gone', 'DROP TABLE gone'],
    /view/,
  ],
  [
    'MariaDB',
    'a view whose owner is gone',
    ["CREATE DEFINER = 'nobody'@'nowhere' VIEW bad AS SELECT * FROM good"],
    /view/,
  ],
  ['PostgreSQL', 'a view that fails', ['CREATE VIEW bad AS SELECT * FROM good WHERE id / (SELECT 0) > 1'], /view/],
  [
    'PostgreSQL',
    'a stored view that was never filled',
    ['CREATE MATERIALIZED VIEW bad AS SELECT 1 AS one WITH NO DATA'],
    /view/,
  ],
  [
    'PostgreSQL',
    'a foreign table whose file is gone',
    [
      'CREATE EXTENSION file_fdw',
      'CREATE SERVER files FOREIGN DATA WRAPPER file_fdw',
      "CREATE FOREIGN TABLE bad (id int) SERVER files OPTIONS (filename '/nowhere')",
    ],
    /foreign table/,
  ],
];

const kindNamed = (name: Name): DatabaseKind[] => DATABASES.filter((kind) => kind.name === name);

describe.each(CASES)('%s: %s', (on, _what, statements, reason) => {
  it.each(kindNamed(on))('leaves the other models as they are on $name', async (kind) => {
    const zero = await zeroCode(kind, [GOOD, ...statements]);
    try {
      await zero.sync('good', 'name', [{ name: 'a' }]);
      const { models } = await zero.server.send(ModelListDocument, {});
      expect(models.map(({ name, syncable, objectCount }) => [name, syncable, objectCount])).toEqual([
        ['bad', false, 0],
        ['good', true, 1],
      ]);
      expect(models[0]?.reason).toMatch(reason);
      const { model } = await zero.server.send(ModelDetailsDocument, { name: 'bad' });
      expect(model?.objectCount).toBe(0);
    } finally {
      await zero.server.stop();
    }
  });
});

describe.each(kindNamed('PostgreSQL'))('a table that the user may not read on $name', (kind) => {
  it('is listed with the right that is missing', async () => {
    const role = `nsync_reader_${randomBytes(4).toString('hex')}`;
    const test = await migratedDatabase(kind);
    const { knex } = test.database;
    try {
      await knex.raw('CREATE TABLE good (id serial PRIMARY KEY)');
      await knex.raw('CREATE TABLE secret (id serial PRIMARY KEY)');
      await knex.raw(`CREATE ROLE ${role} LOGIN`);
      await knex.raw(`GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}`);
      await knex.raw(`REVOKE ALL ON secret FROM ${role}`);
      const url = new URL(test.url);
      url.username = role;
      const settings = readSettings({ DATABASE_URL: url.toString(), PORT: '0' });
      const server = await startServer(settings, pino({ level: 'silent' }));
      const answer = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ models { name syncable reason objectCount } }' }),
      });
      await server.stop();
      expect(await answer.json()).toEqual({
        data: {
          models: [
            { name: 'good', syncable: true, reason: null, objectCount: 0 },
            {
              name: 'secret',
              syncable: false,
              reason: expect.stringMatching(/lacks the rights? .*SELECT/) as string,
              objectCount: 0,
            },
          ],
        },
      });
    } finally {
      await knex.raw(`DROP OWNED BY ${role}`);
      await knex.raw(`DROP ROLE ${role}`);
      await test.drop();
    }
  });
});
