/** Columns with special behaviour in a database: accepted values, refused values, and lookups (R6, R13, R14, R45). */
import { Model } from 'objection';
import { DATABASES, type DatabaseKind } from '../support/databases';
import { type TestEngine, testEngine, told } from '../support/engine';

type Name = DatabaseKind['name'];

/** A column of a database: accepted values (with the stored value, if it differs), and refused values. */
interface ColumnCase {
  readonly name: string;
  readonly types: Partial<Record<Name, string>>;
  readonly taken: readonly (readonly [sent: unknown, stored?: unknown])[];
  readonly refused?: readonly unknown[];
  /** Rows cannot be found by values of the column. */
  readonly unmatchable?: true;
}

const everywhere = (type: string): Record<Name, string> => ({ SQLite: type, MariaDB: type, PostgreSQL: type });

const COLUMNS: readonly ColumnCase[] = [
  {
    name: 'whole_decimal',
    types: { ...everywhere('decimal(30,0)') },
    taken: [['1234567890123456'], ['9007199254740993'], ['-9223372036854775807']],
  },
  {
    name: 'sqlite_decimal',
    types: { SQLite: 'decimal(30,2)' },
    taken: [['9223372036854775807', '9223372036854775807.00'], ['9007199254740993.00']],
    refused: ['9223372036854775808', '12345678901234.56'],
  },
  {
    name: 'single',
    types: { MariaDB: 'float', PostgreSQL: 'real' },
    taken: [
      [0.1],
      [3.14159265, 3.1415927],
      [1234567],
      [16777216],
      [1e10],
      [-1.5],
      ['1e-7', 1e-7],
      ['0', 0],
      [123456.7],
    ],
    refused: [16777217, '123456789', '1e-60', 1e39],
  },
  {
    name: 'double_number',
    types: { SQLite: 'double', MariaDB: 'double', PostgreSQL: 'double precision' },
    taken: [[1e300], ['123456789.123456789', 123456789.12345679], [5e-324]],
    refused: ['9007199254740993', '1e-400'],
  },
  {
    name: 'float_with_scale',
    types: { MariaDB: 'float(7,2)' },
    taken: [[1.5], ['12345.67', 12345.67]],
    refused: [1.239, 123456],
  },
  {
    name: 'stamp',
    types: { MariaDB: 'timestamp(3) NULL' },
    taken: [
      ['2038-01-19T03:14:07Z'],
      ['2038-01-19T03:14:07.999Z'],
      ['1970-01-01T00:00:01Z'],
      ['1970-01-01T00:00:01.5Z'],
    ],
    refused: ['2038-01-19T03:14:08Z', '1970-01-01T00:00:00.999Z'],
  },
  {
    name: 'small_numeric',
    types: { PostgreSQL: 'numeric(3,5)' },
    taken: [['0.00123']],
    refused: ['0.0123', '1', '0.000001'],
  },
  {
    name: 'round_numeric',
    types: { PostgreSQL: 'numeric(3,-2)' },
    taken: [['12300'], ['0']],
    refused: ['12345', '123400', '0.5'],
  },
  {
    name: 'fixed_char',
    types: everywhere('char(5)'),
    taken: [['abcde  ', 'abcde'], ['ab']],
    refused: ['abcdef'],
  },
  {
    name: 'unsigned_number',
    types: { MariaDB: 'int unsigned' },
    taken: [[4294967295]],
    refused: [-1, 4294967296],
  },
  {
    name: 'tricky_enum',
    types: { MariaDB: String.raw`enum('a\\b','c''d')` },
    taken: [['a\\b'], ["c'd"]],
    refused: ['a\\\\b'],
  },
  { name: 'some_set', types: { MariaDB: "set('x','a','c')" }, taken: [['c,x', 'x,c'], ['a']], refused: ['x,z'] },
  {
    name: 'fixed_bytes',
    types: { MariaDB: 'binary(4)' },
    taken: [
      ['base64:YWI=', 'base64:YWIAAA=='],
      ['hex:6364', 'base64:Y2QAAA=='],
    ],
    refused: ['base64:YWFhYWE=', 'ab'],
  },
  { name: 'bits', types: { MariaDB: 'bit(8)' }, taken: [[5], [255]], refused: [256] },
  { name: 'one_bit', types: { MariaDB: 'bit(1)' }, taken: [[true], [0, false]] },
  {
    name: 'address6',
    types: { MariaDB: 'inet6' },
    taken: [['2001:DB8:0::1', '2001:db8::1'], ['10.0.0.1', '::ffff:10.0.0.1'], ['::1']],
    refused: ['nowhere'],
  },
  {
    name: 'narrow_text',
    types: { MariaDB: 'varchar(20) CHARACTER SET latin1' },
    taken: [['déjà'], ['€ ?']],
    refused: ['😀', 'Ж'],
  },
  { name: 'bmp_text', types: { MariaDB: 'varchar(20) CHARACTER SET utf8mb3' }, taken: [['Ж€']], refused: ['😀'] },
  { name: 'big5_text', types: { MariaDB: 'varchar(20) CHARACTER SET big5' }, taken: [['中文']], refused: ['😀'] },
  {
    name: 'latin1_bytes',
    types: { MariaDB: 'tinytext CHARACTER SET latin1' },
    taken: [['é'.repeat(255)]],
    refused: ['é'.repeat(256)],
  },
  {
    name: 'address',
    types: { PostgreSQL: 'inet' },
    taken: [['10.0.0.1'], ['10.0.0.2/32', '10.0.0.2'], ['10.1.0.0/16'], ['2001:DB8::1', '2001:db8::1']],
    refused: ['10.0.0'],
  },
  {
    name: 'mac',
    types: { PostgreSQL: 'macaddr' },
    taken: [['08-00-2B-01-02-03', '08:00:2b:01:02:03']],
    refused: ['08:00'],
  },
  {
    name: 'numbers',
    types: { PostgreSQL: 'int[]' },
    taken: [[[1, 2]], ['{3,4}', [3, 4]], ['[[1],[2]]', [[1], [2]]], [[]]],
    refused: [['a'], 'x'],
  },
  {
    name: 'words',
    types: { PostgreSQL: 'text[]' },
    taken: [[['a', 'b "c"', 'null', '{d,e}', null, '\\']], ['{a,"b,c"}', ['a', 'b,c']]],
  },
  { name: 'days', types: { PostgreSQL: 'date[]' }, taken: [[['2026-01-31']]], refused: [['2026-02-31']] },
  { name: 'three_bits', types: { PostgreSQL: 'bit(3)' }, taken: [['101']], refused: ['1010', '10', '102'] },
  { name: 'up_to_bits', types: { PostgreSQL: 'bit varying(8)' }, taken: [['1010']], refused: ['101010101'] },
  { name: 'span', types: { PostgreSQL: 'interval' }, taken: [['1 day'], ['01:00:00']] },
  { name: 'amount', types: { PostgreSQL: 'money' }, taken: [['$12.50']] },
  { name: 'span_of_numbers', types: { PostgreSQL: 'int4range' }, taken: [['[1,3)']] },
  { name: 'zoned_time', types: { PostgreSQL: 'timetz' }, taken: [['08:05:00+02']] },
  { name: 'positive', types: { PostgreSQL: 'even' }, taken: [[4]] },
  { name: 'place', types: { PostgreSQL: 'point' }, taken: [['(1,2)']], unmatchable: true },
  { name: 'markup', types: { PostgreSQL: 'xml' }, taken: [['<a/>']], unmatchable: true },
  {
    name: 'data',
    types: everywhere('json'),
    taken: [[{ a: String.raw`\u0000` }]],
    refused: [{ a: ['\u0000'] }, { '\ud800': 1 }, ['x\udc00']],
    unmatchable: true,
  },
];

class Sample extends Model {
  static override tableName = 'sample';
}

describe.each(DATABASES)('columns on $name', (kind) => {
  const { name } = kind;
  const columns = COLUMNS.filter((column) => column.types[name] !== undefined);
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await testEngine(kind, [Sample], async ({ database: { knex } }) => {
      if (name === 'PostgreSQL') {
        await knex.raw('CREATE DOMAIN positive AS int CHECK (value > 0)');
        await knex.raw('CREATE DOMAIN even AS positive CHECK (value % 2 = 0)');
      }
      await knex.schema.createTable('sample', (table) => {
        table.increments('id');
        table.string('name', 50).notNullable().unique();
        for (const column of columns) table.specificType(column.name, column.types[name] ?? '');
      });
    });
  });
  afterAll(() => engine.close());

  it.each(columns)('R13, R14: $name', async ({ name: field, taken, refused = [], unmatchable }) => {
    const rows = taken.map(([sent], index) => ({ $match: 'name', name: `${field} ${index}`, [field]: sent }));
    const outcomes = await engine.sync('Sample', rows);
    expect(
      outcomes.map((outcome) => [told(outcome), outcome.changes.find((change) => change.field === field)?.after]),
    ).toEqual(taken.map(([sent, stored]) => ['CREATED', stored === undefined ? sent : stored]));
    const back = outcomes.map(({ changes }, index) => ({
      ...rows[index],
      [field]: changes.find((change) => change.field === field)?.after,
    }));
    expect((await engine.sync('Sample', rows)).map(told)).toEqual(rows.map(() => 'UNCHANGED'));
    expect((await engine.sync('Sample', back)).map(told)).toEqual(rows.map(() => 'UNCHANGED'));
    const never = refused.map((sent, index) => ({ $match: 'name', name: `never ${index}`, [field]: sent }));
    expect((await engine.sync('Sample', never)).map(told)).toEqual(never.map(() => `FAILED INVALID_VALUE(${field})`));

    const found = await engine.sync(
      'Sample',
      rows.map(({ name: row, [field]: sent }) => ({ $match: field, $flags: 'u', name: row, [field]: sent })),
    );
    expect(found.map(told)).toEqual(
      rows.map(() => (unmatchable ? `FAILED UNKNOWN_MATCH_FIELD(${field})` : 'UNCHANGED')),
    );
  });
});
