/** Bulk inserts. */
import type { Knex } from 'knex';
import { allDone } from '../../allDone';
import { cutRows } from '../bulkRows';
import type { BulkInsert, KeptIds } from '../bulkWrites';
import type { Binding } from '../dialect';
import { quoteTable } from '../quoting';
import { assertWritten } from '../swallowedWrite';
import { type Abilities, abilitiesOf } from './abilities';
import { quote, selected } from './columns';
import { limitsOf, run } from './rawStatements';
import { literal } from './values';

type Values = readonly (Binding | undefined)[];

/** A column for which rows have values. */
interface GivenColumn {
  readonly name: string;
  readonly values: Values;
  /** The literal that all rows of the statement share; null if their values differ. */
  readonly shared: string | null;
  /** Values that are not literals, as SQL. */
  readonly computed?: readonly string[];
}

/** A simple multi-row INSERT gets consecutive ids (innodb_autoinc_lock_mode), `STEP` apart. */
const STEP = '@@auto_increment_increment';

const variableOf = (name: string): string => `@${quote(name)}`;

function keptColumn({ name, column, rows }: KeptIds): GivenColumn {
  const computed = rows.map((row) => (row === 0 ? variableOf(name) : `${variableOf(name)} + ${row} * ${STEP}`));
  const [first = ''] = computed;
  const shared = computed.every((sql) => sql === first) ? first : null;
  return { name: quote(column.name), values: [], shared, computed };
}

function isShared(values: Values, from: number, to: number): boolean {
  for (let row = from + 1; row < to; row += 1) if (values[row] !== values[from]) return false;
  return true;
}

/** If other rows give numbers, MariaDB reads DEFAULT as 0 in an AUTO_INCREMENT column. NULL gets the next number. */
const withoutDefault = (values: Values): readonly Binding[] => values.map((value) => value ?? null);

/** Omits columns for which no row has a value, so that any kind of default applies. */
function givenColumns({ columns, values, keptIds }: BulkInsert, from: number, to: number): GivenColumn[] {
  const plain = columns.flatMap((column, index) => {
    const given = values[index] ?? [];
    if (!given.some((value, row) => row >= from && row < to && value !== undefined)) return [];
    const items = column.autoIncrement ? withoutDefault(given) : given;
    return [
      { name: quote(column.name), values: items, shared: isShared(items, from, to) ? literal(items[from]) : null },
    ];
  });
  return keptIds ? [keptColumn(keptIds), ...plain] : plain;
}

const namesOf = (columns: readonly GivenColumn[]): string => columns.map(({ name }) => name).join(', ');

/** The rows of a range as literals, without the outermost brackets. */
function tuples(columns: readonly GivenColumn[], from: number, to: number): string {
  let text = '';
  for (let row = from; row < to; row += 1) {
    if (row > from) text += '),(';
    for (let index = 0; index < columns.length; index += 1) {
      if (index > 0) text += ',';
      const column = columns[index];
      text += column?.shared ?? column?.computed?.[row] ?? literal(column?.values[row]);
    }
  }
  return text;
}

const insertStatement = (table: string, columns: readonly GivenColumn[], from: number, to: number): string =>
  `INSERT INTO ${table} (${namesOf(columns)}) VALUES (${tuples(columns, from, to)})`;

/** Puts the values that differ into a table of their own, so that the server parses each shared value once. */
function insertSharedStatement(table: string, columns: readonly GivenColumn[], from: number, to: number): string {
  const many = columns.filter(({ shared }) => shared === null);
  const names = many.map((_, index) => `c${index}`).join(', ');
  const selects = columns.map((column) => column.shared ?? `v.c${many.indexOf(column)}`).join(', ');
  return `INSERT INTO ${table} (${namesOf(columns)}) WITH v(${names}) AS (VALUES (${tuples(many, from, to)})) SELECT ${selects} FROM v`;
}

/** The least number of shared columns for which `insertSharedStatement` is faster. */
const FEW_SHARED = 3;

function areStrings(values: Values, from: number, to: number): boolean {
  for (let row = from; row < to; row += 1) if (typeof values[row] !== 'string') return false;
  return true;
}

/** Whether to use `insertSharedStatement`: many columns are shared, the others are texts, and no column is returned. */
function sharesMuch({ returning }: BulkInsert, columns: readonly GivenColumn[], from: number, to: number): boolean {
  const many = columns.filter(({ shared }) => shared === null);
  return (
    returning.length === 0 &&
    many.length > 0 &&
    columns.length - many.length >= FEW_SHARED &&
    many.every(({ values }) => areStrings(values, from, to))
  );
}

function statementOf(insert: BulkInsert, from: number, to: number, { tableValues }: Abilities): string {
  const table = quoteTable(quote, insert.table);
  const columns = givenColumns(insert, from, to);
  return tableValues && sharesMuch(insert, columns, from, to)
    ? insertSharedStatement(table, columns, from, to)
    : insertStatement(table, columns, from, to);
}

interface InsertAnswer {
  readonly insertId: number;
  readonly affectedRows: number;
}

/** Sends an insert, and a statement that keeps the first id, without waiting for the answer of the insert. */
async function send(trx: Knex.Transaction, sql: string, { keepIdsAs }: BulkInsert): Promise<InsertAnswer> {
  const written = run<InsertAnswer>(trx, sql);
  if (keepIdsAs === undefined) return written;
  const [result] = await allDone([written, run(trx, `SET ${variableOf(keepIdsAs)} = LAST_INSERT_ID()`)] as const);
  return result;
}

/** The columns to return. Each row sets the variable that keeps the first id, and the last row sets it to this id. */
function returned({ returning, keepIdsAs, count }: BulkInsert): string {
  const columns = returning.map(selected).join(', ');
  const id = returning.find(({ autoIncrement }) => autoIncrement);
  if (keepIdsAs === undefined || !id) return columns;
  // Before the last row, the difference may be negative.
  return `${columns}, ${variableOf(keepIdsAs)} := CAST(${quote(id.name)} AS SIGNED) - ${count - 1} * CAST(${STEP} AS SIGNED)`;
}

export async function insertRows(trx: Knex.Transaction, insert: BulkInsert): Promise<Record<string, unknown>[]> {
  const abilities = await abilitiesOf(trx);
  const withReturning = insert.returning.length > 0 && abilities.returning;
  const results: Record<string, unknown>[] = [];
  const parts = cutRows(insert.values, insert.count, limitsOf(abilities));
  if (insert.keepIdsAs !== undefined && parts.length > 1)
    throw new Error('Rows whose ids a variable stores must fit into one statement.');
  for (const { from, to } of parts) {
    const sql = statementOf(insert, from, to, abilities);
    if (withReturning) {
      const written = await run<Record<string, unknown>[]>(trx, `${sql} RETURNING ${returned(insert)}`);
      assertWritten(written.length, to - from);
      results.push(...written);
      continue;
    }
    const { insertId, affectedRows } = await send(trx, sql, insert);
    assertWritten(affectedRows, to - from);
    const generated = insert.returning.find((column) => column.autoIncrement && !insert.columns.includes(column));
    if (!generated) continue;
    const [{ step } = { step: 1 }] = await run<{ step: number }[]>(trx, `SELECT ${STEP} AS step`);
    for (let row = from; row < to; row += 1) results.push({ [generated.name]: insertId + (row - from) * step });
  }
  return results;
}
