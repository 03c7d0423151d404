/** JSON documents contain every digit of their numbers, from text or inline, and are compared exactly (R14, R46). */
import fc from 'fast-check';
import { Model } from 'objection';
import { type Canonical, parseValue, readValue, sameValue } from '../../src/models';
import { DATABASES } from '../support/databases';
import { type TestEngine, testEngine, told } from '../support/engine';

const JSON_TYPE = { kind: 'json' } as const;

/** A document in a file, and its value in the API. */
const SHOWN: readonly [text: string, shown: Canonical][] = [
  ['{"b":1.50,"a":[-0.25,1e2]}', { b: 1.5, a: [-0.25, 100] }],
  ['9007199254740991', 9007199254740991],
  ['{"id":9007199254740993}', 'json:{"id":9007199254740993}'],
  ['{ "z" : "9007199254740993", "id" : -90071992547409930 }', 'json:{"id":-90071992547409930,"z":"9007199254740993"}'],
  ['[10000000000000001]', 'json:[10000000000000001]'],
  ['[3.14159265358979323846]', 'json:[3.14159265358979323846]'],
  ['[0.1000000000000000055]', 'json:[0.1000000000000000055]'],
  ['[1e400,-2.50E-400]', 'json:[1e400,-25e-401]'],
  ['[6.02214076e23]', [6.02214076e23]],
  ['["say \\"9007199254740993\\"", {"9007199254740993": 1}]', ['say "9007199254740993"', { '9007199254740993': 1 }]],
  ['[12345678901234567890, "#\\u0022", "##1"]', 'json:[12345678901234567890,"#\\"","##1"]'],
  ['"json: is a format"', 'json:"json: is a format"'],
  ['"a text"', 'a text'],
  ['[-0, -0.0]', [0, 0]],
];

/** Different spellings of equal documents. */
const SAME: readonly (readonly [a: string, b: string])[] = [
  ['{"id":9007199254740993,"n":1}', '{"n":1.0,"id":9007199254740993.000}'],
  ['[12345678901234567890]', '[1234567890123456789e1]'],
  ['[1e400]', '[10.0e399]'],
  ['[-0]', '[0]'],
];

const DIFFERENT: readonly (readonly [a: string, b: string])[] = [
  ['{"id":9007199254740993}', '{"id":9007199254740992}'],
  ['[0.1]', '[0.1000000000000000055]'],
  ['[1e400]', '[1e401]'],
  ['[3.14159265358979323846]', '[3.14159265358979323847]'],
];

const fromFile = (text: string): Canonical => {
  const parsed = parseValue(JSON_TYPE, text, { text: true });
  if (!('value' in parsed)) throw new Error(`${text} ${parsed.reason}`);
  return parsed.value;
};

describe('JSON documents', () => {
  it.each(SHOWN)('R14, R46: %s is shown as %j, which can be sent back', (text, shown) => {
    expect(sameValue(fromFile(text), shown)).toBe(true);
    expect(sameValue(readValue(JSON_TYPE, text), shown)).toBe(true);
    for (const options of [{ text: false }, { text: typeof shown === 'string' && shown.startsWith('json:') }])
      expect(parseValue(JSON_TYPE, shown, options)).toEqual({ value: shown });
  });

  it.each(SAME)('R46: %s is the same document as %s', (a, b) => {
    expect(sameValue(fromFile(a), fromFile(b))).toBe(true);
  });

  it.each(DIFFERENT)('R46: %s is not the same document as %s', (a, b) => {
    expect(sameValue(fromFile(a), fromFile(b))).toBe(false);
  });

  it('R46: any document that is shown is read back with the digits that it had', () => {
    const digits = fc.stringMatching(/^-?[1-9]\d{0,30}(\.\d{1,20})?(e-?[1-9]\d?)?$/);
    const documents = fc.array(fc.tuple(fc.string(), digits)).map((entries) => {
      const members = [...new Map(entries)].map(([name, number]) => `${JSON.stringify(name)}:${number}`);
      return `{${members.join(',')}}`;
    });
    fc.assert(
      fc.property(documents, (text) => {
        const shown = fromFile(text);
        const back = parseValue(JSON_TYPE, shown, { text: false });
        expect(back).toEqual({ value: shown });
        expect(sameValue(readValue(JSON_TYPE, text), shown)).toBe(true);
      }),
    );
  });

  it.each([[9007199254740992], [{ a: [12345678901234567000] }], [{ id: -9007199254740994 }]])(
    'R14: refuses %j inline, which the parser of the request may have rounded',
    (document) => {
      expect(parseValue(JSON_TYPE, document, { text: false })).toMatchObject({
        reason: expect.stringContaining('Send the document as text, json:{…}') as string,
      });
    },
  );
});

class Sample extends Model {
  static override tableName = 'sample';
  static override jsonAttributes = ['data', 'written'];
}

class Hooked extends Sample {
  override $beforeUpdate(): void {
    this.note = 'hooked';
  }
  note?: string;
}

describe.each(DATABASES)('JSON documents on $name', (kind) => {
  let engine: TestEngine;
  const stored = async (): Promise<string[]> => {
    const rows = (await engine.test.database.knex('sample').select('data').orderBy('id')) as { data: string }[];
    return rows.map(({ data }) => (typeof data === 'string' ? data : JSON.stringify(data)).replace(/\s/g, ''));
  };
  beforeEach(async () => {
    engine = await testEngine(kind, [Sample, Hooked], async ({ database: { knex } }) => {
      await knex.schema.createTable('sample', (table) => {
        table.increments('id');
        table.string('name', 50).notNullable().unique();
        table.string('note', 50);
        table.specificType('data', knex.client.config.client === 'pg' ? 'jsonb' : 'json');
        table.text('written');
      });
    });
  });
  afterEach(() => engine.close());

  const documents = ['{"id":9007199254740993}', '[3.14159265358979323846]', '{"a":12345678901234567890,"b":"x"}'];

  it('R14: stores the digits of a file', async () => {
    const rows = documents.map((data, index) => ({ $match: 'name', name: `d${index}`, data, written: data }));
    expect((await engine.sync('Sample', rows, { text: true })).map(told)).toEqual(rows.map(() => 'CREATED'));
    expect(await stored()).toEqual(documents);
    expect((await engine.sync('Sample', rows, { text: true })).map(told)).toEqual(rows.map(() => 'UNCHANGED'));
  });

  it('R46: another last digit is a change, and what is shown can be sent back', async () => {
    await engine.sync('Sample', [{ $match: 'name', name: 'd', data: '{"id":9007199254740993}' }], { text: true });
    const [changed] = await engine.sync(
      'Sample',
      [{ $match: 'name', $flags: 'u*', name: 'd', data: '{"id":9007199254740992}' }],
      { text: true },
    );
    expect(changed?.changes).toEqual([
      { field: 'data', before: 'json:{"id":9007199254740993}', after: 'json:{"id":9007199254740992}' },
    ]);
    const back = { $match: 'name', $flags: 'u*', name: 'd', data: changed?.changes[0]?.after };
    expect((await engine.sync('Sample', [back])).map(told)).toEqual(['UNCHANGED']);
    expect((await engine.sync('Sample', [back], { text: true })).map(told)).toEqual(['UNCHANGED']);
    expect(await stored()).toEqual(['{"id":9007199254740992}']);
  });

  it('R15: a class with hooks sees plain JSON, and the digits stay', async () => {
    await engine.sync('Sample', [{ $match: 'name', name: 'd', data: documents[0] }], { text: true });
    const outcomes = await engine.sync(
      'Hooked',
      [{ $match: 'name', $flags: 'u*', name: 'd', data: '{"id":9007199254740995}', written: documents[0] }],
      { text: true },
    );
    expect(outcomes.map(told)).toEqual(['UPDATED']);
    expect(await stored()).toEqual(['{"id":9007199254740995}']);
  });
});
