/** Sequences that are behind explicitly given numbers. */
import type { Knex } from 'knex';
import type { Dialect, GivenNumbers } from '../dialect';
import { escapeMarks } from '../quoting';
import { quote } from './columns';
import { queryOf } from './query';

/** Up to this number of steps, the sequence is counted. If it is further behind it is set, because no other session counts that far in an instant. */
const COUNTED = 1000;
/** The limit for a role that may count, but not set. */
const MOST_COUNTED = 100_000;

interface Sequence {
  readonly step: string;
  readonly least: string;
  readonly most: string;
  readonly may_read: boolean;
  readonly may_count: boolean;
  readonly may_set: boolean;
}

/**
 * Moves a sequence to its last number that is not behind the given ones. Counting works together with other sessions that count at the same time;
 * setval alone could take back their numbers.
 */
export async function moveSequence(trx: Knex.Transaction, sequence: string, given: GivenNumbers): Promise<void> {
  const [found] = await queryOf(trx)<Sequence>(
    `SELECT seqincrement AS step, seqmin AS least, seqmax AS most, has_sequence_privilege(seqrelid, 'SELECT') AS may_read,
            has_sequence_privilege(seqrelid, 'USAGE, UPDATE') AS may_count, has_sequence_privilege(seqrelid, 'UPDATE') AS may_set
       FROM pg_sequence WHERE seqrelid = to_regclass(?)`,
    [sequence],
  );
  if (!found?.may_read || !found.may_count) return;
  const step = BigInt(found.step);
  const reached = step < 0n ? given.least : given.most;
  // The sequence would be at its end, and the table could receive no more rows.
  if (reached + step < BigInt(found.least) || reached + step > BigInt(found.most)) return;
  const most = found.may_set ? COUNTED : MOST_COUNTED;
  await trx.raw(
    `SELECT CASE WHEN s.steps <= ? THEN (SELECT count(nextval(?)) FROM generate_series(1, s.steps::bigint))
                 ${found.may_set ? 'ELSE setval(?, (s.last + s.steps * s.step)::bigint)' : ''} END
       FROM (SELECT last, step, floor((?::numeric - last) / step) AS steps
               FROM (SELECT last_value::numeric - CASE WHEN is_called THEN 0 ELSE ?::numeric END AS last, ?::numeric AS step
                       FROM ${escapeMarks(sequence)}) l) s
      WHERE s.steps > 0`,
    [most, sequence, ...(found.may_set ? [sequence] : []), String(reached), found.step, found.step],
  );
}

export const reserveIds: NonNullable<Dialect['reserveIds']> = async (trx, tables, count) => {
  const sequences = tables.map((_table, index) => `pg_get_serial_sequence(?, ?)::regclass AS s${index}`).join(', ');
  const numbers = tables.map((_, index) => `nextval(s${index}) AS "${index}"`).join(', ');
  const rows = await queryOf(trx)<Record<string, string>>(
    `SELECT ${numbers} FROM (SELECT ${sequences}) s CROSS JOIN generate_series(1, ?)`,
    [...tables.flatMap(({ table, id }) => [quote(table), id.name]), count],
  );
  return tables.map((_, index) => rows.map((row) => String(row[index])));
};
