/**
 * What a value is for a column's type (R14, R45): read from what a client sends, and from what a database or a model
 * gives. A canonical value is JSON: text, number (integers beyond 2^53 as text), boolean, null, or for JSON columns
 * any JSON. Decimals, dates (`2026-01-31`), times (`08:05:00.5`), timestamps (`2026-01-31T08:05:00.5Z`, UTC), UUIDs
 * (lower case) and bytes (base64) are text.
 */
import type { ColumnType } from '../database';

export type Canonical = string | number | boolean | null | readonly unknown[] | { readonly [key: string]: unknown };

/** Values by column name; prototypes of objects have names that columns may have too. */
function ColumnValueMap(this: object): void {
  // Nothing is set yet.
}
ColumnValueMap.prototype = Object.create(null) as object;

/** An empty map of values by column name; a plain object would know `constructor`. */
export const columnValues = <T>(...given: readonly Readonly<Record<string, T>>[]): Record<string, T> =>
  Object.assign(new (ColumnValueMap as unknown as new () => Record<string, T>)(), ...given) as Record<string, T>;

/**
 * A value, or why it cannot be one: a phrase such as "is longer than 50 characters". `unfit` says that the value is of
 * the type but beyond its limits, so that nothing stored can equal it.
 */
export type Parsed = { readonly value: Canonical } | { readonly reason: string; readonly unfit: boolean };

export interface ParseOptions {
  /** The value is text of a file, where JSON is written out. */
  readonly text: boolean;
}

type Kind = ColumnType['kind'];
type TypeOf<K extends Kind> = Extract<ColumnType, { kind: K }>;

interface Codec<K extends Kind> {
  /** `input` is never null, undefined or ''. */
  parse(type: TypeOf<K>, input: unknown, options: ParseOptions): Parsed;
  /** `raw` is never null or undefined. */
  read(type: TypeOf<K>, raw: unknown): Canonical;
}

const valid = (value: Canonical): Parsed => ({ value });
const invalid = (reason: string): Parsed => ({ reason, unfit: false });
const unfit = (reason: string): Parsed => ({ reason, unfit: true });

function pad(number: number, digits: number): string {
  return String(number).padStart(digits, '0');
}

// ── text ──

/** What no supported database stores alike: the zero character and halves of a surrogate pair. */

const UNSTORABLE = /\u0000|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Why a text cannot be stored in any database, or null. */
export function unstorable(text: string): string | null {
  return UNSTORABLE.test(text)
    ? 'contains a character that cannot be stored (U+0000 or half of a surrogate pair)'
    : null;
}

/** Longer than so many characters (code points, as databases count)? */
export function longerThan(text: string, length: number): boolean {
  return text.length > length && Array.from(text).length > length;
}

function asText(input: unknown): string | null {
  if (typeof input === 'string') return input;
  return typeof input === 'number' || typeof input === 'boolean' || typeof input === 'bigint' ? String(input) : null;
}

const trimEnd = (text: string): string => text.replace(/ +$/, '');

const string: Codec<'string'> = {
  parse(type, input) {
    const text = asText(input);
    if (text === null) return invalid('is not a text');
    const reason = unstorable(text);
    if (reason) return invalid(reason);
    const kept = type.padded ? trimEnd(text) : text;
    if (type.maxLength !== undefined && longerThan(kept, type.maxLength))
      return unfit(`is longer than ${type.maxLength} characters`);
    if (type.maxBytes !== undefined && Buffer.byteLength(kept) > type.maxBytes)
      return unfit(`is longer than ${type.maxBytes} bytes`);
    return valid(kept);
  },
  read: (type, raw) => (type.padded ? trimEnd(String(raw)) : String(raw)),
};

const enumeration: Codec<'enum'> = {
  parse(type, input) {
    const text = asText(input);
    if (text !== null && type.members.includes(text)) return valid(text);
    return unfit(`is not one of ${type.members.map((member) => JSON.stringify(member)).join(', ')}`);
  },
  read: (_type, raw) => String(raw),
};

const uuid: Codec<'uuid'> = {
  parse(_type, input) {
    const text = typeof input === 'string' ? input.trim().toLowerCase() : '';
    return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text) ? valid(text) : invalid('is not a UUID');
  },
  read: (_type, raw) => String(raw).toLowerCase(),
};

// ── numbers ──

function integerValue(number: bigint): Canonical {
  const small = Number(number);
  return Number.isSafeInteger(small) ? small : String(number);
}

const integer: Codec<'integer'> = {
  parse(type, input) {
    const text =
      typeof input === 'string'
        ? input.trim()
        : typeof input === 'number' || typeof input === 'bigint'
          ? String(input)
          : '';
    if (typeof input === 'number' && Number.isInteger(input) && !Number.isSafeInteger(input))
      return invalid('is a number beyond 2^53, which JSON rounds: send it as a text');
    if (!/^[-+]?\d+$/.test(text)) return invalid('is not an integer');
    const number = BigInt(text.replace('+', ''));
    if (number < type.min || number > type.max) return unfit(`is not between ${type.min} and ${type.max}`);
    return valid(integerValue(number));
  },
  read(_type, raw) {
    if (typeof raw === 'number') return raw;
    if (typeof raw === 'boolean') return raw ? 1 : 0;
    return integerValue(BigInt(raw as string | bigint));
  },
};

/** Sign, digits before and after the point; null where the text is no decimal number. */
function decimalParts(text: string): { negative: boolean; whole: string; fraction: string } | null {
  const match = /^([-+]?)(\d*)(?:\.(\d*))?(?:e([-+]?\d{1,4}))?$/i.exec(text);
  if (!match || !(match[2] || match[3])) return null;
  let whole = match[2] ?? '';
  let fraction = match[3] ?? '';
  const exponent = Number(match[4] ?? 0);
  if (exponent > 0) {
    whole += fraction.padEnd(exponent, '0').slice(0, exponent);
    fraction = fraction.slice(exponent);
  } else if (exponent < 0) {
    const digits = whole.padStart(-exponent, '0');
    fraction = digits.slice(digits.length + exponent) + fraction;
    whole = digits.slice(0, digits.length + exponent);
  }
  whole = whole.replace(/^0+/, '');
  fraction = fraction.replace(/0+$/, '');
  return { negative: match[1] === '-' && (whole + fraction).length > 0, whole, fraction };
}

function decimalText(parts: { negative: boolean; whole: string; fraction: string }, scale: number | undefined): string {
  const fraction = scale === undefined ? parts.fraction : parts.fraction.padEnd(scale, '0');
  return `${parts.negative ? '-' : ''}${parts.whole || '0'}${fraction ? `.${fraction}` : ''}`;
}

const decimal: Codec<'decimal'> = {
  parse(type, input) {
    const text =
      typeof input === 'string'
        ? input.trim()
        : typeof input === 'number' || typeof input === 'bigint'
          ? String(input)
          : '';
    const parts = decimalParts(text);
    if (!parts) return invalid('is not a decimal number');
    if (type.scale !== undefined && parts.fraction.length > type.scale)
      return unfit(`has more than ${type.scale} decimals`);
    if (type.precision !== undefined && parts.whole.length > type.precision - (type.scale ?? 0))
      return unfit(`has more than ${type.precision - (type.scale ?? 0)} digits before the point`);
    if (type.digits !== undefined && parts.fraction && (parts.whole + parts.fraction).length > type.digits)
      return unfit(`has more than ${type.digits} digits, which this database would round`);
    return valid(decimalText(parts, type.scale));
  },
  read(type, raw) {
    const text =
      typeof raw === 'number' && type.digits !== undefined && !Number.isInteger(raw)
        ? raw.toPrecision(type.digits)
        : String(raw);
    const parts = decimalParts(text);
    return parts ? decimalText(parts, type.scale) : text;
  },
};

const float: Codec<'float'> = {
  parse(type, input) {
    const text = typeof input === 'string' ? input.trim() : typeof input === 'number' ? String(input) : '';
    if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)) return invalid('is not a number');
    const number = type.single ? Math.fround(Number(text)) : Number(text);
    return Number.isFinite(number) ? valid(number + 0) : unfit('is out of range');
  },
  read: (type, raw) => (type.single ? Math.fround(Number(raw)) : Number(raw)) + 0,
};

const BOOLEANS: Record<string, boolean> = {
  true: true, t: true, yes: true, 1: true,
  false: false, f: false, no: false, 0: false,
}; // prettier-ignore

const boolean: Codec<'boolean'> = {
  parse(_type, input) {
    if (typeof input === 'boolean') return valid(input);
    const key = typeof input === 'string' ? input.trim().toLowerCase() : typeof input === 'number' ? String(input) : '';
    const found = Object.hasOwn(BOOLEANS, key) ? BOOLEANS[key] : undefined;
    return found === undefined ? invalid('is not a boolean (true, false, yes, no, t, f, 1, 0)') : valid(found);
  },
  read: (_type, raw) => (typeof raw === 'string' ? raw === '1' || raw === 't' || raw === 'true' : Boolean(Number(raw))),
};

// ── date and time ──

const DATE = /^(\d{4})-(\d\d)-(\d\d)$|^(\d{4})(\d\d)(\d\d)$/;
const CLOCK = /^(\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d{1,9}))?)?$/;

function dateParts(text: string): [number, number, number] | null {
  const match = DATE.exec(text);
  if (!match) return null;
  const [year, month, day] = [match[1] ?? match[4], match[2] ?? match[5], match[3] ?? match[6]].map(Number) as [
    number,
    number,
    number,
  ];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return year >= 1 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? [year, month, day] : null;
}

function clockParts(text: string): { hour: number; minute: number; second: number; fraction: string } | null {
  const match = CLOCK.exec(text);
  if (!match) return null;
  const [hour, minute, second] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59) return null;
  return { hour, minute, second, fraction: (match[4] ?? '').replace(/0+$/, '') };
}

const tooFine = (fraction: string, digits: number): string | null =>
  fraction.length > digits
    ? digits === 0
      ? 'has fractions of a second'
      : `has more than ${digits} digits of a second`
    : null;

const date: Codec<'date'> = {
  parse(_type, input) {
    const text = typeof input === 'string' ? input.trim() : '';
    // A timestamp at midnight loses nothing as a date.
    const parts = dateParts(text.replace(/[T ]00:00(:00(\.0+)?)?(Z|\+00:?00)?$/, ''));
    return parts
      ? valid(`${pad(parts[0], 4)}-${pad(parts[1], 2)}-${pad(parts[2], 2)}`)
      : invalid('is not a date (2026-01-31)');
  },
  read(_type, raw) {
    if (raw instanceof Date || typeof raw === 'number') return new Date(raw).toISOString().slice(0, 10);
    return String(raw).slice(0, 10);
  },
};

const time: Codec<'time'> = {
  parse(type, input) {
    const clock = typeof input === 'string' ? clockParts(input.trim().replace(/^T/i, '')) : null;
    if (!clock) return invalid('is not a time of day (08:05:00)');
    const reason = tooFine(clock.fraction, type.fraction);
    if (reason) return unfit(reason);
    const whole = `${pad(clock.hour, 2)}:${pad(clock.minute, 2)}:${pad(clock.second, 2)}`;
    return valid(clock.fraction ? `${whole}.${clock.fraction}` : whole);
  },
  read: (_type, raw) =>
    String(raw)
      .replace(/(\.\d*?)0+$/, '$1')
      .replace(/\.$/, ''),
};

const ZONED = /^(\d{4}-\d\d-\d\d|\d{8})(?:[T ]([\d:.,]+))? ?(Z|[-+]\d\d(?::?\d\d)?)?$/i;

/** ISO 8601 in UTC with up to nine digits of a second, trailing zeros cut; null where the text is no timestamp. */
function timestamp(text: string): { iso: string; fraction: string } | null {
  const match = ZONED.exec(text);
  const day = dateParts(match?.[1] ?? '');
  const clock = match?.[2] === undefined ? { hour: 0, minute: 0, second: 0, fraction: '' } : clockParts(match[2]);
  if (!match || !day || !clock) return null;
  const zone = /^([-+])(\d\d):?(\d\d)?$/.exec(match[3] ?? '');
  const offset = zone ? (zone[1] === '-' ? -1 : 1) * (Number(zone[2]) * 60 + Number(zone[3] ?? 0)) : 0;
  if (Math.abs(offset) > 18 * 60) return null;
  const instant = new Date(0);
  instant.setUTCFullYear(day[0], day[1] - 1, day[2]);
  instant.setUTCHours(clock.hour, clock.minute - offset, clock.second);
  const year = instant.getUTCFullYear();
  if (year < 1 || year > 9999) return null;
  const whole = instant.toISOString().slice(0, 19);
  return { iso: `${whole}${clock.fraction ? `.${clock.fraction}` : ''}Z`, fraction: clock.fraction };
}

const datetime: Codec<'datetime'> = {
  parse(type, input) {
    const found = typeof input === 'string' ? timestamp(input.trim()) : null;
    if (!found) return invalid('is not a timestamp (ISO 8601, such as 2026-01-31T08:05:00Z)');
    const reason = tooFine(found.fraction, type.fraction);
    if (reason) return unfit(reason);
    if ((type.min !== undefined && found.iso < type.min) || (type.max !== undefined && found.iso > type.max))
      return unfit(`is not between ${type.min} and ${type.max}`);
    return valid(found.iso);
  },
  read(_type, raw) {
    if (raw instanceof Date || typeof raw === 'number') return new Date(raw).toISOString().replace(/\.?0+Z$/, 'Z');
    return timestamp(String(raw))?.iso ?? String(raw);
  },
};

// ── the rest ──

const json: Codec<'json'> = {
  parse(_type, input, { text }) {
    if (!text || typeof input !== 'string') return valid(input as Canonical);
    try {
      return valid(JSON.parse(input) as Canonical);
    } catch {
      return invalid('is not JSON');
    }
  },
  read(_type, raw) {
    if (typeof raw !== 'string') return raw as Canonical;
    try {
      return JSON.parse(raw) as Canonical;
    } catch {
      return raw;
    }
  },
};

const binary: Codec<'binary'> = {
  parse(type, input) {
    const text = typeof input === 'string' ? input.replace(/\s+/g, '') : '!';
    if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return invalid('is not base64');
    const bytes = Buffer.from(text, 'base64');
    if (type.maxBytes !== undefined && bytes.length > type.maxBytes)
      return unfit(`is longer than ${type.maxBytes} bytes`);
    return valid(bytes.toString('base64'));
  },
  read: (_type, raw) => (Buffer.isBuffer(raw) ? raw : Buffer.from(raw as Uint8Array)).toString('base64'),
};

const other: Codec<'other'> = {
  parse(_type, input) {
    const text = asText(input) ?? JSON.stringify(input);
    const reason = unstorable(text);
    return reason ? invalid(reason) : valid(text);
  },
  read: (_type, raw) => (typeof raw === 'object' ? JSON.stringify(raw) : String(raw)),
};

const CODECS: { readonly [K in Kind]: Codec<K> } = {
  string, enum: enumeration, integer, decimal, float, boolean, date, time, datetime, json, uuid, binary, other,
}; // prettier-ignore

const codecOf = (type: ColumnType): Codec<Kind> => CODECS[type.kind] as Codec<Kind>;

/** Whether `''` can be a value of the type by itself. */
export const takesEmptyText = (type: ColumnType): boolean =>
  type.kind === 'string' || type.kind === 'enum' || type.kind === 'other';

/** What a client sent, as the column would store it; null and undefined stay null, `''` is the caller's affair (R14). */
export function parseValue(type: ColumnType, input: unknown, options: ParseOptions): Parsed {
  if (input === null || input === undefined) return valid(null);
  return codecOf(type).parse(type, input, options);
}

/** What a database or a model gives, as a canonical value. */
export function readValue(type: ColumnType, raw: unknown): Canonical {
  if (raw === null || raw === undefined) return null;
  return codecOf(type).read(type, raw);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}

/** A text that is the same for two canonical values exactly where they are the same value. */
export function identityOf(value: Canonical): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(sorted(value)) : String(value);
}

/** The same value, byte for byte; JSON objects whatever the order of their keys. */
export function sameValue(a: Canonical, b: Canonical): boolean {
  if (a === b) return true;
  return a !== null && b !== null && typeof a === 'object' && typeof b === 'object' && identityOf(a) === identityOf(b);
}

/** What an unforced update may fill (R12). */
export const isEmpty = (value: Canonical): boolean => value === null || value === '';
