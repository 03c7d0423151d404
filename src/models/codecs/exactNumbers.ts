/** Decimal numbers as texts, with all their digits. */

const NUMBER = /^([-+]?)(\d*)(?:\.(\d*))?(?:e([-+]?\d+))?$/i;
/** Numbers with up to so many zeros beside their digits are written out. */
const MOST_ZEROS = 30n;

/** One spelling for all spellings of a number: `1.50` and `15e-1` are `1.5`, `-0` is `0`. The text is a number. */
export function spellNumber(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = NUMBER.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '').replace(/0+$/, '');
  if (digits === '') return '0';
  const zeros = /0*$/.exec(whole + fraction)?.[0].length ?? 0;
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

/** How many digits of a number say something. */
export const significantDigits = (number: number): number =>
  String(number)
    .replace(/e.*$/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+|0+$/g, '').length;
