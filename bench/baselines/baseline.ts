/** The same work, written by hand for one table: objects and mappings, in one transaction, 1,000 rows per statement. */
import type { Knex } from 'knex';
import type { House, Person } from '../persons';

export const ROWS_PER_STATEMENT = 1000;

export interface Baseline {
  readonly persons: (knex: Knex, systemId: number, persons: readonly Person[]) => Promise<void>;
  readonly houses: (knex: Knex, systemId: number, houses: readonly House[]) => Promise<void>;
  /** Deletes the mappings, and the persons that have no other mapping. */
  readonly deletePersons: (knex: Knex, systemId: number, count: number) => Promise<void>;
}

/** Splits a list. Yields each part with its start index. */
export function* parts<T>(items: readonly T[], size = ROWS_PER_STATEMENT): Generator<{ start: number; part: T[] }> {
  for (let start = 0; start < items.length; start += size) yield { start, part: items.slice(start, start + size) };
}

/** Sends the statements of each part before those of the part before are answered. */
export async function queued<T>(
  items: readonly T[],
  send: (start: number, part: readonly T[]) => Promise<unknown>,
): Promise<void> {
  let before: Promise<unknown> = Promise.resolve();
  for (const { start, part } of parts(items)) {
    const sent = send(start, part);
    // A failure is thrown when it is awaited, not before.
    sent.catch(() => undefined);
    await before;
    before = sent;
  }
  await before;
}

/** Numbers from `start`, as many as a part has. */
export const indices = (start: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => start + index);

export async function systemIdOf(knex: Knex, name: string): Promise<number> {
  const existing = await knex('nsync_external_systems').where({ name }).first<{ id: number } | undefined>('id');
  if (existing) return Number(existing.id);
  await knex('nsync_external_systems').insert({ name, created_at: '2026-01-01 00:00:00' });
  return systemIdOf(knex, name);
}
