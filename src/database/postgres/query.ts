/** Rows as pg returns them. */
import type { Knex } from 'knex';
import type { Query } from '../query';

export const queryOf =
  (knex: Knex): Query =>
  async <T>(sql: string, bindings: readonly Knex.RawBinding[] = []) =>
    ((await knex.raw(sql, bindings)) as { rows: T[] }).rows;
