/** PostgreSQL's dates, times, intervals and their ranges. */
import fc from 'fast-check';
import { type ColumnTypeCase } from './columnTypes';

const number = (min: number, max: number): fc.Arbitrary<string> =>
  fc.integer({ min, max }).map((value) => String(value).padStart(String(max).length, '0'));

/** A day that every month has, in any year that PostgreSQL supports. */
const day = fc
  .tuple(fc.oneof(number(1, 9999), fc.integer({ min: 10_000, max: 290_000 })), number(1, 12), number(1, 28))
  .map((parts) => parts.join('-'));
const era = fc.constantFrom('', '', '', ' BC');
const clock = fc.tuple(number(0, 23), number(0, 59), number(0, 59)).map((parts) => parts.join(':'));
const zone = fc.constantFrom('', 'Z', '+02', '-05:30', '+14:00');
const dates = fc.tuple(day, era).filter(([given, of]) => of === '' || Number(given.split('-')[0]) < 4700).map((parts) => parts.join('')); // prettier-ignore
const timestamps = fc
  .tuple(day, fc.constantFrom('T', ' '), clock, fc.constantFrom('', '.5', '.123456'), zone, era)
  .filter(([given, , , , , of]) => of === '' || Number(given.split('-')[0]) < 4700)
  .map((parts) => parts.join(''));
const UNITS = ['years', 'mons', 'weeks', 'days', 'hours', 'minutes', 'seconds'];
const intervals = fc
  .uniqueArray(fc.tuple(fc.integer({ min: -999, max: 999 }), fc.constantFrom(...UNITS)), {
    minLength: 1,
    selector: ([, unit]) => unit,
  })
  .map((parts) => parts.map(([count, unit]) => `${count} ${unit}`).join(' '));
/** A range between two days in order, with inclusive or exclusive bounds. */
const ranges = fc
  .tuple(fc.constantFrom('[', '('), fc.integer({ min: 0, max: 9000 }), fc.integer({ min: 0, max: 9000 }), fc.constantFrom(']', ')'))
  .map(([open, from, days, close]) => {
    const text = (at: number): string => new Date(at * 86_400_000).toISOString().slice(0, 10);
    return `${open}${text(from)},${text(from + days)}${close}`;
  }); // prettier-ignore

export const POSTGRES_TIMES: readonly ColumnTypeCase[] = [
  {
    type: 'date',
    stored: [
      [`'2026-01-31'`, '2026-01-31'],
      [`'0044-03-15 BC'`, '0044-03-15 BC'],
      [`'12026-12-31'`, '12026-12-31'],
      [`'infinity'`, 'infinity'],
      [`'-infinity'`, '-infinity'],
    ],
    accepted: [
      ['20260921', '2026-09-21'],
      ['2026-03-29T00:00:00Z', '2026-03-29'],
      ['0001-02-29 bc', '0001-02-29 BC'],
      ['Infinity', 'infinity'],
    ],
    refused: ['2026-02-29', '0002-02-29 BC', '0000-01-01', '5874898-01-01', '4714-11-23 BC', 'today'],
    generated: dates,
    compared: 'as days',
  },
  {
    type: 'timestamp',
    stored: [
      [`'2026-01-31 08:05:00.5'`, '2026-01-31T08:05:00.5Z'],
      [`'0044-03-15 12:00 BC'`, '0044-03-15T12:00:00Z BC'],
      [`'12026-12-31'`, '12026-12-31T00:00:00Z'],
      [`'infinity'`, 'infinity'],
    ],
    accepted: [
      ['2026-03-29T02:30:00+02:00', '2026-03-29T00:30:00Z'],
      ['0001-12-31 23:30:00-01 BC', '0001-01-01T00:30:00Z'],
    ],
    refused: ['2026-02-29T00:00:00Z', '2026-01-31T08:05:00.1234567Z', '294277-01-01', 'now'],
    generated: timestamps,
    compared: 'as instants',
  },
  {
    type: 'timestamptz(0)',
    stored: [
      [`'2026-01-31 08:05:00+02'`, '2026-01-31T06:05:00Z'],
      [`'0001-01-01 00:00:00+00 BC'`, '0001-01-01T00:00:00Z BC'],
      [`'294276-12-31 23:59:59+00'`, '294276-12-31T23:59:59Z'],
      [`'-infinity'`, '-infinity'],
    ],
    accepted: [['2026-12-31', '2026-12-31T00:00:00Z']],
    refused: ['2026-01-31T08:05:00.5Z', 'tomorrow'],
    compared: 'as instants',
  },
  {
    type: 'time(0)',
    stored: [
      [`'08:05'`, '08:05:00'],
      [`'24:00'`, '24:00:00'],
    ],
    accepted: [['0906', '09:06:00']],
    refused: ['08:05:00.5', '24:00:01', '25:00'],
    compared: 'as times of day',
  },
  {
    type: 'timetz',
    stored: [
      [`'08:05+02'`, '08:05:00+02'],
      [`'08:05'`, '08:05:00+00'],
    ],
    accepted: [['9:06 PM +2', '21:06:00+02']],
    refused: ['25:00', 'now'],
    compared: 'as times of day, with their zones',
  },
  {
    type: 'timetz(0)',
    stored: [[`'08:05+02'`, '08:05:00+02']],
    refused: ['08:05:00.6+02'],
    compared: 'as times of day, with their zones',
  },
  {
    type: 'interval',
    stored: [
      [`'26 hours'`, '26:00:00'],
      [`'1 year 2 mons -3 days'`, '1 year 2 mons -3 days'],
    ],
    accepted: [
      ['P1DT2H30M', '1 day 02:30:00'],
      ['90 minutes', '01:30:00'],
    ],
    refused: ['soon', '1 fortnights'],
    generated: intervals,
    compared: 'as lengths: 1 day is 24 hours, 1 month 30 days',
  },
  {
    type: 'interval(0)',
    stored: [[`'2 seconds'`, '00:00:02']],
    refused: ['1.6 seconds'],
    compared: 'as lengths: 1 day is 24 hours, 1 month 30 days',
  },
  {
    type: 'daterange',
    stored: [
      [`'[2024-01-01,2024-01-31]'`, '[2024-01-01,2024-02-01)'],
      [`'empty'`, 'empty'],
      [`'(,)'`, '(,)'],
    ],
    accepted: [['(2024-12-30,2024-12-31]', '[2024-12-31,2025-01-01)']],
    refused: ['[2024-01-31,2024-01-01]', '2024', '[2024-01-01,today]'],
    generated: ranges,
    compared: 'bound by bound',
  },
  {
    type: 'tstzrange',
    stored: [[`'[2024-01-01 00:00+02,)'`, '["2023-12-31 22:00:00+00",)']],
    accepted: [['[2024-01-01T00:00Z,2024-01-02T00:00Z)', '["2024-01-01 00:00:00+00","2024-01-02 00:00:00+00")']],
    refused: ['[now,)'],
    compared: 'bound by bound',
  },
  {
    type: 'int4range',
    stored: [[`'[1,3]'`, '[1,4)']],
    accepted: [['(1,2]', '[2,3)']],
    refused: ['[3,1]'],
    compared: 'bound by bound',
  },
  {
    type: 'numrange',
    stored: [[`'[1.50,2]'`, '[1.50,2]']],
    refused: ['[a,b]'],
    compared: 'bound by bound',
  },
  {
    type: 'datemultirange',
    stored: [[`'{[2024-01-01,2024-01-31],[2024-02-01,2024-02-10]}'`, '{[2024-01-01,2024-02-11)}']],
    accepted: [['{}', '{}']],
    refused: ['{2024}'],
    compared: 'range by range',
  },
];
