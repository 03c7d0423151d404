/**
 * Dates and timestamps that programs store in SQLite, which has no type for them: texts in several spellings, seconds or milliseconds since 1970, and
 * Julian days.
 */
import type { Binding } from '../dialect';

/** Julian days of the years 1 to 9999, and of 1970-01-01. */
const JULIAN = { first: 1721425.5, last: 5373484.5, of1970: 2440587.5 };
const DAY = 86_400_000;
/** Larger numbers are milliseconds. As seconds they would be later than the year 5138. */
const MOST_SECONDS = 1e11;

/** SQL for the milliseconds since 1970 that a stored number means. */
const millisecondsOfNumber = (column: string): string =>
  `CAST(round(CASE WHEN ${column} BETWEEN ${JULIAN.first} AND ${JULIAN.last} THEN (${column} - ${JULIAN.of1970}) * ${DAY}
                   WHEN abs(${column}) < ${MOST_SECONDS} THEN ${column} * 1000 ELSE ${column} END) AS INTEGER)`;

const isNumber = (column: string): string => `typeof(${column}) IN ('integer', 'real')`;

/** SQL for a timestamp as text, in whatever form it is stored. */
export const timestampText = (column: string): string =>
  `CASE WHEN ${isNumber(column)} THEN strftime('%Y-%m-%d %H:%M:%f', ${millisecondsOfNumber(column)} / 1000.0, 'unixepoch') ELSE ${column} END`;

/** SQL for a date as text. A number of eight digits is read as `20240131`. */
export const dateText = (column: string): string =>
  `CASE WHEN ${isNumber(column)} AND ${column} BETWEEN 10000101 AND 99991231
             THEN printf('%d-%02d-%02d', ${column} / 10000, ${column} / 100 % 100, ${column} % 100)
        WHEN ${isNumber(column)} THEN date(${millisecondsOfNumber(column)} / 1000.0, 'unixepoch')
        WHEN ${column} LIKE '____-__-__%' THEN substr(${column}, 1, 10) ELSE ${column} END`;

/** SQL for a time of day as text. Rails stores a timestamp of 2000-01-01. */
export const timeText = (column: string): string =>
  `CASE WHEN ${column} LIKE '____-__-__%' THEN substr(${column}, 12) ELSE ${column} END`;

/** SQL for the milliseconds since 1970 of a timestamp, rounded; NULL if the value is not a timestamp. */
export const milliseconds = (column: string): string =>
  `CASE WHEN ${isNumber(column)} THEN ${millisecondsOfNumber(column)} ELSE CAST(round(unixepoch(${column}, 'subsec') * 1000) AS INTEGER) END`;

/** The milliseconds since 1970 of a bound timestamp, rounded as SQLite does; NaN if the text is not a timestamp. */
export function millisecondsOf(timestamp: string): number {
  const [whole = '', fraction = '0'] = timestamp.split('.');
  return Date.parse(`${whole.replace(' ', 'T')}Z`) + Math.floor(Number(`0.${fraction}`) * 1000 + 0.5);
}

/** The numbers that `millisecondsOfNumber` reads as this time. */
function numbersOf(time: number): Binding[] {
  const julian = time / DAY + JULIAN.of1970;
  const isJulian = (number: number): boolean => number >= JULIAN.first && number <= JULIAN.last;
  const candidates: readonly (readonly [number: number, isMeant: boolean])[] = [
    [time, Math.abs(time) >= MOST_SECONDS],
    [time / 1000, Math.abs(time / 1000) < MOST_SECONDS && !isJulian(time / 1000)],
    [julian, isJulian(julian)],
  ];
  return candidates.flatMap(([number, isMeant]) => (isMeant ? [number] : []));
}

/** Numbers of fractional digits that programs write, including trailing zeros. */
const WRITTEN_DIGITS = [1, 3, 6, 7, 9];
const ZONES = ['', 'Z', '+00:00', ' +00:00', '+00', '-00:00'];

function clocksOf(clock: string): string[] {
  const [whole = '', fraction = ''] = clock.split('.');
  const fractions = WRITTEN_DIGITS.filter((digits) => digits > fraction.length).map((digits) =>
    fraction.padEnd(digits, '0'),
  );
  const short = fraction === '' && whole.endsWith(':00') ? [whole.slice(0, 5)] : [];
  return [clock, ...short, ...fractions.map((digits) => `${whole}.${digits}`)];
}

/** A bound timestamp in the spellings of common programs. */
export function timestampSpellings(timestamp: string): Binding[] {
  const [day = '', clock = ''] = timestamp.split(' ');
  const texts = clocksOf(clock).flatMap((text) =>
    ZONES.flatMap((zone) => [`${day} ${text}${zone}`, `${day}T${text}${zone}`]),
  );
  const time = millisecondsOf(timestamp);
  return [...texts, ...(clock === '00:00:00' ? [day] : []), ...(Number.isNaN(time) ? [] : numbersOf(time))];
}

export const dateSpellings = (date: string): Binding[] => [
  ...timestampSpellings(`${date} 00:00:00`),
  Number(date.replaceAll('-', '')),
];

const RAILS_DAY = '2000-01-01';

export const timeSpellings = (time: string): Binding[] =>
  clocksOf(time).flatMap((text) => [text, `${RAILS_DAY} ${text}`, `${RAILS_DAY}T${text}`]);
