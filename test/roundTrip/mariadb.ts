/** Column types of MariaDB. */
import type { DatabaseTypes } from './columnTypes';

export const MARIADB: DatabaseTypes = {
  database: 'MariaDB',
  countWrites: (table) => [
    `CREATE TRIGGER ${table}_writes AFTER UPDATE ON ${table} FOR EACH ROW INSERT INTO writes VALUES ('${table}')`,
  ],
  cases: [
    {
      type: 'int',
      stored: [
        ['-5', -5],
        ['2147483647', 2147483647],
      ],
      accepted: [[' 42 ', 42]],
      refused: ['1.5', 2147483648],
      compared: 'as numbers',
    },
    {
      type: 'int GENERATED ALWAYS AS (id * 2) STORED',
      stored: [
        ['DEFAULT', 2],
        ['DEFAULT', 4],
      ],
      compared: 'as numbers',
      isReadOnly: true,
    },
  ],
};
