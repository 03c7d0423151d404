/**
 * Dates and timestamps as programs store them in SQLite, which has no type for them: texts of several spellings, seconds or milliseconds since
 * 1970, and Julian days.
 */
import type { Binding } from '../dialect';

/** Julian days of the years 1 to 9999, and the one on which 1970 began. */
const JULIAN = { first: 1721425.5, last: 5373484.5, of1970: 2440587.5 };
const DAY = 86_400_000;
/** Beyond it, numbers are milliseconds: as seconds they would be later than the year 5138. */
const MOST_SECONDS = 1e11;

/** SQL of the milliseconds since 1970 that a stored number stands for. */
const millisecondsOfNumber = (column: string): string =>
  `CAST(round(CASE WHEN ${column} BETWEEN ${JULIAN.first} AND ${JULIAN.last} THEN (${column} - ${JULIAN.of1970}) * ${DAY}
                   WHEN abs(${column}) < ${MOST_SECONDS} THEN ${column} * 1000 ELSE ${column} END) AS INTEGER)`;

const isNumber = (column: string): string => `typeof(${column}) IN ('integer', 'real')`;

/** SQL of a timestamp as text, whatever it is stored as. */
export const timestampText = (column: string): string =>
  `CASE WHEN ${isNumber(column)} THEN strftime('%Y-%m-%d %H:%M:%f', ${millisecondsOfNumber(column)} / 1000.0, 'unixepoch') ELSE ${column} END`;

/** SQL of a date as text; a number of eight digits is one that reads `20240131`. */
export const dateText = (column: string): string =>
  `CASE WHEN ${isNumber(column)} AND ${column} BETWEEN 10000101 AND 99991231
             THEN printf('%d-%02d-%02d', ${column} / 10000, ${column} / 100 % 100, ${column} % 100)
        WHEN ${isNumber(column)} THEN date(${millisecondsOfNumber(column)} / 1000.0, 'unixepoch')
        WHEN ${column} LIKE '____-__-__%' THEN substr(${column}, 1, 10) ELSE ${column} END`;

/** SQL of a time of day as text; Rails stores one of the year 2000. */
export const timeText = (column: string): string =>
  `CASE WHEN ${column} LIKE '____-__-__%' THEN substr(${column}, 12) ELSE ${column} END`;

/** SQL of a timestamp's milliseconds since 1970, rounded; NULL where it is none. */
export const milliseconds = (column: string): string =>
  `CASE WHEN ${isNumber(column)} THEN ${millisecondsOfNumber(column)} ELSE CAST(round(unixepoch(${column}, 'subsec') * 1000) AS INTEGER) END`;

/** Milliseconds since 1970 of a timestamp as it is bound, rounded as SQLite does; NaN where it is none. */
export function millisecondsOf(timestamp: string): number {
  const [whole = '', fraction = '0'] = timestamp.split('.');
  return Date.parse(`${whole.replace(' ', 'T')}Z`) + Math.floor(Number(`0.${fraction}`) * 1000 + 0.5);
}

/** The number that `millisecondsOfNumber` would read as it is meant. */
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

/** Digits of a second that programs write, whether they are needed or not. */
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

/** A timestamp as it is bound, in the spellings of common programs. */
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
