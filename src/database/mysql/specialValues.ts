/** Values that only MySQL and MariaDB have, in one spelling each (R46): zero dates, and times beyond a day. */
import type { Spell } from '../catalog';
import { withoutAtEnd } from '../../trimming';

const ZERO_DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
const DAYS = [31, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** A date whose year, month or day is zero: `0000-00-00`, `2024-05-00`. */
const zeroDate: Spell = (text) => {
  const match = ZERO_DATE.exec(text);
  if (!match) return null;
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number];
  const isZero = year === 0 || month === 0 || day === 0;
  return isZero && day <= (DAYS[month] ?? -1) ? text : null;
};

const fractionOf = (digits: string | undefined, most: number): string | null => {
  const fraction = withoutAtEnd(digits ?? '', '0');
  if (fraction.length > most) return null;
  return fraction && `.${fraction}`;
};

const ZERO_TIMESTAMP = /^([\d-]{10})(?:[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,9}))?)?)?Z?$/;

/** A timestamp with such a date. */
const zeroTimestamp =
  (fractionDigits: number): Spell =>
  (text) => {
    const [, day = '', hour = '00', minute = '00', second = '00', digits] = ZERO_TIMESTAMP.exec(text) ?? [];
    const fraction = fractionOf(digits, fractionDigits);
    return zeroDate(day) === null || fraction === null ? null : `${day}T${hour}:${minute}:${second}${fraction}Z`;
  };

const INTERVAL = /^(-?)(\d{1,3}):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,9}))?)?$/;
const MOST_HOURS = 838;

/** A time as an interval: negative or longer than a day, up to 838:59:59. */
const interval =
  (fractionDigits: number): Spell =>
  (text) => {
    const [, sign = '', hours = '', minute = '00', second = '00', digits] = INTERVAL.exec(text) ?? [];
    const fraction = fractionOf(digits, fractionDigits);
    const isLast = Number(hours) === MOST_HOURS && minute === '59' && second === '59';
    if (hours === '' || fraction === null || Number(hours) > MOST_HOURS || (isLast && fraction !== '')) return null;
    const whole = `${hours.replace(/^0+/, '').padStart(2, '0')}:${minute}:${second}${fraction}`;
    return /[1-9]/.test(whole) ? sign + whole : whole;
  };

/** The only special value that a TIMESTAMP stores beside those within its limits. */
const onlyZero: Spell = (text) => {
  const spelt = zeroTimestamp(0)(text.replace(/\.0*(?=Z?$)/, ''));
  return spelt === '0000-00-00T00:00:00Z' ? spelt : null;
};

export const special = { zeroDate, zeroTimestamp, interval, onlyZero };
