/** Column types of PostgreSQL. */
import type { DatabaseTypes } from './columnTypes';

export const POSTGRES: DatabaseTypes = {
  database: 'PostgreSQL',
  before: [
    `CREATE FUNCTION count_write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO writes VALUES (TG_TABLE_NAME); RETURN NULL; END $$`,
  ],
  countWrites: (table) => [
    `CREATE TRIGGER ${table}_writes AFTER UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION count_write()`,
  ],
  cases: [
    {
      type: 'integer',
      stored: [
        ['-5', -5],
        ['2147483647', 2147483647],
      ],
      accepted: [[' 42 ', 42]],
      refused: ['1.5', 2147483648],
      compared: 'as numbers',
    },
    {
      type: 'integer GENERATED ALWAYS AS (id * 2) STORED',
      stored: [
        ['DEFAULT', 2],
        ['DEFAULT', 4],
      ],
      compared: 'as numbers',
      isReadOnly: true,
    },
  ],
};
