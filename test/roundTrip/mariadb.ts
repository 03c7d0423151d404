/** Column types of MariaDB. */
import fc from 'fast-check';
import { type ColumnTypeCase, type DatabaseTypes, type Json, NONE } from './columnTypes';

const TEXT = 'as text, by the collation';

/** Without quotes, which the helper that runs statements takes for those of names. */
const document = (text: string): string => `CONVERT(x'${Buffer.from(text).toString('hex')}' USING utf8mb4)`;

const INTEGERS: readonly ColumnTypeCase[] = [
  {
    type: 'int',
    stored: [
      ['-5', -5],
      ['2147483647', 2147483647],
    ],
    accepted: [[' 42 ', 42]],
    refused: ['1.5', 2147483648, true],
    compared: 'as numbers',
  },
  {
    type: 'tinyint(1)',
    stored: [
      ['-2', -2],
      ['0', 0],
      ['1', 1],
      ['2', 2],
      ['127', 127],
    ],
    accepted: [
      [true, 1],
      [false, 0],
      ['yes', 1],
      ['F', 0],
      ['-3', -3],
    ],
    refused: [128, 'maybe', 1.5],
    compared: 'as numbers',
    generated: fc.oneof(fc.boolean(), fc.integer({ min: -128, max: 127 })),
  },
  {
    type: 'tinyint(1) unsigned',
    stored: [
      ['0', 0],
      ['255', 255],
    ],
    accepted: [['true', 1]],
    refused: [-1, 256],
    compared: 'as numbers',
  },
  {
    type: 'bigint unsigned',
    stored: [
      ['18446744073709551615', '18446744073709551615'],
      ['9007199254740993', '9007199254740993'],
      ['9007199254740991', 9007199254740991],
    ],
    accepted: [['+7', 7]],
    refused: ['18446744073709551616', -1, 9007199254740992],
    compared: 'as numbers',
  },
  {
    type: 'bigint(20) unsigned zerofill',
    stored: [
      ['42', 42],
      ['9007199254740993', '9007199254740993'],
    ],
    accepted: [['0007', 7]],
    compared: 'as numbers',
  },
  {
    type: 'mediumint(5) zerofill',
    stored: [['42', 42]],
    accepted: [['00007', 7]],
    refused: [-1, 16777216],
    compared: 'as numbers',
  },
  {
    type: 'year',
    stored: [
      ['0', 0],
      ['1901', 1901],
      ['2155', 2155],
    ],
    accepted: [['2024', 2024]],
    refused: [24, 1900, 2156],
    compared: 'as numbers',
  },
  {
    type: 'bit(1)',
    stored: [
      [`b'0'`, false],
      [`b'1'`, true],
    ],
    accepted: [['yes', true]],
    refused: [2],
    compared: 'as bits',
  },
  {
    type: 'bit(64)',
    stored: [
      [`b'101'`, 5],
      [`x'ffffffffffffffff'`, '18446744073709551615'],
      ['0', 0],
    ],
    accepted: [['12', 12]],
    refused: [-1, '18446744073709551616'],
    compared: 'as numbers',
  },
];

const FRACTIONS: readonly ColumnTypeCase[] = [
  {
    type: 'decimal(65,30)',
    stored: [
      [
        '12345678901234567890123456789012345.123456789012345678901234567891',
        '12345678901234567890123456789012345.123456789012345678901234567891',
      ],
      ['-0.000000000000000000000000000001', '-0.000000000000000000000000000001'],
      ['0', '0.000000000000000000000000000000'],
    ],
    accepted: [
      ['1e-30', '0.000000000000000000000000000001'],
      [1.5, '1.500000000000000000000000000000'],
    ],
    refused: ['1e-31', '1e35', 1234567890123456.78, 0.12345678901234567],
    compared: 'as numbers',
  },
  {
    type: 'decimal(10,2) unsigned zerofill',
    stored: [
      ['7.5', '7.50'],
      ['0', '0.00'],
    ],
    accepted: [['00012.3', '12.30']],
    refused: ['-0.01', '1.005'],
    compared: 'as numbers',
  },
  {
    type: 'float',
    stored: [
      ['0.1', 0.1],
      ['3.4028234e38', 3.4028235e38],
      ['-1.17549435e-38', -1.1754944e-38],
      ['16777216', 16777216],
    ],
    accepted: [['1.50', 1.5]],
    refused: [16777217, 1e39],
    compared: 'as numbers',
    generated: fc.float({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
  },
  {
    type: 'double',
    stored: [
      ['0.1', 0.1],
      ['1.7976931348623157e308', 1.7976931348623157e308],
      ['-5e-324', -5e-324],
      ['123456789.12345679', 123456789.12345679],
    ],
    accepted: [['1.50', 1.5]],
    refused: ['1e309', 'NaN', 'Infinity'],
    compared: 'as numbers',
    generated: fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
  },
  {
    type: 'double(8,3) unsigned',
    stored: [['12345.678', 12345.678]],
    refused: [-1, 1.2345],
    compared: 'as numbers',
  },
];

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

const TEXTS: readonly ColumnTypeCase[] = [
  {
    type: 'char(5)',
    stored: [
      [`'ab   '`, 'ab'],
      [`'abcde'`, 'abcde'],
    ],
    accepted: [['xy  ', 'xy']],
    refused: ['abcdef'],
    compared: TEXT,
  },
  {
    type: 'varchar(10)',
    stored: [
      [`'blank '`, 'blank '],
      [`'007'`, '007'],
      [`'base64:'`, 'base64:'],
      [`'json:{'`, 'json:{'],
    ],
    accepted: [[12, '12']],
    refused: ['12345678901'],
    compared: TEXT,
  },
  {
    type: `enum('a','b''c','d,e')`,
    stored: [
      [`'a'`, 'a'],
      [`'b''c'`, "b'c"],
      [`'d,e'`, 'd,e'],
    ],
    refused: ['z'],
    compared: TEXT,
  },
  {
    type: `enum('','x') NOT NULL`,
    stored: [[`'x'`, 'x']],
    accepted: [['', '']],
    compared: TEXT,
  },
  {
    type: `set('x','a','c') NOT NULL`,
    stored: [
      [`'a,x'`, 'x,a'],
      [`'c'`, 'c'],
    ],
    accepted: [
      ['c,x', 'x,c'],
      ['a,a', 'a'],
      ['', ''],
    ],
    refused: ['x,z'],
    compared: 'as a set of members',
  },
  {
    type: 'json',
    stored: [
      [document('{"a": [1, "2"]}'), { a: [1, '2'] }],
      [document('{"id": 9007199254740993}'), 'json:{"id":9007199254740993}'],
    ],
    accepted: [
      ['text', 'text'],
      ['json:{"b":1.50}', { b: 1.5 }],
      ['json:[1e400]', 'json:[1e400]'],
    ],
    refused: ['json:{', { id: 9007199254740992 }],
    compared: NONE,
    generated: fc.jsonValue().filter((value) => !/\d{16}/.test(JSON.stringify(value))) as fc.Arbitrary<Json>,
  },
  {
    type: 'uuid',
    stored: [[`'0B7F6A1E-5d0c-4f3b-9a57-3c2d1e0f9a8b'`, '0b7f6a1e-5d0c-4f3b-9a57-3c2d1e0f9a8b']],
    accepted: [['1B7F6A1E-5D0C-4F3B-9A57-3C2D1E0F9A8B', '1b7f6a1e-5d0c-4f3b-9a57-3c2d1e0f9a8b']],
    refused: ['0b7f6a1e'],
    compared: 'as UUIDs',
  },
  {
    type: 'inet4',
    stored: [[`'10.0.0.1'`, '10.0.0.1']],
    refused: ['10.0.0', '::1'],
    compared: 'as addresses',
  },
  {
    type: 'inet6',
    stored: [
      [`'2001:db8::1'`, '2001:db8::1'],
      [`'::ffff:10.0.0.1'`, '::ffff:10.0.0.1'],
    ],
    accepted: [
      ['2001:DB8:0:0::2', '2001:db8::2'],
      ['10.0.0.2', '::ffff:10.0.0.2'],
    ],
    refused: ['nowhere'],
    compared: 'as addresses',
  },
];

const BYTES: readonly ColumnTypeCase[] = [
  {
    type: 'binary(4)',
    stored: [
      [`'ab'`, 'base64:YWIAAA=='],
      [`x'01020304'`, 'base64:AQIDBA=='],
    ],
    accepted: [['hex:63', 'base64:YwAAAA==']],
    refused: ['ab', 'hex:0102030405'],
    compared: 'byte for byte',
  },
  {
    type: 'varbinary(4)',
    stored: [
      [`'ab'`, 'base64:YWI='],
      [`x'ff00'`, 'base64:/wA='],
    ],
    accepted: [['hex:FF', 'base64:/w==']],
    refused: ['YWI=', 'base64:YWI'],
    compared: 'byte for byte',
  },
  {
    type: 'blob',
    stored: [[`'Test'`, 'base64:VGVzdA==']],
    accepted: [['hex:54 65', 'base64:VGU=']],
    refused: ['Test'],
    compared: 'byte for byte',
    generated: fc.uint8Array().map((bytes) => `hex:${Buffer.from(bytes).toString('hex')}`),
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
