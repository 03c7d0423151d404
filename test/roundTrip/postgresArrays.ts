/** PostgreSQL's arrays. */
import fc from 'fast-check';
import { type ColumnTypeCase, NONE } from './columnTypes';

export const POSTGRES_ARRAYS: readonly ColumnTypeCase[] = [
  {
    type: 'int[]',
    stored: [
      [`'{1,NULL,3}'`, [1, null, 3]],
      [
        `'{{1,2},{3,4}}'`,
        [
          [1, 2],
          [3, 4],
        ],
      ],
      [`'{}'`, []],
      [`'[2:3]={1,2}'`, '[2:3]={1,2}'],
    ],
    accepted: [
      ['{4, 5}', [4, 5]],
      ['["6", 7]', [6, 7]],
      [[[]], []],
      ['[1:2]={8,9}', [8, 9]],
    ],
    refused: ['x', ['a'], [[1], [2, 3]], [1, [2]], '[2:3]={1}'],
    generated: fc.oneof(
      fc.array(fc.option(fc.integer({ min: -9999, max: 9999 }))),
      fc
        .integer({ min: 1, max: 3 })
        .chain((length) => fc.array(fc.array(fc.nat(99), { minLength: length, maxLength: length }))),
    ),
    compared: 'element by element, with their bounds',
  },
  {
    type: 'numeric(5,2)[]',
    stored: [[`'{1.5,2}'`, ['1.50', '2.00']]],
    accepted: [['{3}', ['3.00']]],
    refused: [['1.005'], '{1.005}', ['1000']],
    compared: 'element by element',
  },
  {
    type: 'varchar(3)[]',
    stored: [[`'{abc,"a b"}'`, ['abc', 'a b']]],
    refused: [['abcd'], '{abcd}'],
    compared: 'element by element',
  },
  {
    type: 'char(3)[]',
    stored: [[`'{a,bcd}'`, ['a', 'bcd']]],
    refused: [['abcd']],
    compared: 'element by element',
  },
  {
    type: 'text[]',
    stored: [[`'{"a,b","c\\"d","NULL",""}'`, ['a,b', 'c"d', 'NULL', '']]],
    accepted: [
      ['{x, y}', ['x', 'y']],
      ['[1.10, 12345678901234567890, true]', ['1.10', '12345678901234567890', 'true']],
    ],
    generated: fc.array(fc.option(fc.string({ unit: 'grapheme-ascii' }))),
    compared: 'element by element',
  },
  {
    type: 'citext[]',
    stored: [[`'{Ada,Bob}'`, ['Ada', 'Bob']]],
    compared: 'element by element, in any case',
  },
  {
    type: 'double precision[]',
    stored: [[`'{0.1,NaN,-Infinity}'`, [0.1, 'NaN', '-Infinity']]],
    compared: 'element by element',
  },
  {
    type: 'timestamptz[]',
    stored: [[`'{2026-01-31 08:05:00+02,infinity}'`, ['2026-01-31T06:05:00Z', 'infinity']]],
    accepted: [[['2026-01-31T08:05:00.5+02:00'], ['2026-01-31T06:05:00.5Z']]],
    refused: [['2026-01-32']],
    compared: 'element by element',
  },
  {
    type: 'timestamp(0)[]',
    stored: [[`'{2026-01-31 08:05:00}'`, ['2026-01-31T08:05:00Z']]],
    refused: [['2026-01-31T08:05:00.5Z'], '{2026-01-31 08:05:00.5}'],
    compared: 'element by element',
  },
  {
    type: 'interval(0)[]',
    stored: [[`'{26 hours}'`, ['26:00:00']]],
    accepted: [[['90 minutes'], ['01:30:00']]],
    refused: [['1.6 seconds']],
    compared: 'element by element',
  },
  {
    type: 'daterange[]',
    stored: [[`ARRAY['[2024-01-01,2024-01-31]'::daterange]`, ['[2024-01-01,2024-02-01)']]],
    accepted: [[['[2025-01-01,2025-01-01]'], ['[2025-01-01,2025-01-02)']]],
    refused: [['[2024']],
    compared: 'element by element',
  },
  {
    type: 'colour[]',
    stored: [[`'{red,blue}'`, ['red', 'blue']]],
    refused: [['green']],
    compared: 'element by element',
  },
  {
    type: 'jsonb[]',
    stored: [
      [`ARRAY['{"a": 1}', '"text"', '[1, 2]']::jsonb[]`, [{ a: 1 }, 'text', [1, 2]]],
      [`ARRAY[ARRAY['1'], ARRAY['2']]::jsonb[]`, '{{1},{2}}'],
    ],
    compared: 'element by element',
  },
  {
    type: 'money[]',
    stored: [[`'{1.5}'::money[]`, ['$1.50']]],
    accepted: [
      [
        [2, '3.00'],
        ['$2.00', '$3.00'],
      ],
    ],
    refused: [['1.005']],
    compared: 'element by element',
  },
  {
    type: 'inet[]',
    stored: [[`'{10.1.2.3/32}'`, ['10.1.2.3']]],
    accepted: [[['10.1.2.4/32'], ['10.1.2.4']]],
    compared: 'element by element',
  },
  {
    type: 'bytea[]',
    stored: [[`ARRAY['\\x00ff'::bytea]`, ['base64:AP8=']]],
    accepted: [[['hex:0102'], ['base64:AQI=']]],
    refused: [['Test']],
    compared: 'element by element',
  },
  {
    type: 'uuid[]',
    stored: [[`'{a0eebc999c0b4ef8bb6d6bb9bd380a11}'`, ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11']]],
    refused: [['a']],
    compared: 'element by element',
  },
  {
    type: 'date[]',
    stored: [[`ARRAY['0044-03-15 BC'::date]`, ['0044-03-15 BC']]],
    accepted: [['{20260131}', ['2026-01-31']]],
    refused: [['2026-02-30']],
    compared: 'element by element',
  },
  {
    type: 'boolean[]',
    stored: [[`'{t,f}'`, [true, false]]],
    accepted: [
      [
        ['yes', 0],
        [true, false],
      ],
    ],
    refused: [['maybe']],
    compared: 'element by element',
  },
  {
    type: 'point[]',
    stored: [[`ARRAY['(1,2)'::point]`, ['(1,2)']]],
    accepted: [[['3,4'], ['(3,4)']]],
    compared: NONE,
  },
  {
    type: 'box[]',
    stored: [[`ARRAY['(1,1),(0,0)'::box, '(3,3),(2,2)'::box]`, '{(1,1),(0,0);(3,3),(2,2)}']],
    accepted: [['{(0,0),(4,4)}', '{(4,4),(0,0)}']],
    compared: NONE,
  },
  {
    type: 'address[]',
    stored: [[`ARRAY[('a b', 1)::address]`, ['("a b",1)']]],
    accepted: [[['(c,02)'], ['(c,2)']]],
    refused: [['(a)']],
    compared: 'element by element',
  },
  {
    type: 'span[]',
    stored: [[`'{26 hours}'`, ['26:00:00']]],
    accepted: [[['90 minutes'], ['01:30:00']]],
    refused: [['soon']],
    compared: 'element by element',
  },
  {
    type: 'labels',
    stored: [[`'{a,"b c"}'`, ['a', 'b c']]],
    accepted: [['{x, y}', ['x', 'y']]],
    refused: ['x'],
    compared: 'element by element',
  },
  {
    type: 'hstore[]',
    stored: [[`ARRAY['b=>2,a=>1'::hstore]`, ['"a"=>"1", "b"=>"2"']]],
    accepted: [[['y=>2'], ['"y"=>"2"']]],
    refused: [['a=>']],
    compared: 'element by element',
  },
  {
    type: 'int2vector',
    stored: [[`'1 2'`, '1 2']],
    accepted: [['3  4', '3 4']],
    refused: ['a'],
    compared: NONE,
  },
];
