/** Column types of SQLite. */
import type { DatabaseTypes } from './columnTypes';

export const SQLITE: DatabaseTypes = {
  database: 'SQLite',
  countWrites: (table) => [
    `CREATE TRIGGER ${table}_writes AFTER UPDATE ON ${table} BEGIN INSERT INTO writes VALUES ('${table}'); END`,
  ],
  cases: [
    {
      type: 'integer',
      stored: [
        ['-5', -5],
        ['2147483647', 2147483647],
      ],
      accepted: [[' 42 ', 42]],
      refused: ['1.5'],
      compared: 'as numbers',
    },
  ],
};
