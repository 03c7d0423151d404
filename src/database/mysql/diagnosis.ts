/** Counters and settings of MySQL and MariaDB. */
import type { Knex } from 'knex';
import type { ColumnInfo, TableInfo } from '../catalog';
import { type Condition, type Counter, type Diagnosis, tooFewConnections } from '../diagnosis';
import { CONNECTIONS_PER_SERVER } from '../poolSizes';
import { escapeMarks, nameQuoter, quoteTable } from '../quoting';
import { schemaOf, tableParts } from '../tableNames';
import { queryOf } from './query';

const quote = nameQuoter('`');

type Integer = string | number;

/** MySQL would return statistics that are up to a day old. MariaDB ignores the comment. */
const FRESH_STATISTICS = 'SET @nsync = 0 /*!80000 , information_schema_stats_expiry = 0 */';

async function greatestIn(knex: Knex, table: string, column: string): Promise<bigint | null> {
  const [row] = await queryOf(knex)<{ greatest: Integer | null }>(
    `SELECT MAX(${escapeMarks(quote(column))}) AS greatest FROM ${escapeMarks(quoteTable(quote, table))}`,
  );
  return row?.greatest == null ? null : BigInt(row.greatest);
}

/** The next number. InnoDB's counter is never behind the table's numbers. */
async function autoIncrementOf(knex: Knex, table: string): Promise<bigint | null> {
  await knex.raw(FRESH_STATISTICS);
  const [row] = await queryOf(knex)<{ next: Integer | null }>(
    `SELECT AUTO_INCREMENT AS next FROM information_schema.TABLES WHERE TABLE_SCHEMA = COALESCE(?, DATABASE()) AND TABLE_NAME = ?`,
    [schemaOf(table), tableParts(table).at(-1) ?? ''],
  );
  return row?.next == null ? null : BigInt(row.next);
}

/** The next number of a MariaDB sequence. Numbers that the server has cached count as used. Null for descending sequences. */
async function nextOf(knex: Knex, sequence: string): Promise<bigint | null> {
  const [row] = await queryOf(knex)<{ next: Integer; step: Integer }>(
    `SELECT next_not_cached_value AS next, increment AS step FROM ${escapeMarks(sequence)}`,
  );
  return !row || BigInt(row.step) < 0n ? null : BigInt(row.next);
}

async function counterOf(knex: Knex, { name: table }: TableInfo, column: ColumnInfo): Promise<Counter | null> {
  if (column.type.kind !== 'integer') return null;
  const { name, sequence, type } = column;
  const next = sequence === undefined ? await autoIncrementOf(knex, table) : await nextOf(knex, sequence);
  if (next === null) return null;
  const greatest = await greatestIn(knex, table, name);
  const repair = sequence === undefined ? null : `SELECT SETVAL(${sequence}, ${greatest})`;
  return { table, column: name, next, greatest, last: type.max, reusesNumbers: false, repair };
}

async function counters(knex: Knex, tables: readonly TableInfo[]): Promise<Counter[]> {
  const found: Counter[] = [];
  for (const table of tables.filter(({ isView }) => !isView))
    for (const column of table.columns.filter(
      ({ autoIncrement, sequence }) => autoIncrement || sequence !== undefined,
    )) {
      const counter = await counterOf(knex, table, column);
      if (counter) found.push(counter);
    }
  return found;
}

export interface MysqlSettings {
  readonly packet: Integer;
  readonly connections: Integer;
  /** 0: no limit. */
  readonly userConnections: Integer;
  readonly readOnly: Integer;
  readonly hasBinaryLog: Integer;
  readonly binaryLogFormat: string;
}

const SETTINGS = `SELECT @@max_allowed_packet AS packet, @@max_connections AS connections, @@max_user_connections AS userConnections,
  @@GLOBAL.read_only AS readOnly, @@log_bin AS hasBinaryLog, @@binlog_format AS binaryLogFormat`;

/** A row of a CSV file may have this many characters. */
const LEAST_PACKET = 16 * 1024 * 1024;

const megabytes = (bytes: number): string => `${Math.floor(bytes / 1024 / 1024)} MB`;

export function mysqlConditions(settings: MysqlSettings): Condition[] {
  const conditions: Condition[] = [];
  const [packet, connections, ofUser] = [settings.packet, settings.connections, settings.userConnections].map(Number) as [number, number, number]; // prettier-ignore
  if (packet < LEAST_PACKET)
    conditions.push({
      severity: 'WARNING',
      problem: `max_allowed_packet is ${megabytes(packet)}. Rows with longer values fail, and syncs need more statements.`,
      advice: `Set max_allowed_packet to ${megabytes(LEAST_PACKET)} or more.`,
    });
  if (connections < CONNECTIONS_PER_SERVER)
    conditions.push(tooFewConnections(connections, CONNECTIONS_PER_SERVER, 'max_connections'));
  if (ofUser > 0 && ofUser < CONNECTIONS_PER_SERVER)
    conditions.push(tooFewConnections(ofUser, CONNECTIONS_PER_SERVER, 'max_user_connections'));
  if (Number(settings.readOnly) !== 0)
    conditions.push({
      severity: 'ERROR',
      problem: 'The server is read-only (read_only), so syncs fail for users without special rights.',
      advice: 'Use the URL of the primary server, or set read_only to off.',
    });
  if (Number(settings.hasBinaryLog) !== 0 && settings.binaryLogFormat === 'STATEMENT')
    conditions.push({
      severity: 'ERROR',
      problem: 'binlog_format is STATEMENT, which InnoDB refuses with the isolation READ COMMITTED that nsync uses.',
      advice: 'Set binlog_format to ROW or MIXED.',
    });
  return conditions;
}

export const diagnosis: Diagnosis = {
  counters,
  async conditions(knex) {
    const [settings] = await queryOf(knex)<MysqlSettings>(SETTINGS);
    return settings ? mysqlConditions(settings) : [];
  },
};
