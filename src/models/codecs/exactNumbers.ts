/** Decimal numbers as texts, with all their digits. */
import { withoutAtEnd } from '../../trimming';

const NUMBER = /^([-+]?)(\d*)(?:\.(\d*))?(?:e([-+]?\d+))?$/i;
/** The most zeros added to the digits of a number before an exponent is used. */
const MOST_ZEROS = 30n;

/** The canonical spelling of a number: `1.50` and `15e-1` become `1.5`, `-0` becomes `0`. The text must be a number. */
export function spellNumber(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = NUMBER.exec(text) ?? [];
  const given = whole + fraction;
  const significant = withoutAtEnd(given, '0');
  const digits = significant.replace(/^0+/, '');
  if (digits === '') return '0';
  const zeros = given.length - significant.length;
  /** The power of ten of the last digit. */
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(zeros);
  return (sign === '-' ? '-' : '') + withPower(digits, power);
}

function withPower(digits: string, power: bigint): string {
  if (power >= 0n)
    return power <= MOST_ZEROS ? digits.padEnd(digits.length + Number(power), '0') : `${digits}e${power}`;
  if (-power > BigInt(digits.length) + MOST_ZEROS) return `${digits}e${power}`;
  const padded = digits.padStart(Number(-power) + 1, '0');
  return `${padded.slice(0, Number(power))}.${padded.slice(Number(power))}`;
}

/** Any number with so many digits is exact in JavaScript. */
export const SAFE_DIGITS = 15;

/** The number of significant digits. */
const significantDigits = (number: number): number => {
  const [digits = ''] = String(number).split('e');
  return withoutAtEnd(digits.replace(/[-.]/g, ''), '0').replace(/^0+/, '').length;
};

/** Why a value is refused for which `isRounded` is true, as the end of a sentence. */
export const ROUNDED = `is a number of more than ${SAFE_DIGITS} digits, which JSON rounds. Send the number as text`;

/** Whether a value is a number that a JSON parser may have rounded. */
export function isRounded(value: unknown): boolean {
  if (typeof value !== 'number') return false;
  if (Number.isInteger(value)) return !Number.isSafeInteger(value);
  return !Number.isFinite(value) || significantDigits(value) > SAFE_DIGITS;
}
