/** Failures that end a call are classified: connection, permission, space, locks, read-only (R44, R17a). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { callErrorOf, type Dialect } from '../../src/database';
import { mysql } from '../../src/database/mysql';
import { rememberSentence } from '../../src/database/nativeError';
import { postgres } from '../../src/database/postgres';
import { sqlite } from '../../src/database/sqlite';
import { CALL_ERRORS } from '../../src/errors';

const failed = (message: string, properties: object): Error => Object.assign(new Error(message), properties);
const pg = (code: string, message = 'said by the server', more: object = {}): Error =>
  failed(message, { code, severity: 'ERROR', ...more });
const my = (errno: number, sqlState = 'HY000', sqlMessage = 'said by the server', more: object = {}): Error =>
  failed(sqlMessage, { errno, sqlState, sqlMessage, code: 'ER_X', ...more });
const lite = (code: string, message = 'said by SQLite'): Error => failed(message, { code });

/** Errors of the drivers, by the code that a client receives. */
const ERRORS: readonly (readonly [code: string, dialect: Dialect, error: Error])[] = [
  ['DATABASE_UNAVAILABLE', postgres, pg('57P01', 'terminating connection due to administrator command')],
  ['DATABASE_UNAVAILABLE', postgres, pg('57P03', 'the database system is starting up', { severity: 'FATAL' })],
  ['DATABASE_UNAVAILABLE', postgres, pg('08P01', 'server login failed')],
  ['DATABASE_UNAVAILABLE', postgres, pg('08ZZZ', 'a code of the class that nobody knows')],
  ['DATABASE_UNAVAILABLE', postgres, pg('22ZZZ', 'it has ended the connection', { severity: 'FATAL' })],
  ['DATABASE_UNAVAILABLE', postgres, pg('28P01', 'password authentication failed')],
  ['DATABASE_UNAVAILABLE', postgres, pg('3D000', 'database "x" does not exist')],
  ['DATABASE_UNAVAILABLE', postgres, failed('Connection terminated unexpectedly', {})],
  ['DATABASE_UNAVAILABLE', postgres, failed('refused', { code: 'ECONNREFUSED', syscall: 'connect' })],
  ['DATABASE_UNAVAILABLE', postgres, failed('no socket', { code: 'ENOENT', syscall: 'connect' })],
  ['DATABASE_LOCKED', postgres, pg('40P01', 'deadlock detected')],
  ['DATABASE_LOCKED', postgres, pg('55P03', 'canceling statement due to lock timeout')],
  ['DATABASE_READ_ONLY', postgres, pg('25006', 'cannot execute INSERT in a read-only transaction')],
  ['DATABASE_FULL', postgres, pg('53100', 'could not extend file')],
  ['DATABASE_TOO_MANY_CONNECTIONS', postgres, pg('53300', 'sorry, too many clients already', { severity: 'FATAL' })],
  ['DATABASE_TOO_MANY_CONNECTIONS', postgres, failed('the pool is full', { name: 'KnexTimeoutError' })],
  ['DATABASE_OVERLOADED', postgres, pg('53200', 'out of memory')],
  ['DATABASE_CANCELLED', postgres, pg('57014', 'canceling statement due to statement timeout')],
  ['DATABASE_DAMAGED', postgres, pg('58030', 'could not read block')],
  ['DATABASE_DAMAGED', postgres, pg('XX001', 'invalid page in block')],
  ['DATABASE_FORBIDDEN', postgres, pg('42501', 'must be owner of table person')],
  ['MODELS_OUT_OF_DATE', postgres, pg('42P01', 'relation "person" does not exist')],
  ['DATABASE_UNAVAILABLE', mysql, failed('Connection lost: The server closed the connection.', { fatal: true })],
  ['DATABASE_UNAVAILABLE', mysql, my(1053, '08S01', 'Server shutdown in progress')],
  ['DATABASE_UNAVAILABLE', mysql, my(9999, '08ZZZ', 'a code of the class that nobody knows')],
  ['DATABASE_UNAVAILABLE', mysql, my(1927, '70100', 'Connection was killed')],
  ['DATABASE_UNAVAILABLE', mysql, my(1045, '28000', 'Access denied for user')],
  ['DATABASE_UNAVAILABLE', mysql, my(1049, '42000', 'Unknown database')],
  ['DATABASE_UNAVAILABLE', mysql, my(1047, '08S01', 'WSREP has not yet prepared node for application use')],
  ['DATABASE_LOCKED', mysql, my(1205, 'HY000', 'Lock wait timeout exceeded; try restarting transaction')],
  ['DATABASE_LOCKED', mysql, my(1213, '40001', 'Deadlock found when trying to get lock')],
  ['TRANSACTION_TOO_LARGE', mysql, my(1105, 'HY000', 'Maximum writeset size exceeded')],
  ['TRANSACTION_TOO_LARGE', mysql, my(1180, 'HY000', 'wsrep_max_ws_rows exceeded')],
  ['TRANSACTION_TOO_LARGE', mysql, my(1197, 'HY000', "Transaction required more than 'max_binlog_cache_size' bytes")],
  ['DATABASE_READ_ONLY', mysql, my(1290, 'HY000', 'The server is running with the --read-only option')],
  ['DATABASE_READ_ONLY', mysql, my(1836, 'HY000', 'Running in read-only mode')],
  ['DATABASE_READ_ONLY', mysql, my(1792, '25006', 'Cannot execute statement in a READ ONLY transaction')],
  ['DATABASE_FULL', mysql, my(1021, 'HY000', 'Disk full (person)')],
  ['DATABASE_FULL', mysql, my(1114, 'HY000', "The table 'person' is full")],
  ['DATABASE_FULL', mysql, my(1026, 'HY000', 'Error writing file (Errcode: 28 "No space left on device")')],
  ['DATABASE_FULL', mysql, my(1030, 'HY000', 'Got error 28 "No space left on device" from storage engine InnoDB')],
  ['DATABASE_TOO_MANY_CONNECTIONS', mysql, my(1040, '08004', 'Too many connections', { fatal: true })],
  ['DATABASE_TOO_MANY_CONNECTIONS', mysql, my(1203, '42000', 'User has already more than max_user_connections')],
  ['DATABASE_CANCELLED', mysql, my(1969, '70100', 'Query execution was interrupted (max_statement_time exceeded)')],
  ['DATABASE_DAMAGED', mysql, my(1194, 'HY000', "Table 'person' is marked as crashed")],
  ['DATABASE_FORBIDDEN', mysql, my(1227, '42000', 'Access denied; you need the SUPER privilege for this operation')],
  ['MODELS_OUT_OF_DATE', mysql, my(1146, '42S02', "Table 'test.person' doesn't exist")],
  ['DATABASE_LOCKED', sqlite, lite('SQLITE_BUSY_SNAPSHOT', 'database is locked')],
  ['DATABASE_READ_ONLY', sqlite, lite('SQLITE_READONLY_DIRECTORY', 'attempt to write a readonly database')],
  ['DATABASE_FILE_REPLACED', sqlite, lite('SQLITE_READONLY_DBMOVED', 'attempt to write a readonly database')],
  ['DATABASE_FULL', sqlite, lite('SQLITE_FULL', 'database or disk is full')],
  ['DATABASE_DAMAGED', sqlite, lite('SQLITE_IOERR_WRITE', 'disk I/O error')],
  ['DATABASE_DAMAGED', sqlite, lite('SQLITE_CORRUPT_VTAB', 'database disk image is malformed')],
  ['DATABASE_UNAVAILABLE', sqlite, lite('SQLITE_CANTOPEN', 'unable to open database file')],
];

describe('a failure of the database', () => {
  it.each(ERRORS)('%s on %#', (code, dialect, error) => {
    expect(callErrorOf(dialect, error)).toMatchObject({ code, cause: error });
  });

  it('that is about the rows of a statement is no error of a call (R17a)', () => {
    for (const [dialect, error] of [
      [postgres, pg('XX000', 'parse error - invalid geometry')],
      [postgres, pg('54000', 'index row size exceeds maximum')],
      [mysql, my(1526, 'HY000', 'Table has no partition for value 9')],
      [mysql, my(9999, 'HY000', 'the connection of a pipe was closed')],
      [sqlite, lite('SQLITE_CONSTRAINT_CHECK', 'CHECK constraint failed: qty')],
    ] as const) {
      expect(callErrorOf(dialect, error)).toBeNull();
      expect(dialect.explainFailure(error)).toMatchObject({ kind: 'violation' });
    }
  });

  it.each([
    ['insert into "person" ("name") values (\'x\') - permission denied for table person', 'table "person"', 'INSERT'],
    ['update "hr"."person" set "a" = 1 - permission denied for table person', 'table "person"', 'UPDATE'],
    ['delete from "person" where true - permission denied for table person', 'table "person"', 'DELETE'],
    ['select * from "person" - permission denied for table person', 'table "person"', 'SELECT'],
    ['select * from "a" for update - permission denied for table a', 'table "a"', 'SELECT and UPDATE'],
    ['insert into "p" - permission denied for sequence p_id_seq', 'sequence "p_id_seq"', 'USAGE'],
    ['select * from "hr"."p" - permission denied for schema hr', 'schema "hr"', 'USAGE'],
  ])('DATABASE_FORBIDDEN names table and right on PostgreSQL: %s', (message, object, right) => {
    const error = pg('42501', message.replace(/^.* - /, ''));
    expect(callErrorOf(postgres, error)?.code).toBe('DATABASE_FORBIDDEN');
    // knex puts the statement before the driver's own message.
    rememberSentence(error);
    error.message = message;
    expect(postgres.explainFailure(error)).toEqual({ kind: 'forbidden', object, right });
  });

  it.each([
    ["INSERT command denied to user 'u'@'localhost' for table `db`.`person`", 'table "person"', 'INSERT'],
    ["SELECT, LOCK TABLES command denied to user 'u'@'%' for table 'person'", 'table "person"', 'SELECT, LOCK TABLES'],
    ["UPDATE command denied to user 'u'@'%' for column 'a' in table 'person'", 'table "person"', 'UPDATE'],
  ])('DATABASE_FORBIDDEN names table and right on MariaDB: %s', (message, object, right) => {
    const error = my(1142, '42000', message);
    expect(mysql.explainFailure(error)).toEqual({ kind: 'forbidden', object, right });
    expect(callErrorOf(mysql, error)?.message).toContain(`the right ${right} on ${object}`);
  });
});

it('docs/api.md lists every code of a call, and what it means', () => {
  const page = readFileSync(join(__dirname, '../../docs/api.md'), 'utf8');
  const listed = [...page.matchAll(/^\| `([A-Z_]+)` +\| (.+?) +\|$/gm)].map(([, code, meaning]) => [code, meaning]);
  expect(Object.fromEntries(listed)).toEqual(expect.objectContaining(CALL_ERRORS));
});
