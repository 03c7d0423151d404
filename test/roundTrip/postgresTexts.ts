/** PostgreSQL's text types, and types whose values are texts in a special form. */
import fc from 'fast-check';
import { type ColumnTypeCase, NONE } from './columnTypes';

export const POSTGRES_TEXTS: readonly ColumnTypeCase[] = [
  {
    type: 'text',
    stored: [
      [`' as it is '`, ' as it is '],
      [`'é'`, 'é'],
      [`''`, ''],
    ],
    compared: 'character by character',
  },
  {
    type: 'varchar(3)',
    stored: [[`'abc'`, 'abc']],
    refused: ['abcd'],
    compared: 'character by character',
  },
  {
    type: 'char(3)',
    stored: [[`'a'`, 'a']],
    accepted: [['b  ', 'b']],
    refused: ['abcd'],
    compared: 'without blanks at the end',
  },
  {
    type: 'name',
    stored: [[`'a name'`, 'a name']],
    refused: ['n'.repeat(64), 'é'.repeat(32)],
    compared: 'character by character',
  },
  {
    type: '"char"',
    stored: [[`'a'`, 'a']],
    refused: ['ab', 'é'],
    compared: 'byte by byte',
  },
  {
    type: 'citext',
    stored: [[`'Ada'`, 'Ada']],
    compared: 'in any case',
  },
  {
    type: 'uuid',
    stored: [[`'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'`, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11']],
    accepted: [
      ['{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A12}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12'],
      ['a0eebc999c0b4ef8bb6d6bb9bd380a13', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a13'],
      ['urn:uuid:a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a14', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a14'],
    ],
    refused: ['a0eebc99', '{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
    compared: 'as 128 bits',
  },
  {
    type: 'colour',
    stored: [[`'red'`, 'red']],
    refused: ['green', 'Red'],
    compared: 'as members of the enum',
  },
  {
    type: 'ltree',
    stored: [[`'Top.Science'`, 'Top.Science']],
    refused: ['a..b', 'a b!'],
    compared: 'label by label',
  },
  {
    type: 'hstore',
    stored: [
      [`'b=>2, a=>NULL'`, '"a"=>NULL, "b"=>"2"'],
      [`''`, ''],
    ],
    accepted: [['y => 2, x=>1', '"x"=>"1", "y"=>"2"']],
    refused: ['a=>', 'a'],
    generated: fc
      .array(fc.tuple(fc.string({ minLength: 1 }), fc.option(fc.string())), { minLength: 1 })
      .map((pairs) => pairs.map(([key, value]) => `${JSON.stringify(key)}=>${JSON.stringify(value)}`).join(',')),
    compared: 'key by key',
  },
  {
    type: 'inet',
    stored: [
      [`'10.1.2.3'`, '10.1.2.3'],
      [`'10.1.2.3/8'`, '10.1.2.3/8'],
      [`'::1'`, '::1'],
    ],
    accepted: [
      ['10.1.2.4/32', '10.1.2.4'],
      ['0:0::2', '::2'],
    ],
    refused: ['10.1.2', '10.1.2.300'],
    compared: 'as addresses, with their netmasks',
  },
  {
    type: 'cidr',
    stored: [[`'10.1.0.0/16'`, '10.1.0.0/16']],
    accepted: [['192.168', '192.168.0.0/24']],
    refused: ['10.1.2.3/8'],
    compared: 'as networks',
  },
  {
    type: 'macaddr',
    stored: [[`'08:00:2b:01:02:03'`, '08:00:2b:01:02:03']],
    accepted: [['08002B-010204', '08:00:2b:01:02:04']],
    refused: ['08:00'],
    compared: 'as addresses',
  },
  {
    type: 'macaddr8',
    stored: [[`'08:00:2b:01:02:03:04:05'`, '08:00:2b:01:02:03:04:05']],
    accepted: [['08002b:0102030406', '08:00:2b:01:02:03:04:06']],
    refused: ['08:00'],
    compared: 'as addresses',
  },
  {
    type: 'tsvector',
    stored: [[`'a fat cat'`, "'a' 'cat' 'fat'"]],
    accepted: [['the:1A rat', "'rat' 'the':1A"]],
    refused: ["'a"],
    compared: 'lexeme by lexeme',
  },
  {
    type: 'tsquery',
    stored: [[`'fat & rat'`, "'fat' & 'rat'"]],
    accepted: [['a|b', "'a' | 'b'"]],
    refused: ['a &'],
    compared: 'as queries',
  },
  {
    type: 'jsonpath',
    stored: [[`'$.a[*] ? (@ > 2)'`, '$."a"[*]?(@ > 2)']],
    accepted: [['$.b', '$."b"']],
    refused: ['$.'],
    compared: NONE,
  },
  {
    type: 'xml',
    stored: [[`'<a b="1">x</a>'`, '<a b="1">x</a>']],
    refused: ['<a>'],
    compared: NONE,
  },
  {
    type: 'jsonb',
    stored: [[`'{"b": [1, null], "a": "x"}'`, { a: 'x', b: [1, null] }]],
    compared: NONE,
  },
];
