/** Days and instants of the proleptic Gregorian calendar, outside the years of JavaScript's Date. */

/** A day. Years before 1 are astronomical: 0 is 1 BC. */
export interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** The calendar repeats itself after this number of years. */
const CYCLE = 400;

/** A year of Date that has the same days, and its distance. */
function likeYear(year: number): { readonly like: number; readonly apart: number } {
  const like = 2000 + (((year % CYCLE) + CYCLE) % CYCLE);
  return { like, apart: year - like };
}

export function isDay({ year, month, day }: Day): boolean {
  const date = new Date(Date.UTC(likeYear(year).like, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** The instant that is a number of minutes after midnight UTC of a day. The number may be negative, or more than a day. */
export function minutesAfter({ year, month, day }: Day, minutes: number): Day & { readonly minutes: number } {
  const { like, apart } = likeYear(year);
  const date = new Date(Date.UTC(like, month - 1, day, 0, minutes));
  return {
    year: date.getUTCFullYear() + apart,
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    minutes: date.getUTCHours() * 60 + date.getUTCMinutes(),
  };
}

const pad = (number: number, digits: number): string => String(number).padStart(digits, '0');

/** `2026-01-31`. For a year before 1 `0044-03-15`, to which `eraOf` adds ` BC`. */
export const dayText = ({ year, month, day }: Day): string =>
  `${pad(year > 0 ? year : 1 - year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;

/** The suffix of a day in a year before 1. */
export const eraOf = ({ year }: Day): string => (year > 0 ? '' : ' BC');

/** A number that sorts like the days. */
export const dayNumber = ({ year, month, day }: Day): number => (year * 12 + month) * 31 + day;
