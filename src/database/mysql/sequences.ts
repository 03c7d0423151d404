/** MariaDB sequences that are behind explicitly given numbers. */
import type { Knex } from 'knex';
import type { GivenNumbers } from '../dialect';
import { run } from './rawStatements';

const NO_PRIVILEGE = 1142;

/** MariaDB only. SETVAL never moves a sequence backwards, in either direction of counting. */
export async function moveSequence(
  trx: Knex.Transaction,
  sequence: string,
  { least, most }: GivenNumbers,
): Promise<void> {
  try {
    const [found] = await run<{ least: string | number; most: string | number; step: string | number }[]>(
      trx,
      `SELECT minimum_value AS least, maximum_value AS most, increment AS step FROM ${sequence}`,
    );
    if (!found) return;
    const [lowest, highest, step] = [BigInt(found.least), BigInt(found.most), BigInt(found.step)];
    const reached = step < 0n ? least : most;
    const next = reached + step;
    if (next >= lowest && next <= highest) await run(trx, `SELECT SETVAL(${sequence}, ${reached})`);
  } catch (error) {
    if ((error as { errno?: number }).errno !== NO_PRIVILEGE) throw error;
  }
}
