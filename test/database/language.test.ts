/** A server's errors are classified whatever language it writes them in (R17). */
import makeKnex, { type Knex } from 'knex';
import { createNsync } from '../../src';
import { DATABASES } from '../support/databases';

type Raw = { query(sql: string, done: (error: Error | null) => void): void };

const germanKnex = (url: string): Knex =>
  makeKnex({
    client: 'mysql2',
    connection: url,
    pool: {
      min: 0,
      max: 2,
      afterCreate: (connection: Raw, done: (error: Error | null, connection: Raw) => void) =>
        connection.query(`SET lc_messages = 'de_DE'`, (error) => done(error, connection)),
    },
  });

describe.each(DATABASES.filter(({ name }) => name === 'MariaDB'))('a server that speaks German, $name', (kind) => {
  it('R17: has its errors read as those of any other', async () => {
    const test = await kind.create();
    const { knex } = test.database;
    await knex.raw('CREATE TABLE item (id integer PRIMARY KEY, n integer UNIQUE)');
    await knex.raw('CREATE TRIGGER watch BEFORE INSERT ON item FOR EACH ROW SET new.n = 5');
    const german = germanKnex(test.url);
    const nsync = await createNsync({ knex: german });
    try {
      const { outcomes } = await nsync.sync({
        system: 'HR',
        model: 'item',
        onError: 'CONTINUE',
        rows: [1, 2].map((id) => ({ actionFlags: 'c', matchOn: 'id', values: { id } })),
      });
      expect(outcomes.map(({ problems }) => problems.map(({ code, field }) => [code, field]))).toEqual([
        [],
        [['UNIQUE_VIOLATION', 'n']],
      ]);
    } finally {
      await nsync.close();
      await german.destroy();
      await test.drop();
    }
  });
});
