/** MariaDB's text and binary types. */
import fc from 'fast-check';
import { type ColumnTypeCase, type Json, NONE } from './columnTypes';

const TEXT = 'as text, by the collation';

/** Without quotes, because the helper that runs statements replaces quotes of names. */
const document = (text: string): string => `CONVERT(x'${Buffer.from(text).toString('hex')}' USING utf8mb4)`;

export const TEXTS: readonly ColumnTypeCase[] = [
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

export const BYTES: readonly ColumnTypeCase[] = [
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
