/** Counters that number new rows. */
import type { Counter } from '../../database';
import { type Check, error, type Finding, warning } from '../check';

/** The percentage of remaining numbers below which a counter needs attention. */
const FEW_PERCENT = 10n;

const grouped = (number: bigint): string => number.toLocaleString('en');

function findingOf({ table, column, next, greatest, last, repair }: Counter): Finding | null {
  const where = `${table}.${column}`;
  if (greatest !== null && next <= greatest)
    return error(
      `The counter of ${where} is behind: the next number is ${grouped(next)}, and the table already has ${grouped(greatest)}. New rows fail.`,
      `Move the counter: ${repair ?? 'insert a row with a larger number'}.`,
    );
  if (next > last)
    return error(
      `The counter of ${where} is at its end, ${grouped(last)}. New rows fail.`,
      'Give the column a larger type, such as bigint.',
    );
  if ((last - next) * 100n < last * FEW_PERCENT)
    return warning(
      `The counter of ${where} has ${grouped(last - next + 1n)} of ${grouped(last)} numbers left.`,
      'Give the column a larger type, such as bigint, before the numbers run out.',
    );
  return null;
}

export const counters: Check = {
  name: 'counters',
  about: 'the database can number new rows',
  needsOwnTables: false,
  examine: ({ counters: all }) => Promise.resolve(all.flatMap((counter) => findingOf(counter) ?? [])),
};
