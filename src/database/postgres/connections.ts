/** Connections to PostgreSQL. */
import type { Knex } from 'knex';
import pg from 'pg';
import { connectKnex, type Driver } from '../knexClient';
import { MOST_CONNECTIONS, MOST_TIMED_READERS } from '../poolSizes';
import { afterCreate, type ConnectionSettings, whyNoUrl, withOwn } from '../settings';
import { PostgresClient } from './client';
import { quote } from './columns';
import { explainFailure } from './failures';

const DRIVER: Driver = { name: 'pg', client: PostgresClient, quote, placeholder: (place) => `$${place}` };

export const readUrl = (url: string): ConnectionSettings => ({ connection: { connectionString: url } });

export const whyNoDatabase = whyNoUrl;

/** Types that the driver parses. All others stay the database's text, so that no digit and no day is lost. */
const READ_BY_DRIVER = new Set<number>([
  pg.types.builtins.BOOL,
  pg.types.builtins.BYTEA,
  pg.types.builtins.INT2,
  pg.types.builtins.INT4,
  pg.types.builtins.OID,
  pg.types.builtins.FLOAT4,
  pg.types.builtins.FLOAT8,
  1009, // text[], which the catalog's queries return
]);

const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary'): unknown =>
    READ_BY_DRIVER.has(oid) ? pg.types.getTypeParser(oid, format) : (value: string) => value,
};

/** A transaction that is idle for this long belongs to a stopped process, because live runs send statements more often. */
const MOST_IDLE = "SET idle_in_transaction_session_timeout = '45s'";
/** Each value has one spelling. JIT is off, because compiling the catalog's queries takes longer than running them. */
const SESSION = `SET TIME ZONE 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; SET jit = off; SET bytea_output = 'hex'; ${MOST_IDLE}`;

/** A shorter limit of the database stays in force. */
const limitStatements = (milliseconds: number): string =>
  `SELECT set_config('statement_timeout', '${milliseconds}', false) FROM pg_settings
    WHERE name = 'statement_timeout' AND setting::int NOT BETWEEN 1 AND ${milliseconds}`;

/** The server's last report on the connection: idle, and not in a transaction. */
const isClean = (connection: pg.Client): boolean => connection.getTransactionStatus() === 'I';

/** `readSeconds` limits each statement. 0: no limit. */
function open(settings: ConnectionSettings, connections: number, readSeconds = 0): Knex {
  const session = [
    SESSION,
    ...(settings.readOnly ? ['SET default_transaction_read_only = on'] : []),
    ...(readSeconds > 0 ? [limitStatements(readSeconds * 1000)] : []),
  ].join('; ');
  const config: Knex.Config = {
    connection: withOwn(settings.connection, { types, pipeline: true }),
    searchPath: settings.searchPath,
    pool: {
      min: 0,
      max: connections,
      afterCreate: afterCreate<pg.Client>(settings, (connection, done) => {
        connection.query(session, (error) => done(error, connection));
      }),
    },
  };
  return connectKnex(DRIVER, config, { isClean, explainFailure, readSeconds });
}

export const connect = (settings: ConnectionSettings, connections = MOST_CONNECTIONS): Knex =>
  open(settings, connections);

export const connectTimedReader = (settings: ConnectionSettings, seconds: number): Knex =>
  open(settings, MOST_TIMED_READERS, seconds);
