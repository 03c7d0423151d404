/** Rows as mysql2 returns them. */
import type { Knex } from 'knex';
import { answerOf } from '../answer';
import type { Query } from '../query';

export const queryOf =
  (knex: Knex): Query =>
  async <T>(sql: string, bindings: readonly Knex.RawBinding[] = []) =>
    (await answerOf<[T[]]>(knex, sql, bindings))[0];
