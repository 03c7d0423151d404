/** Foreign keys that SQLite checks only at the commit: finds violations before it. */
import type { DeferredKeys } from '../dialect';
import { tableParts } from '../tableNames';
import { queryOf } from './query';

const ACTIONS = `('CASCADE', 'SET NULL', 'SET DEFAULT')`;

interface Broken {
  readonly owner: string;
  readonly source: string;
  readonly rows: number;
}

export const deferredKeys: DeferredKeys = {
  async breakUnseen(knex) {
    const [answer] = await queryOf(knex)<{ found: number }>(
      `SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'trigger')
           OR EXISTS (SELECT 1 FROM sqlite_master m, pragma_foreign_key_list(m.name) f
                       WHERE m.type = 'table' AND (f.on_delete IN ${ACTIONS} OR f.on_update IN ${ACTIONS})) AS found`,
    );
    return answer?.found === 1;
  },

  async countBroken(knex, keys) {
    const tables = [...new Set(keys.map(({ table }) => table))].map((table) => tableParts(table).at(-1) ?? table);
    const found = await queryOf(knex)<Broken>(
      `SELECT t.value AS owner, l."from" AS source, count(*) AS "rows"
         FROM json_each(?) t
         JOIN pragma_foreign_key_check(t.value) c
         JOIN pragma_foreign_key_list(t.value) l ON l.id = c.fkid AND l.seq = 0
        GROUP BY t.value, l.id`,
      [JSON.stringify(tables)],
    );
    return keys.map(({ table, columns: [first] }) =>
      found
        .filter(({ owner, source }) => owner === tableParts(table).at(-1) && source === first)
        .reduce((sum, { rows }) => sum + Number(rows), 0),
    );
  },
};
