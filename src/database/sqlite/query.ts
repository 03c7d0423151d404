/** Rows as better-sqlite3 returns them. */
import type { Knex } from 'knex';
import { answerOf } from '../answer';
import type { Query } from '../query';

export const queryOf =
  (knex: Knex): Query =>
  <T>(sql: string, bindings: readonly Knex.RawBinding[] = []) =>
    answerOf<T[]>(knex, sql, bindings);
