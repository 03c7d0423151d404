/** Finds texts that a collation treats as equal. */
import type { Dialect } from '../dialect';
import { escapeMarks } from '../quoting';
import { arrayLiteral } from './arrays';
import { queryOf } from './query';

export const classify: Dialect['classify'] = async (knex, { expression }, texts) => {
  const rows = await queryOf(knex)<{ class: string }>(
    `SELECT DENSE_RANK() OVER (ORDER BY ${escapeMarks(expression.replace('?', 't'))}) AS class
         FROM unnest(?::text[]) WITH ORDINALITY v(t, i) ORDER BY i`,
    [arrayLiteral(texts)],
  );
  return rows.map((row) => Number(row.class));
};
