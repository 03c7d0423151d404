/** Finds texts that a collation treats as equal. */
import type { Dialect } from '../dialect';
import { queryOf } from './query';

export const classify: Dialect['classify'] = async (knex, { expression }, texts) => {
  const rows = await queryOf(knex)<{ class: number }>(
    `SELECT DENSE_RANK() OVER (ORDER BY ${expression.replace('?', 'value')}) AS class FROM json_each(?) ORDER BY key`,
    [JSON.stringify(texts)],
  );
  return rows.map((row) => row.class);
};
