/** Days and instants of the proleptic Gregorian calendar, beyond the years that JavaScript's Date knows. */

/** A day. Years before 1 are counted as astronomers do: 0 is 1 BC. */
export interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** After so many years the calendar repeats itself. */
const CYCLE = 400;

/** A year of Date's that has the same days, and how far away it is. */
function likeYear(year: number): { readonly like: number; readonly apart: number } {
  const like = 2000 + (((year % CYCLE) + CYCLE) % CYCLE);
  return { like, apart: year - like };
}

export function isDay({ year, month, day }: Day): boolean {
  const date = new Date(Date.UTC(likeYear(year).like, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** The instant that lies so many minutes after midnight UTC of a day, minutes of a clock that may be beyond the day. */
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

/** `2026-01-31`, and `0044-03-15` of a year before 1, which `eraOf` tells. */
export const dayText = ({ year, month, day }: Day): string =>
  `${pad(year > 0 ? year : 1 - year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;

/** What follows a day of a year before 1. */
export const eraOf = ({ year }: Day): string => (year > 0 ? '' : ' BC');

/** A number in the order of days. */
export const dayNumber = ({ year, month, day }: Day): number => (year * 12 + month) * 31 + day;
