/** Whether the server can work: the database answers in time, and nsync's own tables exist. */
import { setTimeout } from 'node:timers/promises';
import { assertOwnTables, type Database } from '../database';

const LONGEST_CHECK = 5000;

const UNAVAILABLE = 'database unavailable';
export type Readiness = 'ok' | typeof UNAVAILABLE | 'own tables unusable';
export type ReadinessCheck = () => Promise<Readiness>;

/** Returns a check that queries the database only once for all callers that ask at the same time. */
export function readiness(database: Database): ReadinessCheck {
  let asked: Promise<Readiness> | null = null;
  const ask = (): Promise<Readiness> =>
    assertOwnTables(database)
      .then(
        () => 'ok' as const,
        (error: unknown) =>
          database.dialect.explainFailure(error)?.kind === 'outage' ? UNAVAILABLE : 'own tables unusable',
      )
      .finally(() => (asked = null));
  return async () => {
    const late = new AbortController();
    const answer = await Promise.race<Readiness>([
      (asked ??= ask()),
      setTimeout<Readiness>(LONGEST_CHECK, UNAVAILABLE, { signal: late.signal }).catch((): Readiness => UNAVAILABLE),
    ]);
    late.abort();
    return answer;
  };
}
