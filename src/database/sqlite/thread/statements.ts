/** Prepared statements on a better-sqlite3 connection, in any thread. */
import type Database from 'better-sqlite3';
import { assertWritten, SwallowedWrite } from '../../swallowedWrite';
import type { Many, ManyAnswer, ManyStatement, Query, QueryAnswer } from './messages';
import { packed, type SqliteValue, unpacked } from './packing';

/** The number of cached prepared statements. A sync has a few, and runs them for every chunk. */
const MOST_CACHED = 100;
/** Other statements are seldom run twice, and a PRAGMA may take effect when it is prepared. */
const CACHEABLE = /^\s*(select|insert|update|delete|with)\b/i;
/** The most rows per statement. Each further row takes a fraction of the time of a statement. */
const MOST_TOGETHER = 32;
const ROWS_TOGETHER = [MOST_TOGETHER, 4];
const MOST_BINDINGS = 32_766;

/** Runs statements, and caches the prepared statements that were used last. */
export class Statements {
  private readonly cache = new Map<string, Database.Statement>();

  constructor(private readonly database: Database.Database) {}

  private prepared(sql: string, safeIntegers: boolean): Database.Statement {
    let statement = this.cache.get(sql);
    if (statement) this.cache.delete(sql);
    else {
      statement = this.database.prepare(sql);
      if (statement.reader) statement.raw(true);
    }
    if (CACHEABLE.test(sql)) this.cache.set(sql, statement);
    // A Map iterates in order of insertion, so its first key was used longest ago.
    if (this.cache.size > MOST_CACHED) this.cache.delete(this.cache.keys().next().value as string);
    return statement.safeIntegers(safeIntegers);
  }

  query({ sql, bindings, safeIntegers }: Query): QueryAnswer {
    const statement = this.prepared(sql, safeIntegers);
    if (!statement.reader) {
      const { changes, lastInsertRowid } = statement.run(bindings);
      return { changes, lastInsertRowid };
    }
    const values: SqliteValue[] = [];
    for (const row of statement.all(bindings) as SqliteValue[][]) for (const value of row) values.push(value);
    // Column names are read last, because SQLite notices a changed table only when the statement runs.
    return { columns: values.length > 0 ? namesOf(statement) : [], found: packed(values) };
  }

  /** Integers are read as bigints, so that keys beyond 2^53 are exact. */
  many({ statements, order, bindings, wanted }: Many): ManyAnswer {
    const values = unpacked(bindings);
    const singly = statements.map(({ sql }) => this.prepared(sql, true));
    const rowids = wanted === 'rowids' ? new BigInt64Array(order.length) : null;
    const rows: SqliteValue[][] = [];
    const firsts: SqliteValue[] = [];
    let start = 0;
    for (let row = 0; row < order.length;) {
      const which = order[row] as number;
      const statement = statements[which] as ManyStatement;
      const isCounted = !rowids || (order[row - 1] === which && this.countsOn(statement, rowids[row - 1]));
      const count = isCounted ? rowsTogether(statement, order, row) : 1;
      const prepared =
        count > 1 ? this.prepared(repeated(statement, count), true) : (singly[which] as Database.Statement);
      const end = start + count * statement.width;
      const given = values.slice(start, end);
      start = end;
      if (wanted === 'rows') {
        const written = prepared.get(given) as SqliteValue[] | undefined;
        if (!written) throw new SwallowedWrite();
        rows.push(written);
      } else if (wanted === 'values') firsts.push((prepared.get(given) as SqliteValue[] | undefined)?.[0] ?? null);
      else {
        const { changes, lastInsertRowid } = prepared.run(given);
        assertWritten(changes, count);
        const last = lastInsertRowid as bigint;
        if (rowids)
          for (let index = 0; index < count; index += 1) rowids[row + index] = last - BigInt(count - 1 - index);
      }
      row += count;
    }
    if (rowids) return { rowids };
    if (wanted === 'values') return { values: packed(firsts) };
    const [first] = singly;
    return wanted === 'rows' && first ? { columns: namesOf(first), rows } : null;
  }

  /** Whether the next row's id is the previous row's id plus 1. This holds if the previous row has the largest id, because SQLite then counts on. */
  private countsOn({ largest }: ManyStatement, before: bigint | undefined): boolean {
    if (largest === undefined) return false;
    const [found] = this.prepared(largest, true).get() as [SqliteValue];
    return found === before;
  }
}

/** The number of rows for the next statement. There are only a few sizes, so that few statements are prepared. */
function rowsTogether({ width, another }: ManyStatement, order: Uint32Array, from: number): number {
  if (another === undefined) return 1;
  const which = order[from];
  let same = 1;
  while (same < MOST_TOGETHER && order[from + same] === which) same += 1;
  return ROWS_TOGETHER.find((rows) => rows <= same && rows * width <= MOST_BINDINGS) ?? 1;
}

const repeated = ({ sql, another }: ManyStatement, rows: number): string => sql + (another ?? '').repeat(rows - 1);

const namesOf = (statement: Database.Statement): string[] => statement.columns().map(({ name }) => name);
