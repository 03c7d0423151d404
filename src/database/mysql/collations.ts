/** Finds texts that a collation treats as equal. */
import type { Dialect } from '../dialect';
import { queryOf } from './query';

/** Sorting considers only the first 1024 bytes of a text's weights, so longer texts are compared instead. */
const LONGEST_SORTED = 100;

/**
 * Texts with their number (i), their collated text (k) and their rank by sort key (s). The charset is explicit: a column of a table function would
 * have the database's charset, which may lack characters.
 */
const ranked = (collated: string, sorted: string): string =>
  `SELECT i, k, DENSE_RANK() OVER (ORDER BY s) AS class
                      FROM (SELECT i, ${collated} AS k, ${sorted} AS s FROM JSON_TABLE(?, '$[*]' COLUMNS (i FOR ORDINALITY, t LONGTEXT CHARACTER SET utf8mb4 PATH '$')) j) v`;

export const classify: Dialect['classify'] = async (knex, { expression }, texts) => {
  // uca1400 sort keys differ for texts that its accent- or case-insensitive collations treat as equal, so ranks use the least sensitive one.
  const sorted = expression.replace(/(_uca1400_(?:\w+_)?)a[is]_c[is]\b/, '$1ai_ci');
  const isCoarse = sorted !== expression || texts.some((text) => text.length > LONGEST_SORTED);
  const classes = ranked(expression.replace('?', 't'), sorted.replace('?', 't'));
  const rows = await queryOf(knex)<{ class: number }>(
    isCoarse
      ? `WITH r AS (${classes}) SELECT a.i, MIN(b.i) AS class FROM r a JOIN r b ON a.class = b.class AND a.k = b.k GROUP BY a.i ORDER BY a.i`
      : `SELECT i, class FROM (${classes}) r ORDER BY i`,
    [JSON.stringify(texts)],
  );
  return rows.map((row) => Number(row.class));
};
