/** The state of a SQLite file. */
import type { Knex } from 'knex';
import type { ColumnInfo, TableInfo } from '../catalog';
import type { Condition, Counter, Diagnosis } from '../diagnosis';
import { escapeMarks, quoteTable } from '../quoting';
import { tableParts } from '../tableNames';
import { quote } from './columns';
import { queryOf } from './query';

const EXAMPLES = 3;

/** The counters of AUTOINCREMENT tables. Only these tables never use a number again. */
async function sequences(knex: Knex): Promise<Map<string, bigint>> {
  const [exists] = await queryOf(knex)<unknown>(`SELECT name FROM sqlite_master WHERE name = 'sqlite_sequence'`);
  if (exists === undefined) return new Map();
  const rows = await queryOf(knex)<{ name: string; seq: string }>(
    'SELECT name, CAST(seq AS TEXT) AS seq FROM sqlite_sequence',
  );
  return new Map(rows.map(({ name, seq }) => [name, BigInt(seq)]));
}

async function counterOf(knex: Knex, table: string, column: ColumnInfo, given: bigint | undefined): Promise<Counter> {
  const name = escapeMarks(quoteTable(quote, table));
  const [row] = await queryOf(knex)<{ greatest: string | null }>(
    `SELECT CAST(MAX(${escapeMarks(quote(column.name))}) AS TEXT) AS greatest FROM ${name}`,
  );
  const greatest = row?.greatest ? BigInt(row.greatest) : null;
  const reached = [0n, given ?? 0n, greatest ?? 0n].reduce((most, each) => (each > most ? each : most));
  const last = column.type.kind === 'integer' ? column.type.max : 2n ** 63n - 1n;
  return {
    table,
    column: column.name,
    next: reached + 1n,
    greatest,
    last,
    reusesNumbers: given === undefined,
    repair: null,
  };
}

async function counters(knex: Knex, tables: readonly TableInfo[]): Promise<Counter[]> {
  const given = await sequences(knex);
  const found: Counter[] = [];
  for (const { name, columns } of tables)
    for (const column of columns.filter(({ autoIncrement }) => autoIncrement))
      found.push(await counterOf(knex, name, column, given.get(tableParts(name).at(-1) ?? '')));
  return found;
}

async function journalCondition(knex: Knex): Promise<Condition[]> {
  const [row] = await queryOf(knex)<{ journal_mode: string }>('PRAGMA journal_mode');
  const mode = row?.journal_mode ?? '';
  if (mode === 'wal') return [];
  return [
    {
      severity: 'WARNING',
      problem: `The journal mode is ${mode}, so reads and syncs wait for each other.`,
      advice:
        'nsync sets the mode WAL when it opens the file to write. If the mode stays, the file is on a network drive, or another program sets the mode. Move the file to a local disk.',
    },
  ];
}

async function damage(knex: Knex): Promise<Condition[]> {
  const rows = await queryOf(knex)<{ quick_check: string }>('PRAGMA quick_check');
  const faults = rows.map(({ quick_check }) => quick_check).filter((text) => text !== 'ok');
  if (faults.length === 0) return [];
  return [
    {
      severity: 'ERROR',
      problem: 'The file does not pass the integrity check of SQLite (PRAGMA quick_check).',
      advice: 'Correct the rows that the examples name. If the file itself is damaged, restore a backup.',
      count: faults.length,
      examples: faults.slice(0, EXAMPLES),
    },
  ];
}

async function brokenKeys(knex: Knex): Promise<Condition[]> {
  const rows = await queryOf(knex)<{ table: string; parent: string; rows: number; first: number | null }>(
    'SELECT "table", parent, COUNT(*) AS "rows", MIN(rowid) AS first FROM pragma_foreign_key_check GROUP BY "table", parent',
  );
  return rows.map(({ table, parent, rows: count, first }) => ({
    severity: 'ERROR',
    problem: `Rows of ${table} refer to rows of ${parent} that do not exist.`,
    advice: `Correct or delete these rows. List them: PRAGMA foreign_key_check(${table}).`,
    count,
    examples: first === null ? [] : [`rowid ${first}`],
  }));
}

export const diagnosis: Diagnosis = {
  counters,
  conditions: async (knex) => [...(await journalCondition(knex)), ...(await damage(knex)), ...(await brokenKeys(knex))],
};
