/** Values that only PostgreSQL has: days outside the years 1 to 9999, infinity, 24:00:00, and numbers that are not finite. */
import type { Spell } from '../catalog';
import { type Day, dayNumber, dayText, eraOf, isDay, minutesAfter } from './calendar';
import { withoutAtEnd } from '../../trimming';

// ── numbers ──

const NOT_FINITE: Readonly<Record<string, string>> = {
  nan: 'NaN',
  inf: 'Infinity',
  infinity: 'Infinity',
  '-inf': '-Infinity',
  '-infinity': '-Infinity',
};

const notFinite: Spell = (text) => NOT_FINITE[text.trim().toLowerCase().replace('+', '')] ?? null;
const notANumber: Spell = (text) => (notFinite(text) === 'NaN' ? 'NaN' : null);

// ── days and instants ──

const INFINITY = /^[-+]?infinity$/i;
const infinity: Spell = (text) => (INFINITY.test(text) ? text.replace('+', '').toLowerCase() : null);

const FIRST_DAY: Day = { year: -4713, month: 11, day: 24 };
const LAST_DATE: Day = { year: 5874897, month: 12, day: 31 };
const LAST_TIMESTAMP: Day = { year: 294276, month: 12, day: 31 };

const isWithin = (day: Day, last: Day): boolean =>
  dayNumber(day) >= dayNumber(FIRST_DAY) && dayNumber(day) <= dayNumber(last);

const DATE = /^(\d{4,7})-(\d\d)-(\d\d)( BC)?$/i;

/** Null if the day does not exist. */
function dayOf(text: string): Day | null {
  const match = DATE.exec(text);
  const year = Number(match?.[1] ?? 0);
  const day = { year: match?.[4] ? 1 - year : year, month: Number(match?.[2]), day: Number(match?.[3]) };
  return match && year > 0 && isDay(day) ? day : null;
}

const date: Spell = (text) => {
  const day = dayOf(text);
  return day && isWithin(day, LAST_DATE) ? dayText(day) + eraOf(day) : infinity(text);
};

const TIMESTAMP =
  /^(\d{4,7}-\d\d-\d\d)(?:[T ](\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d{1,6}))?)?)? ?(Z|[-+]\d\d(?::?\d\d)?)?( BC)?$/i;
const ZONE = /^([-+])(\d\d):?(\d\d)?$/;

/** The minutes that a zone such as `+02:00` is ahead of UTC. */
function offsetOf(text: string): number {
  const [, sign, hours = 0, minutes = 0] = ZONE.exec(text) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

const pad = (number: number): string => String(number).padStart(2, '0');

const timestamp =
  (digits: number): Spell =>
  (text) => {
    const [match, given = '', hour = 0, minute = 0, second = 0, fraction = '', zone = '', era = ''] =
      TIMESTAMP.exec(text) ?? [];
    const start = dayOf(given + era);
    const kept = withoutAtEnd(fraction, '0');
    if (match === undefined || !start || kept.length > digits) return infinity(text);
    if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
    const { minutes, ...day } = minutesAfter(start, Number(hour) * 60 + Number(minute) - offsetOf(zone));
    const clock = [Math.floor(minutes / 60), minutes % 60, Number(second)].map(pad).join(':');
    return isWithin(day, LAST_TIMESTAMP) ? `${dayText(day)}T${clock}${kept && `.${kept}`}Z${eraOf(day)}` : null;
  };

/** The only time of day with hour 24. */
const endOfDay: Spell = (text) => (/^24:?00(?::?00(?:[.,]0+)?)?$/.test(text) ? '24:00:00' : null);

/** Spellings by type of value. Each returns null for a text that the type's usual spelling covers, or that is not a value. */
export const special = { notFinite, notANumber, date, timestamp, endOfDay };
