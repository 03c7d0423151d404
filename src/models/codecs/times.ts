/** Dates, times of day and timestamps. */
import { withoutAtEnd } from '../../trimming';
import { type Codec, invalid, unfit, valid } from './codec';

function pad(number: number, digits: number): string {
  return String(number).padStart(digits, '0');
}

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
  return { hour, minute, second, fraction: withoutAtEnd(match[4] ?? '', '0') };
}

function clockText({ hour, minute, second, fraction }: NonNullable<ReturnType<typeof clockParts>>): string {
  const whole = `${pad(hour, 2)}:${pad(minute, 2)}:${pad(second, 2)}`;
  return fraction ? `${whole}.${fraction}` : whole;
}

const tooFine = (fraction: string, digits: number): string | null =>
  fraction.length > digits
    ? digits === 0
      ? 'has fractions of a second'
      : `has more than ${digits} digits of a second`
    : null;

const DATE_LENGTH = '2026-01-31'.length;

export const date: Codec<'date'> = {
  parse({ special }, input) {
    // A timestamp at midnight can be a date without loss.
    const text = typeof input === 'string' ? input.trim().replace(/[T ]00:00(:00(\.0+)?)?( ?(Z|\+00:?00))?$/, '') : '';
    const parts = dateParts(text);
    if (parts) return valid(`${pad(parts[0], 4)}-${pad(parts[1], 2)}-${pad(parts[2], 2)}`);
    const other = special?.(text) ?? null;
    return other === null ? invalid('is not a date (2026-01-31)') : valid(other);
  },
  read({ special }, raw) {
    if (raw instanceof Date || typeof raw === 'number') return new Date(raw).toISOString().slice(0, 10);
    const text = String(raw);
    return text.length === DATE_LENGTH ? text : (special?.(text) ?? text.slice(0, DATE_LENGTH));
  },
};

export const time: Codec<'time'> = {
  parse(type, input) {
    const text = typeof input === 'string' ? input.trim().replace(/^T/i, '') : '';
    const clock = clockParts(text);
    const special = clock ? null : (type.special?.(text) ?? null);
    if (special !== null) return valid(special);
    if (!clock) return invalid('is not a time of day (08:05:00)');
    const reason = tooFine(clock.fraction, type.fraction);
    return reason ? unfit(reason) : valid(clockText(clock));
  },
  read({ special }, raw) {
    const text = String(raw);
    const clock = clockParts(text);
    return clock ? clockText(clock) : (special?.(text) ?? text);
  },
};

const ZONED = /^(\d{4}-\d\d-\d\d|\d{8})(?:[T ]([\d:.,]+))? ?(Z|[-+]\d\d(?::?\d\d)?)?$/i;

/** ISO 8601 in UTC with up to nine digits of a second, without trailing zeros; null if the text is not a timestamp. */
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

/** Without the Z, which sorts after digits and the point, the order of texts is the order of time. */
const earlier = (a: string, b: string): boolean => a.slice(0, -1) < b.slice(0, -1);

export const datetime: Codec<'datetime'> = {
  parse(type, input) {
    const found = typeof input === 'string' ? timestamp(input.trim()) : null;
    const special = found ? null : (type.special?.(String(input).trim()) ?? null);
    if (special !== null) return valid(special);
    if (!found) return invalid('is not a timestamp (ISO 8601, such as 2026-01-31T08:05:00Z)');
    const reason = tooFine(found.fraction, type.fraction);
    if (reason) return unfit(reason);
    if ((type.min && earlier(found.iso, type.min)) || (type.max && earlier(type.max, found.iso)))
      return unfit(`is not between ${type.min} and ${type.max}`);
    return valid(found.iso);
  },
  read({ special }, raw) {
    if (raw instanceof Date || typeof raw === 'number') return new Date(raw).toISOString().replace(/\.?0{1,3}Z$/, 'Z');
    const text = String(raw);
    return timestamp(text)?.iso ?? special?.(text) ?? text;
  },
};
