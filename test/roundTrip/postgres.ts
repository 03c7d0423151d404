/** Column types of PostgreSQL. */
import fc from 'fast-check';
import { type ColumnTypeCase, type DatabaseTypes, type Json, NONE } from './columnTypes';
import { POSTGRES_ARRAYS } from './postgresArrays';
import { POSTGRES_TEXTS } from './postgresTexts';
import { POSTGRES_TIMES } from './postgresTimes';

const NUMBERS: readonly ColumnTypeCase[] = [
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
  {
    type: 'double precision',
    stored: [
      ['0.1', 0.1],
      [`'NaN'`, 'NaN'],
      [`'Infinity'`, 'Infinity'],
      [`'-Infinity'`, '-Infinity'],
    ],
    accepted: [
      ['-1.5e10', -15000000000],
      ['nan', 'NaN'],
      ['inf', 'Infinity'],
    ],
    refused: ['1e400', 'Infinite'],
    generated: fc.oneof(
      fc.double({ noDefaultInfinity: true, noNaN: true }),
      fc.constantFrom('NaN', 'Infinity', '-Infinity'),
    ),
    compared: 'as numbers; `NaN` equals itself',
  },
  {
    type: 'real',
    stored: [
      ['0.1', 0.1],
      [`'NaN'`, 'NaN'],
      [`'-Infinity'`, '-Infinity'],
    ],
    accepted: [['2.50', 2.5]],
    refused: ['1e40'],
    compared: 'as numbers; `NaN` equals itself',
  },
  {
    type: 'numeric',
    stored: [
      ['1.500', '1.5'],
      [`'NaN'`, 'NaN'],
      [`'Infinity'`, 'Infinity'],
    ],
    accepted: [['15e-1', '1.5']],
    compared: 'as numbers; `NaN` equals itself',
  },
  {
    type: 'numeric(5,2)',
    stored: [
      ['1.5', '1.50'],
      [`'NaN'`, 'NaN'],
    ],
    accepted: [['7', '7.00']],
    refused: ['1.005', '1000', 'Infinity'],
    compared: 'as numbers; `NaN` equals itself',
  },
  {
    type: 'money',
    stored: [
      ['1234.5', '$1,234.50'],
      ['-3', '-$3.00'],
    ],
    accepted: [
      [12, '$12.00'],
      ['(1.25)', '-$1.25'],
    ],
    refused: ['1.005', '0.001', 'ten'],
    compared: 'as amounts',
  },
  {
    type: 'bit(3)',
    stored: [[`B'101'`, '101']],
    refused: ['1', '1010', '102'],
    compared: 'bit by bit',
  },
  {
    type: 'bit varying(3)',
    stored: [
      [`B'101'`, '101'],
      [`B'1'`, '1'],
    ],
    refused: ['1010', '12'],
    compared: 'bit by bit',
  },
  {
    type: 'oid',
    stored: [['4294967295', '4294967295']],
    accepted: [[7, '7']],
    refused: ['-'],
    compared: 'as numbers',
  },
  {
    type: 'pg_lsn',
    stored: [[`'16/B374D848'`, '16/B374D848']],
    accepted: [['0/0ABC', '0/ABC']],
    refused: ['16'],
    compared: 'as positions',
  },
];

const GEOMETRY: readonly ColumnTypeCase[] = [
  {
    type: 'point',
    stored: [[`'(1,2.50)'`, '(1,2.5)']],
    accepted: [['3 , 4', '(3,4)']],
    refused: ['(1)'],
    compared: NONE,
  },
  {
    type: 'box',
    stored: [[`'(0,0),(1,2)'`, '(1,2),(0,0)']],
    accepted: [['0,0,3,3', '(3,3),(0,0)']],
    refused: ['(1,2)'],
    compared: NONE,
  },
  {
    type: 'line',
    stored: [[`'{1,-1,0}'`, '{1,-1,0}']],
    accepted: [['(0,0),(1,1)', '{1,-1,0}']],
    refused: ['{0,0,1}'],
    compared: NONE,
  },
  {
    type: 'lseg',
    stored: [[`'(0,0),(1,1)'`, '[(0,0),(1,1)]']],
    accepted: [['((0,0),(2,2))', '[(0,0),(2,2)]']],
    refused: ['(0,0)'],
    compared: NONE,
  },
  {
    type: 'path',
    stored: [[`'[(0,0),(1,1.0)]'`, '[(0,0),(1,1)]']],
    accepted: [['0,0,2,2', '((0,0),(2,2))']],
    refused: ['x'],
    compared: NONE,
  },
  {
    type: 'polygon',
    stored: [[`'(0,0),(1,0),(1,1)'`, '((0,0),(1,0),(1,1))']],
    accepted: [['0,0,2,0,2,2', '((0,0),(2,0),(2,2))']],
    refused: ['x'],
    compared: NONE,
  },
  {
    type: 'circle',
    stored: [[`'(0,0),5'`, '<(0,0),5>']],
    accepted: [['((1,1),2)', '<(1,1),2>']],
    refused: ['<(0,0),-1>'],
    compared: NONE,
  },
];

/** A domain accepts and shows the same values as its base type. */
const overDomain = (type: string, stored: readonly [string, Json], accepted: readonly [Json, Json], refused: Json): ColumnTypeCase => ({
  type,
  stored: [stored],
  accepted: [accepted],
  refused: [refused],
  compared: 'as its type',
}); // prettier-ignore

const DOMAINS: readonly ColumnTypeCase[] = [
  overDomain('span', [`'26 hours'`, '26:00:00'], ['90 minutes', '01:30:00'], '1.5 seconds'),
  overDomain('stay', [`'[2024-01-01,2024-01-31]'`, '[2024-01-01,2024-02-01)'], ['[2025-01-01,2025-01-01]', '[2025-01-01,2025-01-02)'], '[2024'),
  {
    type: 'address',
    stored: [[`('a b', 1)`, '("a b",1)']],
    accepted: [['( c ,2)', '(" c ",2)']],
    refused: ['(a)', '(a,b)'],
    compared: 'part by part',
  },
  {
    type: 'place',
    stored: [[`('here', '(1,2)')`, '(here,"(1,2)")']],
    accepted: [['(there,"3,4")', '(there,"(3,4)")']],
    compared: NONE,
  },
]; // prettier-ignore

export const POSTGRES: DatabaseTypes = {
  database: 'PostgreSQL',
  before: [
    'CREATE EXTENSION citext',
    'CREATE EXTENSION hstore',
    'CREATE EXTENSION ltree',
    `CREATE TYPE colour AS ENUM ('red', 'blue')`,
    'CREATE TYPE address AS (street text, number int)',
    'CREATE TYPE place AS (name text, spot point)',
    'CREATE DOMAIN span AS interval(0)',
    'CREATE DOMAIN stay AS daterange',
    'CREATE DOMAIN labels AS text[]',
    `CREATE FUNCTION count_write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO writes VALUES (TG_TABLE_NAME); RETURN NULL; END $$`,
  ],
  countWrites: (table) => [
    `CREATE TRIGGER ${table}_writes AFTER UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION count_write()`,
  ],
  cases: [...NUMBERS, ...POSTGRES_TEXTS, ...POSTGRES_TIMES, ...POSTGRES_ARRAYS, ...GEOMETRY, ...DOMAINS],
};
