/** Column types of SQLite, which stores values as given. */
import fc from 'fast-check';
import { type ColumnTypeCase, type DatabaseTypes, type Json, NONE } from './columnTypes';

const TEXT = 'as text, by the collation';

/** Integer columns, which are all declarations that contain INT. */
const integer = (type: string): ColumnTypeCase => ({
  type,
  stored: [
    ['-5', -5],
    ['2147483648', 2147483648],
    ['9007199254740993', '9007199254740993'],
    ['-9223372036854775808', '-9223372036854775808'],
  ],
  accepted: [
    [' 42 ', 42],
    ['007', 7],
  ],
  refused: ['1.5', '9223372036854775808', 9007199254740992, 'x'],
  compared: 'as numbers',
});

const boolean = (type: string): ColumnTypeCase => ({
  type,
  stored: [
    ['0', false],
    ['1', true],
    ['-2', -2],
    ['2', 2],
  ],
  accepted: [
    ['yes', true],
    ['f', false],
    ['3', 3],
  ],
  refused: ['maybe', 1.5],
  compared: 'as numbers',
});

const INSTANTS: readonly (readonly [sql: string, shown: Json])[] = [
  [`'1996-07-08 00:00:00.000'`, '1996-07-08T00:00:00Z'],
  [`'1996-07-09'`, '1996-07-09T00:00:00Z'],
  [`'2024-01-05 10:00:00.123456'`, '2024-01-05T10:00:00.123456Z'],
  [`'2024-01-05 10:00:01.120 +00:00'`, '2024-01-05T10:00:01.12Z'],
  [`'2024-01-05T10:00:02.000Z'`, '2024-01-05T10:00:02Z'],
  [`'2024-01-05 10:03'`, '2024-01-05T10:03:00Z'],
  [`'2024-01-05 10:00:04+00:00'`, '2024-01-05T10:00:04Z'],
  ['1704448805000', '2024-01-05T10:00:05Z'],
  ['1704448806789', '2024-01-05T10:00:06.789Z'],
  ['1704448807', '2024-01-05T10:00:07Z'],
  ['1704448808.5', '2024-01-05T10:00:08.5Z'],
  [`julianday('2024-01-05 10:00:09')`, '2024-01-05T10:00:09Z'],
  [`julianday('2024-01-06 12:00:00')`, '2024-01-06T12:00:00Z'],
  ['0', '1970-01-01T00:00:00Z'],
  ['-86400', '1969-12-31T00:00:00Z'],
];

const datetime = (type: string, more: ColumnTypeCase['stored'] = []): ColumnTypeCase => ({
  type,
  stored: [...INSTANTS, ...more],
  accepted: [
    ['2026-01-31 08:05:00.500', '2026-01-31T08:05:00.5Z'],
    ['2026-01-31T08:05:00+02:00', '2026-01-31T06:05:00Z'],
    ['20260131', '2026-01-31T00:00:00Z'],
  ],
  refused: ['yesterday', '2026-02-30', '2026-01-31T08:05:00.1234567Z'],
  compared: 'by instant',
});

const date = (type: string): ColumnTypeCase => ({
  type,
  stored: [
    [`'1996-07-08'`, '1996-07-08'],
    [`'1996-07-09 00:00:00.000'`, '1996-07-09'],
    [`'1996-07-10T00:00:00Z'`, '1996-07-10'],
    [`'1996-07-11 00:00:00 +00:00'`, '1996-07-11'],
    ['20240105', '2024-01-05'],
    ['1704499200', '2024-01-06'],
    ['1704585600000', '2024-01-07'],
    [`julianday('2024-01-08')`, '2024-01-08'],
  ],
  accepted: [
    ['2026-01-31T00:00:00Z', '2026-01-31'],
    ['20260130', '2026-01-30'],
  ],
  refused: ['2026-02-30', '31.12.2026', '2026-01-31T10:00:00Z'],
  compared: 'by day',
});

/** A text column with numeric affinity, which converts texts that look like numbers. */
const numericText = (type: string): ColumnTypeCase => ({
  type,
  stored: [
    [`'abc'`, 'abc'],
    [`'7'`, '7'],
    ['1.5', '1.5'],
    ['9007199254740993', '9007199254740993'],
  ],
  accepted: [
    ['12', '12'],
    ['0x1F', '0x1F'],
    ['-0.25', '-0.25'],
  ],
  refused: ['007', '1.0', '1e3', ' 7', '+7', '12345678901234567890', '3.14159265358979323846'],
  compared: TEXT,
});

const INTEGER_NAMES = ['integer', 'INT', 'TINYINT', 'INT2', 'BIGINT', 'UNSIGNED BIG INT', 'int unsigned'];

export const SQLITE: DatabaseTypes = {
  database: 'SQLite',
  countWrites: (table) => [
    `CREATE TRIGGER ${table}_writes AFTER UPDATE ON ${table} BEGIN INSERT INTO writes VALUES ('${table}'); END`,
  ],
  cases: [
    ...INTEGER_NAMES.map(integer),
    ...['boolean', 'tinyint(1)'].map(boolean),
    {
      type: 'bool',
      stored: [
        [`'t'`, true],
        [`'f'`, false],
      ],
      accepted: [['no', false]],
      compared: 'as numbers',
    },
    datetime('datetime', [[`'2024-01-05 12:00:10.5+02:00'`, '2024-01-05T10:00:10.5Z']]),
    datetime('timestamp UNIQUE'),
    ...['date', 'date UNIQUE'].map(date),
    {
      type: 'time',
      stored: [
        [`'08:05:00'`, '08:05:00'],
        [`'08:06'`, '08:06:00'],
        [`'08:07:00.500'`, '08:07:00.5'],
        [`'2000-01-01 08:08:00.000000'`, '08:08:00'],
      ],
      accepted: [['0809', '08:09:00']],
      refused: ['24:00:00', 'noon'],
      compared: 'by time of day',
    },
    {
      type: '',
      stored: [
        [`'007'`, '007'],
        ['7', '7'],
        ['1.5', '1.5'],
      ],
      accepted: [['008', '008']],
      compared: TEXT,
    },
    ...['STRING', 'any', 'interval', 'string(20)'].map(numericText),
    {
      type: 'decimal(12,3)',
      stored: [
        ['123456789.125', '123456789.125'],
        ['5', '5.000'],
      ],
      accepted: [
        ['0.1', '0.100'],
        [1.5, '1.500'],
      ],
      refused: ['1.2345', '1234567890', 123456789.12345678],
      compared: 'as numbers',
    },
    {
      type: 'real',
      stored: [
        ['0.1', 0.1],
        ['1e300', 1e300],
        ['3', 3],
      ],
      accepted: [['1.50', 1.5]],
      refused: ['NaN', '1e400', '9007199254740993'],
      compared: 'as numbers',
      generated: fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    },
    {
      type: 'varchar(10)',
      stored: [
        [`'007'`, '007'],
        [`'blank '`, 'blank '],
        [`'json:{'`, 'json:{'],
        [`'base64:'`, 'base64:'],
      ],
      accepted: [[12, '12']],
      refused: ['12345678901'],
      compared: TEXT,
    },
    {
      type: `text CHECK (value IN ('1', '007', 'a'))`,
      stored: [
        [`'1'`, '1'],
        [`'007'`, '007'],
        [`'a'`, 'a'],
      ],
      refused: ['7'],
      compared: TEXT,
    },
    {
      type: 'json',
      stored: [
        [`'{"a": [1, 2.50]}'`, { a: [1, 2.5] }],
        [`'{"id": 9007199254740993}'`, 'json:{"id":9007199254740993}'],
        ['9007199254740993', 'json:9007199254740993'],
        [`jsonb('[1]')`, [1]],
      ],
      accepted: [
        ['text', 'text'],
        ['json:12345678901234567', 'json:12345678901234567'],
        [1.5, 1.5],
      ],
      refused: ['json:3.14159265358979323846', 'json:1e400', { id: 9007199254740992 }],
      compared: NONE,
      generated: fc.jsonValue().filter((value) => !/\d{16}/.test(JSON.stringify(value))) as fc.Arbitrary<Json>,
    },
    {
      type: 'uuid',
      stored: [
        [`'0b7f6a1e-5d0c-4f3b-9a57-3c2d1e0f9a8b'`, '0b7f6a1e-5d0c-4f3b-9a57-3c2d1e0f9a8b'],
        [`'1B7F6A1E-5D0C-4F3B-9A57-3C2D1E0F9A8B'`, '1b7f6a1e-5d0c-4f3b-9a57-3c2d1e0f9a8b'],
      ],
      accepted: [['2B7F6A1E-5D0C-4F3B-9A57-3C2D1E0F9A8B', '2b7f6a1e-5d0c-4f3b-9a57-3c2d1e0f9a8b']],
      refused: ['0b7f6a1e'],
      compared: 'as UUIDs',
    },
    {
      type: 'blob',
      stored: [
        [`x'ff00'`, 'base64:/wA='],
        [`'Test'`, 'base64:VGVzdA=='],
      ],
      accepted: [['hex:54 65', 'base64:VGU=']],
      refused: ['Test', 'VGVzdA=='],
      compared: 'byte for byte',
      generated: fc.uint8Array().map((bytes) => `hex:${Buffer.from(bytes).toString('hex')}`),
    },
  ],
};
