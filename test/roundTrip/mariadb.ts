/** Column types of MariaDB. */
import { type ColumnTypeCase, type DatabaseTypes, NONE } from './columnTypes';
import { FRACTIONS, INTEGERS } from './mariadbNumbers';
import { BYTES, TEXTS } from './mariadbTexts';

const TIMES: readonly ColumnTypeCase[] = [
  {
    type: 'date',
    stored: [
      [`'2024-02-29'`, '2024-02-29'],
      [`'0000-00-00'`, '0000-00-00'],
      [`'2024-00-00'`, '2024-00-00'],
      [`'2024-05-00'`, '2024-05-00'],
      [`'0000-02-28'`, '0000-02-28'],
      [`'9999-12-31'`, '9999-12-31'],
    ],
    accepted: [
      ['20240105', '2024-01-05'],
      ['2024-01-06 00:00:00', '2024-01-06'],
    ],
    refused: ['2024-02-30', '0000-02-29', '2024-13-00', '2024-00-32', '31.12.2024'],
    compared: 'by day',
  },
  {
    type: `datetime(3) DEFAULT '0000-00-00 00:00:00'`,
    stored: [
      [`'2024-02-29 23:59:59.999'`, '2024-02-29T23:59:59.999Z'],
      [`'0000-00-00 00:00:00'`, '0000-00-00T00:00:00Z'],
      [`'2024-00-00 08:05:00.5'`, '2024-00-00T08:05:00.5Z'],
    ],
    accepted: [
      ['2024-01-05T10:00:00+02:00', '2024-01-05T08:00:00Z'],
      ['0000-00-00', '0000-00-00T00:00:00Z'],
      ['2024-05-00 10:00', '2024-05-00T10:00:00Z'],
    ],
    refused: ['2024-01-05T10:00:00.0001Z', '2024-02-30 10:00:00', '2024-00-00 25:00:00'],
    compared: 'by instant',
  },
  {
    type: 'timestamp NULL',
    stored: [
      [`'2024-02-29 23:59:59'`, '2024-02-29T23:59:59Z'],
      [`'0000-00-00 00:00:00'`, '0000-00-00T00:00:00Z'],
    ],
    accepted: [['2024-01-05 10:00:00.000', '2024-01-05T10:00:00Z']],
    refused: ['1969-12-31T23:59:59Z', '2024-00-00 00:00:00', '0000-00-00 10:00:00'],
    compared: 'by instant',
  },
  {
    type: 'time(6)',
    stored: [
      [`'08:05:00'`, '08:05:00'],
      [`'-12:30:00.5'`, '-12:30:00.5'],
      [`'26:00:00'`, '26:00:00'],
      [`'838:59:59'`, '838:59:59'],
      [`'-838:59:58.999999'`, '-838:59:58.999999'],
      [`'-00:00:01'`, '-00:00:01'],
    ],
    accepted: [
      ['8:05', '08:05:00'],
      ['-00:00:00', '00:00:00'],
      ['100:00', '100:00:00'],
    ],
    refused: ['839:00:00', '10:60:00', '00:00:00.1234567', 'noon'],
    compared: 'by duration',
  },
];

export const MARIADB: DatabaseTypes = {
  database: 'MariaDB',
  countWrites: (table) => [
    `CREATE TRIGGER ${table}_writes AFTER UPDATE ON ${table} FOR EACH ROW INSERT INTO writes VALUES ('${table}')`,
  ],
  cases: [
    ...INTEGERS,
    ...FRACTIONS,
    ...TIMES,
    ...TEXTS,
    ...BYTES,
    {
      type: 'point',
      stored: [
        [`ST_GeomFromText('POINT(1 2.5)')`, 'POINT(1 2.5)'],
        [`ST_GeomFromText('POINT(-7 0)')`, 'POINT(-7 0)'],
      ],
      compared: NONE,
      isReadOnly: true,
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
