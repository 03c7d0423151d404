/** Lookups in large tables without an index. Each one reads the whole table. */
import type { Knex } from 'knex';
import { createIndex, isLargeTable } from '../../database';
import { type Problem, problem } from '../../problems';

interface Lookup {
  readonly table: string;
  /** The table's name in messages. */
  readonly model: string;
  readonly columns: readonly string[];
}

function warning({ table, model, columns }: Lookup): Problem {
  const names = columns.map((column) => `"${column}"`).join(' and ');
  return problem(
    'UNINDEXED_LOOKUP',
    `Rows look up ${model} by ${names} without an index, so each chunk of rows scans the whole table. Create an index: ${createIndex(table, columns)}.`,
    columns.join(', '),
  );
}

export class UnindexedLookups {
  private readonly found = new Map<string, Lookup>();

  /**
   * Records a lookup by all of the columns, unless an index begins with one. `indexedFirst`: first columns of the
   * table's indexes.
   */
  note(lookup: Lookup, indexedFirst: readonly string[]): void {
    const { table, columns } = lookup;
    if (columns.length === 0 || columns.some((column) => indexedFirst.includes(column))) return;
    this.found.set(JSON.stringify([table, ...[...columns].sort()]), lookup);
  }

  /** One warning per large table and set of columns. */
  async problems(knex: Knex): Promise<Problem[]> {
    const problems: Problem[] = [];
    for (const lookup of this.found.values())
      if (await isLargeTable(knex, lookup.table)) problems.push(warning(lookup));
    return problems;
  }
}
