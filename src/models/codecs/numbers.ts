/** Integers, decimals, floats and booleans. */
import type { IntegerType } from '../../database';
import { withoutAtEnd } from '../../trimming';
import { type Canonical, type Codec, invalid, type Parsed, type TypeOf, unfit, valid } from './codec';
import { isRounded, ROUNDED, SAFE_DIGITS } from './exactNumbers';

const numberText = (input: unknown): string => {
  if (typeof input === 'string') return input.trim();
  return typeof input === 'number' || typeof input === 'bigint' ? String(input) : '';
};

// ── integer ──

function integerValue(number: bigint): Canonical {
  const small = Number(number);
  return Number.isSafeInteger(small) ? small : String(number);
}

/** No integer type has more digits. Converting a longer text takes more than linear time. */
const LONGEST_INTEGER = 100;

/** Whether a text has more digits than this, without leading zeros. */
const isLong = (text: string): boolean => text.replace(/^[-+]?0*/, '').length > LONGEST_INTEGER;

const within = ({ min, max, zero }: IntegerType, number: bigint): boolean =>
  (number >= min && number <= max) || (zero === true && number === 0n);

export const integer: Codec<'integer'> = {
  parse(type, input) {
    const word = type.words ? wordOf(input) : undefined;
    if (word !== undefined) return valid(word ? 1 : 0);
    if (Number.isSafeInteger(input) && (input as number) >= type.min && (input as number) <= type.max)
      // Adding 0 turns -0 into 0.
      return valid((input as number) + 0);
    if (typeof input === 'number' && Number.isInteger(input) && !Number.isSafeInteger(input))
      return invalid('is a number beyond 2^53, which JSON rounds. Send the number as text');
    const text = numberText(input);
    if (!/^[-+]?\d+$/.test(text)) return invalid('is not an integer');
    const number = text.length <= LONGEST_INTEGER || !isLong(text) ? BigInt(text.replace('+', '')) : null;
    return number !== null && within(type, number)
      ? valid(integerValue(number))
      : unfit(`is not between ${type.min} and ${type.max}${type.zero ? ', or 0' : ''}`);
  },
  read(_type, raw) {
    if (typeof raw === 'number') return raw;
    if (typeof raw === 'bigint') return integerValue(raw);
    if (typeof raw === 'boolean') return raw ? 1 : 0;
    // Bits, the highest first.
    if (Buffer.isBuffer(raw)) return integerValue(BigInt(`0x${raw.toString('hex') || '0'}`));
    const text = String(raw);
    if (!/^-?\d+$/.test(text)) return text;
    return text.length <= SAFE_DIGITS ? Number(text) : integerValue(BigInt(text));
  },
};

/** A number that is not finite; null if the type has no such numbers. */
function specialNumber({ special }: TypeOf<'decimal' | 'float'>, text: string): Parsed | null {
  const found = special?.(text) ?? null;
  return found === null ? null : valid(found);
}

// ── decimal ──

interface DecimalParts {
  readonly negative: boolean;
  /** Digits before and after the point, without insignificant zeros. */
  readonly whole: string;
  readonly fraction: string;
}

/** Null if the text is not a decimal number. */
function decimalParts(text: string): DecimalParts | null {
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
  fraction = withoutAtEnd(fraction, '0');
  return { negative: match[1] === '-' && (whole + fraction).length > 0, whole, fraction };
}

function decimalText(parts: DecimalParts, scale: number | undefined): string {
  const fraction = scale === undefined ? parts.fraction : parts.fraction.padEnd(scale, '0');
  return `${parts.negative ? '-' : ''}${parts.whole || '0'}${fraction ? `.${fraction}` : ''}`;
}

/** Whether digits are above a number. They must have no leading zeros. */
const isBeyond = (digits: string, number: bigint): boolean =>
  digits.length > String(number).length || BigInt(digits) > number;

const isBelowZero = (text: string): boolean => text.startsWith('-') && /^[^e]*[1-9]/i.test(text);

const zerosAtStart = (digits: string): number => /^0*/.exec(digits)?.[0].length ?? 0;
const zerosAtEnd = (digits: string): number => digits.length - withoutAtEnd(digits, '0').length;

/** Why a number has more digits than precision and scale allow; null if it does not. */
function outOfScale(
  { whole, fraction }: DecimalParts,
  { precision, scale = precision === undefined ? undefined : 0 }: { precision?: number; scale?: number },
): string | null {
  if (scale === undefined) return null;
  if (scale >= 0 && fraction.length > scale) return `has more than ${scale} decimals`;
  if (scale < 0 && (fraction || (whole && zerosAtEnd(whole) < -scale)))
    return `is not a multiple of 1${'0'.repeat(-scale)}`;
  if (precision === undefined) return null;
  const before = precision - scale;
  if (before >= 0) return whole.length > before ? `has more than ${before} digits before the point` : null;
  const small = !whole && (!fraction || zerosAtStart(fraction) >= -before);
  return small ? null : `has a digit other than 0 among the first ${-before} after the point`;
}

export const decimal: Codec<'decimal'> = {
  parse(type, input) {
    if (isRounded(input)) return invalid(ROUNDED);
    const given = numberText(input);
    const parts = decimalParts(given);
    if (!parts) return specialNumber(type, given) ?? invalid('is not a decimal number');
    if (type.unsigned && parts.negative) return unfit('is below 0');
    const reason = outOfScale(parts, type);
    if (reason) return unfit(reason);
    if (type.exact) {
      const { digits, whole } = type.exact;
      if (parts.fraction && (parts.whole + parts.fraction).length > digits)
        return unfit(`has more than ${digits} digits, which this database would round`);
      if (parts.whole.length > digits && isBeyond(parts.whole, whole))
        return unfit(`is beyond ${whole}, where this database would round`);
    }
    return valid(decimalText(parts, type.scale));
  },
  read(type, raw) {
    const text =
      typeof raw === 'number' && type.exact && !Number.isInteger(raw)
        ? raw.toPrecision(type.exact.digits)
        : String(raw);
    const parts = decimalParts(text);
    return parts ? decimalText(parts, type.scale) : text;
  },
};

// ── float ──

/** The shortest decimal for a number of single precision. */
function shortestSingle(number: number): number {
  const single = Math.fround(number);
  if (Number.isInteger(single) && Math.abs(single) < 2 ** 24) return single;
  for (let digits = 6; digits < 9; digits += 1) {
    const short = Number(single.toPrecision(digits));
    if (Math.fround(short) === single) return short;
  }
  return Number(single.toPrecision(9));
}

/** A number rounded to single precision, if `single`. Negative zero becomes zero. */
const rounded = (number: number, single: boolean): number => (single ? shortestSingle(number) : number) + 0;

/** The length up to which texts have no more digits than the precision holds. */
const longestSure = (single: boolean): number => (single ? 7 : SAFE_DIGITS);

/** Whether rounding loses more than a fraction: it changes the whole part, or turns the number into zero. */
function roundedAway(text: string, number: number, single: boolean): boolean {
  if (number === 0) return /^[^e]*[1-9]/i.test(text);
  if (text.length <= longestSure(single) || (single && Math.fround(Number(text)) === Number(text))) return false;
  return decimalParts(text)?.whole !== decimalParts(String(number))?.whole;
}

export const float: Codec<'float'> = {
  parse(type, input): Parsed {
    // A JSON parser turns 1e400 into infinity. Infinity itself must be sent as text.
    if (typeof input === 'number' && !Number.isFinite(input)) return unfit('is out of range');
    const text = numberText(input);
    if (!/^[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?$/i.test(text))
      return specialNumber(type, text) ?? invalid('is not a number');
    const number = rounded(Number(text), type.single);
    if (!Number.isFinite(number)) return unfit('is out of range');
    if (type.unsigned && isBelowZero(text)) return unfit('is below 0');
    if (roundedAway(text, number, type.single))
      return unfit(`cannot be stored in ${type.single ? 'single' : 'double'} precision`);
    const parts = type.scale === undefined ? null : decimalParts(text);
    const reason = parts && outOfScale(parts, type);
    return reason ? unfit(reason) : valid(number);
  },
  read(type, raw) {
    const number = Number(raw);
    return Number.isFinite(number) ? rounded(number, type.single) : String(raw);
  },
};

// ── boolean ──

const BOOLEANS: ReadonlyMap<string, boolean> = new Map(
  (['true', 't', 'yes', '1', 'false', 'f', 'no', '0'] as const).map((word, index) => [word, index < 4]),
);

const wordOf = (input: unknown): boolean | undefined =>
  typeof input === 'boolean' ? input : BOOLEANS.get(numberText(input).toLowerCase());

/** 0 and 1 as false and true. */
const truthOf = (value: Canonical): Canonical => (value === 0 || value === 1 ? value === 1 : value);

export const boolean: Codec<'boolean'> = {
  parse(type, input, options) {
    const word = wordOf(input);
    if (word !== undefined) return valid(word);
    const parsed = type.integers && integer.parse(type.integers, input, options);
    if (parsed && 'value' in parsed) return valid(truthOf(parsed.value));
    return invalid('is not a boolean (true, false, yes, no, t, f, 1, 0)');
  },
  read(type, raw) {
    if (typeof raw === 'string' && BOOLEANS.has(raw.toLowerCase())) return BOOLEANS.get(raw.toLowerCase()) ?? raw;
    if (type.integers && !Buffer.isBuffer(raw)) return truthOf(integer.read(type.integers, raw));
    if (typeof raw === 'string') return raw;
    return Buffer.isBuffer(raw) ? raw.some((byte) => byte !== 0) : Boolean(Number(raw));
  },
};
