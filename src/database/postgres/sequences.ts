/** Sequences that numbers given by hand have left behind. */
import type { Knex } from 'knex';
import type { GivenNumbers } from '../dialect';
import { escapeMarks } from '../quoting';
import { queryOf } from './query';

/** So many numbers are counted; a sequence that is further behind is set, as nobody else counts so far in an instant. */
const COUNTED = 1000;
/** Counted by a role that may count, but not set. */
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
 * Moves a sequence to the last of its own numbers that is not behind what was given. Counting takes part with whoever counts
 * meanwhile; setval alone could take their numbers back.
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
  // It would be at its end, and the table could take no more.
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
