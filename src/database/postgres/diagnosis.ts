/** Counters and settings of PostgreSQL. */
import type { Knex } from 'knex';
import type { TableInfo } from '../catalog';
import { type Condition, type Counter, type Diagnosis, tooFewConnections } from '../diagnosis';
import { CONNECTIONS_PER_SERVER } from '../poolSizes';
import { escapeMarks, quoteTable } from '../quoting';
import { quote } from './columns';
import { queryOf } from './query';

interface SequenceRow {
  readonly last_value: string;
  readonly is_called: boolean;
  readonly step: string;
  readonly most: string;
  readonly greatest: string | null;
}

async function mayRead(knex: Knex, sequence: string): Promise<boolean> {
  const [row] = await queryOf(knex)<{ may: boolean | null }>(
    `SELECT has_sequence_privilege(to_regclass(?), 'SELECT') AS may`,
    [sequence],
  );
  return row?.may === true;
}

/** Null for descending sequences. */
async function counterOf(
  knex: Knex,
  table: string,
  column: string,
  sequence: string,
  max: bigint,
): Promise<Counter | null> {
  const [from, name] = [quoteTable(quote, table), quote(column)];
  const [row] = await queryOf(knex)<SequenceRow>(
    `SELECT s.last_value, s.is_called, q.seqincrement AS step, q.seqmax AS most, (SELECT MAX(${escapeMarks(name)}) FROM ${escapeMarks(from)}) AS greatest
       FROM ${escapeMarks(sequence)} s JOIN pg_sequence q ON q.seqrelid = to_regclass(?)`,
    [sequence],
  );
  if (!row || BigInt(row.step) <= 0n) return null;
  return {
    table,
    column,
    next: BigInt(row.last_value) + (row.is_called ? BigInt(row.step) : 0n),
    greatest: row.greatest === null ? null : BigInt(row.greatest),
    last: BigInt(row.most) < max ? BigInt(row.most) : max,
    reusesNumbers: false,
    repair: `SELECT setval('${sequence.replaceAll("'", "''")}', (SELECT MAX(${name}) FROM ${from}))`,
  };
}

async function counters(knex: Knex, tables: readonly TableInfo[]): Promise<Counter[]> {
  const found: Counter[] = [];
  for (const table of tables)
    for (const { name, sequence, type } of table.columns) {
      if (sequence === undefined || type.kind !== 'integer' || !(await mayRead(knex, sequence))) continue;
      const counter = await counterOf(knex, table.name, name, sequence, type.max);
      if (counter) found.push(counter);
    }
  return found;
}

/** Settings of a new session, whatever the current session has set. */
export interface PostgresSettings {
  readonly max_connections: string;
  readonly superuser_reserved_connections: string;
  /** -1: no limit. */
  readonly database_limit: number;
  readonly role_limit: number;
  readonly default_transaction_isolation: string;
  readonly default_transaction_read_only: string;
  readonly is_replica: boolean;
}

const SETTINGS = `SELECT pg_is_in_recovery() AS is_replica, current_setting('max_connections') AS max_connections,
            current_setting('superuser_reserved_connections') AS superuser_reserved_connections,
            (SELECT reset_val FROM pg_settings WHERE name = 'default_transaction_isolation') AS default_transaction_isolation,
            (SELECT reset_val FROM pg_settings WHERE name = 'default_transaction_read_only') AS default_transaction_read_only,
            (SELECT datconnlimit FROM pg_database WHERE datname = current_database()) AS database_limit,
            (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user) AS role_limit`;

function connectionConditions(settings: PostgresSettings): Condition[] {
  const limits: readonly (readonly [number, string])[] = [
    [Number(settings.max_connections) - Number(settings.superuser_reserved_connections), 'max_connections'],
    [settings.database_limit, 'CONNECTION LIMIT of the database'],
    [settings.role_limit, 'CONNECTION LIMIT of the user'],
  ];
  return limits
    .filter(([limit]) => limit >= 0 && limit < CONNECTIONS_PER_SERVER)
    .map(([limit, where]) => tooFewConnections(limit, CONNECTIONS_PER_SERVER, where));
}

export function postgresConditions(settings: PostgresSettings): Condition[] {
  const conditions = connectionConditions(settings);
  if (settings.is_replica)
    conditions.push({
      severity: 'ERROR',
      problem: 'The database is a replica, which refuses every write.',
      advice: 'Use the URL of the primary server.',
    });
  if (settings.default_transaction_read_only === 'on')
    conditions.push({
      severity: 'ERROR',
      problem: 'New transactions are read-only (default_transaction_read_only), so every sync fails.',
      advice: 'Set default_transaction_read_only to off for the database or the user of nsync.',
    });
  if (settings.default_transaction_isolation !== 'read committed')
    conditions.push({
      severity: 'WARNING',
      problem: `The default isolation is ${settings.default_transaction_isolation}, so runs at the same time fail and are repeated.`,
      advice: 'Set default_transaction_isolation to read committed for the user of nsync.',
    });
  return conditions;
}

export const diagnosis: Diagnosis = {
  counters,
  async conditions(knex) {
    const [settings] = await queryOf(knex)<PostgresSettings>(SETTINGS);
    return settings ? postgresConditions(settings) : [];
  },
};
