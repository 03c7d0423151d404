/** The time that a value takes grows with its length alone: one cell of a file must not stop the server. */
import { readHeader } from '../../src/csv/header';
import { type ColumnType, EXACT } from '../../src/database';
import { columnType as postgresType } from '../../src/database/postgres/types';
import { columnType as sqliteType } from '../../src/database/sqlite/types';
import { parseValue } from '../../src/models';

const SQLITE = ['int', 'string', 'text', 'char(5)', 'numeric', 'decimal(5,2)', 'real', 'json', 'blob', 'date', 'time', 'datetime', 'uuid', 'boolean', 'other']; // prettier-ignore
const POSTGRES = [
  'int4',
  'numeric',
  'float8',
  'date',
  'time',
  'timestamptz',
  'json',
  'uuid',
  'text',
  'bpchar',
  'bytea',
];

const postgres = (base: string, isArray: boolean): ColumnType =>
  postgresType({
    base,
    full: base,
    plain: base,
    exact: base,
    modifier: -1,
    is_array: isArray,
    delimiter: ',',
    is_range: false,
    comparable: true,
    ordered: true,
    members: null,
    collation: null,
    deterministic: null,
  });

const TYPES: readonly (readonly [name: string, type: ColumnType])[] = [
  ...SQLITE.map((declared) => [`${declared} of SQLite`, sqliteType(declared, EXACT, null, false)] as const),
  ...POSTGRES.map((base) => [`${base} of PostgreSQL`, postgres(base, false)] as const),
  ...['text', 'json', 'numeric'].map((base) => [`${base}[] of PostgreSQL`, postgres(base, true)] as const),
];

const LENGTH = 100_000;
const many = (text: string): string => text.repeat(LENGTH / text.length);

/** Texts in which a pattern that tries again at each place would take the square of the length. */
const TEXTS: Readonly<Record<string, string>> = {
  'zeros within a number': `1${many('0')}1`,
  'zeros within a fraction': `1.${many('0')}1`,
  'zeros before a number': `${many('0')}1`,
  'a long exponent': `1e${many('1')}`,
  'blanks within': `a${many(' ')}b`,
  'blanks before': `${many(' ')}b`,
  'blanks after': `a${many(' ')}`,
  'points and digits': many('1.'),
  'digits of a second': `2026-01-31T08:05:00.${many('0')}1`,
  'a long number within JSON': `[1${many('0')}1]`,
  'signs within JSON': `{"a":"${many('#')}","b":9007199254740993}`,
  'quotes within JSON': `{"a":"${many('\\"')}","b":9007199254740993}`,
  'many numbers within JSON': `[${many('1,')}9007199254740993]`,
  'open brackets': many('['),
  'open braces': many('{'),
  'marked bytes': `hex:${many(' ')}z`,
};

/** The square of the length takes minutes. */
const MOST_SECONDS = 2;
/** Other work of the machine makes some attempts slow, but not all. */
const ATTEMPTS = 5;

/** Processor time of the fastest attempt, in seconds. The first attempt that is fast enough is the last. */
function secondsOf(work: () => void): number {
  let fastest = Infinity;
  for (let attempt = 0; attempt < ATTEMPTS && fastest > MOST_SECONDS; attempt += 1) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    fastest = Math.min(fastest, (user + system) / 1e6);
  }
  return fastest;
}

describe('a long value', () => {
  it.each(TYPES)('R14: of type %s takes no longer than its length', (_name, type) => {
    for (const [what, text] of Object.entries(TEXTS)) {
      const seconds = secondsOf(() => [true, false].map((isFile) => parseValue(type, text, { text: isFile })));
      expect({ what, isSlow: seconds > MOST_SECONDS }).toEqual({ what, isSlow: false });
    }
  });

  it('R14: with a long text beside a long number is stored with all digits', () => {
    const text = `{"a":"${many('#')}","b":9007199254740993}`;
    expect(parseValue({ kind: 'json' }, text, { text: true })).toEqual({ value: `json:${text}` });
  });

  it('in a header takes no longer than its length', () => {
    const blanks = `a${many(' ')}b`;
    expect(secondsOf(() => readHeader([blanks, ` ${blanks}2 `], {}, 1))).toBeLessThan(MOST_SECONDS);
    expect(readHeader([` \u200b${blanks}\u00a0\ufeff `], {}, 1).names).toEqual([blanks]);
  });
});
