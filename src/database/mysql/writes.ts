/** Rows made and changed in bulk. */
import type { Knex } from 'knex';
import { cutRows, type StatementLimits } from '../bulkInsert';
import type { Binding, BulkInsert, BulkUpdate, GivenNumbers } from '../dialect';
import { assertWritten } from '../swallowedWrite';
import { quoteTable } from '../quoting';
import { type Abilities, abilitiesOf } from './abilities';
import { inCollation, literal, quote, selected } from './literals';

/** mysql2 puts values into the text, so only `max_allowed_packet` (16 MB by default) limits a statement. */
const limitsOf = ({ longestStatement }: Abilities): StatementLimits => ({
  bindings: 1_000_000,
  bytes: Math.min(8 * 1024 * 1024, longestStatement / 2),
});

/** The values of one row make a statement that is longer than the server takes; the server would end the connection. */
export class StatementTooLong extends Error {}

/** What goes over the wire before a statement's text. */
const HEADER_BYTES = 16;

async function assertNotTooLong(trx: Knex.Transaction, sql: string): Promise<void> {
  // A character takes up to three bytes for each of its UTF-16 units.
  const { longestStatement } = await abilitiesOf(trx);
  if (sql.length * 3 + HEADER_BYTES <= longestStatement) return;
  const bytes = Buffer.byteLength(sql) + HEADER_BYTES;
  if (bytes > longestStatement)
    throw new StatementTooLong(
      `Its values take ${bytes} bytes, and max_allowed_packet of the server is ${longestStatement} bytes.`,
    );
}

export interface RawConnection {
  query(sql: string, done: (error: Error | null, result?: unknown) => void): void;
}

/** A statement without bindings, past knex: it would search the text of many rows for marks to bind. */
async function run<T>(trx: Knex.Transaction, sql: string): Promise<T> {
  await assertNotTooLong(trx, sql);
  const client = trx.client as { acquireConnection(): Promise<RawConnection> };
  const connection = await client.acquireConnection();
  return new Promise((resolve, reject) => {
    connection.query(sql, (error, result) => (error ? reject(error) : resolve(result as T)));
  });
}

/** Shared columns from which on the others are better put into a table of their own. */
const FEW_SHARED = 3;

function isShared(values: readonly (Binding | undefined)[], from: number, to: number): boolean {
  for (let row = from + 1; row < to; row += 1) if (values[row] !== values[from]) return false;
  return true;
}

/** Beside given numbers, MariaDB takes DEFAULT for 0 in a column that it counts up; NULL is the next number. */
const withoutDefault = (values: readonly (Binding | undefined)[]): readonly Binding[] =>
  values.map((value) => value ?? null);

function insertStatement(
  { table, columns, values, returning }: BulkInsert,
  from: number,
  to: number,
  abilities: Abilities,
): string {
  // Columns that no row gives are not named, so that a default of any kind applies.
  const given = columns.flatMap((column, index) => {
    const ofColumn = values[index] ?? [];
    const isGiven = ofColumn.some((value, row) => row >= from && row < to && value !== undefined);
    return isGiven ? [{ column, ofColumn: column.autoIncrement ? withoutDefault(ofColumn) : ofColumn }] : [];
  });
  // A value that all rows share is put into words once.
  const items = given.map(({ ofColumn }) => ({
    ofColumn,
    shared: isShared(ofColumn, from, to) ? literal(ofColumn[from]) : null,
  }));
  const names = given.map(({ column }) => quote(column.name));
  const into = `INSERT INTO ${quoteTable(quote, table)} (${names.join(', ')})`;
  const many = items.filter(({ shared }) => shared === null);
  const isMuchShared = many.length > 0 && items.length - many.length >= FEW_SHARED;
  const isTable = abilities.tableValues && many.every(({ ofColumn }) => areStrings(ofColumn, from, to));
  if (!isMuchShared || !isTable || returning.length > 0) return `${into} VALUES (${tuples(items, from, to)})`;
  // The server understands a shared value once, too, where the others are a table of their own.
  const selects = items.map((item) => item.shared ?? `v.c${many.indexOf(item)}`);
  return `${into} WITH v(${many.map((_, index) => `c${index}`).join(', ')}) AS (VALUES (${tuples(many, from, to)})) SELECT ${selects.join(', ')} FROM v`;
}

interface Item {
  readonly ofColumn: readonly (Binding | undefined)[];
  readonly shared: string | null;
}

function tuples(items: readonly Item[], from: number, to: number): string {
  let text = '';
  for (let row = from; row < to; row += 1) {
    if (row > from) text += '),(';
    for (let index = 0; index < items.length; index += 1) {
      if (index > 0) text += ',';
      text += items[index]?.shared ?? literal(items[index]?.ofColumn[row]);
    }
  }
  return text;
}

function areStrings(values: readonly (Binding | undefined)[], from: number, to: number): boolean {
  for (let row = from; row < to; row += 1) if (typeof values[row] !== 'string') return false;
  return true;
}

export async function insertRows(trx: Knex.Transaction, insert: BulkInsert): Promise<Record<string, unknown>[]> {
  const returning = insert.returning.map(selected).join(', ');
  const abilities = await abilitiesOf(trx);
  const withReturning = returning !== '' && abilities.returning;
  const results: Record<string, unknown>[] = [];
  for (const { from, to } of cutRows(insert.values, insert.count, limitsOf(abilities))) {
    const sql = insertStatement(insert, from, to, abilities);
    if (withReturning) {
      const written = await run<Record<string, unknown>[]>(trx, `${sql} RETURNING ${returning}`);
      assertWritten(written.length, to - from);
      results.push(...written);
      continue;
    }
    const { insertId, affectedRows } = await run<{ insertId: number; affectedRows: number }>(trx, sql);
    assertWritten(affectedRows, to - from);
    const generated = insert.returning.find((column) => column.autoIncrement && !insert.columns.includes(column));
    if (!generated) continue;
    // A simple multi-row INSERT gets consecutive ids (innodb_autoinc_lock_mode), apart by auto_increment_increment.
    const [{ step } = { step: 1 }] = await run<{ step: number }[]>(trx, 'SELECT @@auto_increment_increment AS step');
    for (let row = from; row < to; row += 1) results.push({ [generated.name]: insertId + (row - from) * step });
  }
  return results;
}

/** A query of rows that are written out, under the names. */
function tableOf(names: readonly string[], rows: readonly (readonly string[])[], { tableValues }: Abilities): string {
  const texts = rows.map((items) => items.join());
  if (tableValues) return `WITH v(${names.join()}) AS (VALUES (${texts.join('),(')})) SELECT * FROM v`;
  const first = names.map((name, index) => `${rows[0]?.[index] ?? 'NULL'} AS ${name}`);
  return `SELECT ${[first.join(), ...texts.slice(1)].join(' UNION ALL SELECT ')}`;
}

/** The server counts rows that it found, and apart from them those whose values have changed. */
const MATCHED = /Rows matched: (\d+)/;

export async function updateRows(trx: Knex.Transaction, update: BulkUpdate): Promise<void> {
  const { table, keys, keyValues, columns, values, count } = update;
  const abilities = await abilitiesOf(trx);
  for (const { from, to } of cutRows([...keyValues, ...values], count, limitsOf(abilities))) {
    const partial = values.map((column) => column.slice(from, to).includes(undefined));
    const names = [
      ...keys.map((_, index) => `k${index}`),
      ...values.flatMap((_, index) => (partial[index] ? [`v${index}`, `g${index}`] : [`v${index}`])),
    ];
    const rows: string[][] = [];
    for (let row = from; row < to; row += 1) {
      const items = keyValues.map((column) => literal(column[row] ?? null));
      values.forEach((column, index) => {
        items.push(literal(column[row] ?? null));
        if (partial[index]) items.push(column[row] === undefined ? '0' : '1');
      });
      rows.push(items);
    }
    // A text from a derived table has the connection's collation, which must not meet the column's.
    const on = keys.map(({ name, type }, index) => `t.${quote(name)} = ${inCollation(type, `v.k${index}`)}`);
    const set = columns.map((column, index) => {
      const name = `t.${quote(column.name)}`;
      return partial[index] ? `${name} = IF(v.g${index}, v.v${index}, ${name})` : `${name} = v.v${index}`;
    });
    const { info } = await run<{ info: string }>(
      trx,
      `UPDATE ${quoteTable(quote, table)} t JOIN (${tableOf(names, rows, abilities)}) v ON ${on.join(' AND ')} SET ${set.join(', ')}`,
    );
    assertWritten(Number(MATCHED.exec(info)?.[1]), to - from);
  }
}

const NO_PRIVILEGE = 1142;

/** Of MariaDB: SETVAL itself never moves a sequence backwards, whichever way it counts. */
export async function moveSequence(
  trx: Knex.Transaction,
  sequence: string,
  { least, most }: GivenNumbers,
): Promise<void> {
  try {
    const [found] = await run<{ least: string | number; most: string | number; step: string | number }[]>(
      trx,
      `SELECT minimum_value AS least, maximum_value AS most, increment AS step FROM ${sequence}`,
    );
    if (!found) return;
    const [lowest, highest, step] = [BigInt(found.least), BigInt(found.most), BigInt(found.step)];
    const reached = step < 0n ? least : most;
    const next = reached + step;
    if (next >= lowest && next <= highest) await run(trx, `SELECT SETVAL(${sequence}, ${reached})`);
  } catch (error) {
    if ((error as { errno?: number }).errno !== NO_PRIVILEGE) throw error;
  }
}
