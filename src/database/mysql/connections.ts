/** Connections to MySQL and MariaDB. */
import type { Knex } from 'knex';
import { connectKnex, type Driver } from '../knexClient';
import { MOST_CONNECTIONS, MOST_TIMED_READERS } from '../poolSizes';
import { afterCreate, type ConnectionSettings, whyNoUrl, withOwn } from '../settings';
import { MysqlClient } from './client';
import { quote } from './columns';
import { explainFailure } from './failures';
import { follow, isClean } from './followedTransactions';
import { MOST_IDLE_SECONDS } from './idleConnections';
import type { RawConnection } from './rawStatements';

const DRIVER: Driver = { name: 'mysql2', client: MysqlClient, quote };

export function readUrl(url: string): ConnectionSettings {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url);
  const socketPath = searchParams.get('socketPath') ?? undefined;
  return {
    connection: {
      host: hostname.replace(/^\[(.*)\]$/, '$1') || '127.0.0.1',
      port: port ? Number(port) : 3306,
      ...(socketPath ? { socketPath } : {}),
      user: decodeURIComponent(username) || 'root',
      password: decodeURIComponent(password),
      database: decodeURIComponent(pathname.slice(1)),
      ...(searchParams.get('ssl') === 'true' ? { ssl: {} } : {}),
    },
  };
}

export const whyNoDatabase = (url: string): string | null =>
  whyNoUrl(url) ?? (new URL(url).pathname.length > 1 ? null : 'names no database. Use mysql://user@host/DATABASE');

/**
 * STRICT prevents silent truncation, an explicit id of 0 is stored as 0, and backslash escapes work as mysql2 writes them. Zero dates are allowed,
 * because tables contain them and have them as defaults.
 */
const SQL_MODE = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION';

/** nsync's own tables need transactions, whatever the server's default engine is (R43). */
const OWN_ENGINE = 'default_storage_engine = InnoDB';

/** How mysql2 reads and writes values. */
const VALUES = {
  charset: 'utf8mb4',
  timezone: 'Z',
  dateStrings: true,
  supportBigNumbers: true,
  bigNumberStrings: false,
  decimalNumbers: false,
  jsonStrings: true,
  typeCast: true,
  rowsAsArray: false,
  nestTables: false,
  namedPlaceholders: false,
};

/** Error messages are parsed, and a server may write them in any language. */
const LANGUAGE = `lc_messages = 'en_US'`;

const SESSION = `SET time_zone = '+00:00', sql_mode = '${SQL_MODE}', ${OWN_ENGINE}, ${LANGUAGE}, wait_timeout = ${MOST_IDLE_SECONDS}`;

const ISOLATION = 'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED';

const shorter = (variable: string, most: number): string =>
  `${variable} = IF(@@${variable} > 0 AND @@${variable} < ${most}, @@${variable}, ${most})`;

/** MariaDB reads the first comment, MySQL the second. A shorter limit of the database stays in force. */
const limitStatements = (seconds: number): string =>
  `SET /*M! ${shorter('max_statement_time', seconds)} */ /*!80000 ${shorter('max_execution_time', seconds * 1000)} */`;

/** Sends statements one after another. */
function setUp(
  connection: RawConnection,
  [first, ...others]: readonly string[],
  done: (error: Error | null) => void,
): void {
  if (first === undefined) done(null);
  else connection.query(first, null, (error) => (error ? done(error) : setUp(connection, others, done)));
}

const IS_GALERA = "SHOW VARIABLES WHERE Variable_name = 'wsrep_on' AND Value = 'ON'";

/**
 * Reads on a Galera node, and transactions when they begin, wait until the node has what was committed on others. So callers that change between
 * nodes see what they wrote.
 */
const WAIT_FOR_NODES = 'SET wsrep_sync_wait = 1';

/** Sets up a connection to a node of a Galera cluster, and no other one. */
function setUpNode(connection: RawConnection, done: (error: Error | null) => void): void {
  connection.query(IS_GALERA, null, (error, rows) =>
    error || (rows as unknown[]).length === 0 ? done(error) : setUp(connection, [WAIT_FOR_NODES], done),
  );
}

/** `readSeconds` limits each reading statement. 0: no limit. */
function open(settings: ConnectionSettings, connections: number, readSeconds = 0): Knex {
  const session = [
    SESSION,
    ISOLATION,
    ...(settings.readOnly ? ['SET SESSION TRANSACTION READ ONLY'] : []),
    ...(readSeconds > 0 ? [limitStatements(readSeconds)] : []),
  ];
  const config: Knex.Config = {
    connection: withOwn(settings.connection, VALUES),
    pool: {
      min: 0,
      max: connections,
      afterCreate: afterCreate<RawConnection>(settings, (connection, done) => {
        follow(connection);
        setUp(connection, session, (error) =>
          error ? done(error, connection) : setUpNode(connection, (refused) => done(refused, connection)),
        );
      }),
    },
  };
  return connectKnex(DRIVER, config, { isClean, explainFailure, readSeconds });
}

export const connect = (settings: ConnectionSettings, connections = MOST_CONNECTIONS): Knex =>
  open(settings, connections);

export const connectTimedReader = (settings: ConnectionSettings, seconds: number): Knex =>
  open(settings, MOST_TIMED_READERS, seconds);
