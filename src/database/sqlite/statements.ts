/** Statements on a connection of better-sqlite3, in whichever thread it is. */
import type Database from 'better-sqlite3';
import {
  type Many,
  type ManyAnswer,
  packed,
  type Query,
  type QueryAnswer,
  type SqliteValue,
  unpacked,
} from './messages';

/** Waiting for the writer is done by retries: this much is for those who hold it for a moment. */
const BUSY_MILLISECONDS = 250;
/** Prepared statements that are kept: a sync has a few, and runs them for every chunk. */
const KEPT = 100;
/** Others are seldom run twice, and a PRAGMA may do its work as it is prepared. */
const KEEPABLE = /^\s*(select|insert|update|delete|with)\b/i;

/** What every connection has. */
export function setUp(database: Database.Database): void {
  database.pragma(`busy_timeout = ${BUSY_MILLISECONDS}`);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  database.pragma('foreign_keys = ON');
  // For ids of objects with bytes as key.
  database.function('nsync_bytes', { deterministic: true }, (base64) => Buffer.from(String(base64), 'base64'));
}

/** Runs statements, and keeps those prepared that were run last. */
export class Statements {
  private readonly kept = new Map<string, Database.Statement>();

  constructor(private readonly database: Database.Database) {}

  private prepared(sql: string, safeIntegers: boolean): Database.Statement {
    let statement = this.kept.get(sql);
    if (statement) this.kept.delete(sql);
    else {
      statement = this.database.prepare(sql);
      if (statement.reader) statement.raw(true);
    }
    if (KEEPABLE.test(sql)) this.kept.set(sql, statement);
    // A Map is in the order in which its keys were set.
    if (this.kept.size > KEPT) this.kept.delete(this.kept.keys().next().value as string);
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
    // Names are asked for last: where a table has changed, SQLite has seen it only now.
    return { columns: values.length > 0 ? namesOf(statement) : [], found: packed(values) };
  }

  /** Integers are read as bigints, so that a key beyond 2^53 is given back as it is. */
  many({ statements, order, bindings, wanted }: Many): ManyAnswer {
    const values = unpacked(bindings);
    const prepared = statements.map(({ sql }) => this.prepared(sql, true));
    const rowids = wanted === 'rowids' ? new BigInt64Array(order.length) : null;
    const rows: (SqliteValue[] | undefined)[] = [];
    const firsts: SqliteValue[] = [];
    let start = 0;
    for (const [run, which] of order.entries()) {
      const statement = prepared[which] as Database.Statement;
      const end = start + (statements[which]?.width ?? 0);
      const given = values.slice(start, end);
      start = end;
      if (wanted === 'rows') rows.push(statement.get(given) as SqliteValue[] | undefined);
      else if (wanted === 'values') firsts.push((statement.get(given) as SqliteValue[] | undefined)?.[0] ?? null);
      else {
        const { lastInsertRowid } = statement.run(given);
        if (rowids) rowids[run] = lastInsertRowid as bigint;
      }
    }
    if (rowids) return { rowids };
    if (wanted === 'values') return { values: packed(firsts) };
    const [first] = prepared;
    return wanted === 'rows' && first ? { columns: namesOf(first), rows } : null;
  }
}

const namesOf = (statement: Database.Statement): string[] => statement.columns().map(({ name }) => name);
