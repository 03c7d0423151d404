/** Decimal numbers as texts, with all their digits. */
import { withoutAtEnd } from '../../trimming';

const NUMBER = /^([-+]?)(\d*)(?:\.(\d*))?(?:e([-+]?\d+))?$/i;
/** Numbers with up to so many zeros beside their digits are written out. */
const MOST_ZEROS = 30n;

/** One spelling for all spellings of a number: `1.50` and `15e-1` are `1.5`, `-0` is `0`. The text is a number. */
export function spellNumber(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = NUMBER.exec(text) ?? [];
  const given = whole + fraction;
  const significant = withoutAtEnd(given, '0');
  const digits = significant.replace(/^0+/, '');
  if (digits === '') return '0';
  const zeros = given.length - significant.length;
  /** Power of ten of the last digit. */
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

/** Digits that a number holds whatever they are. */
export const SAFE_DIGITS = 15;

/** How many digits of a number say something. */
const significantDigits = (number: number): number => {
  const [digits = ''] = String(number).split('e');
  return withoutAtEnd(digits.replace(/[-.]/g, ''), '0').replace(/^0+/, '').length;
};

/** Why a value for which `isRounded` is true is refused, as the end of a sentence. */
export const ROUNDED = `is a number of more than ${SAFE_DIGITS} digits, which JSON rounds. Send the number as text`;

/** Whether a value is a number that need not be the one that was written, because a JSON parser has rounded it. */
export function isRounded(value: unknown): boolean {
  if (typeof value !== 'number') return false;
  if (Number.isInteger(value)) return !Number.isSafeInteger(value);
  return !Number.isFinite(value) || significantDigits(value) > SAFE_DIGITS;
}
