/** Errors of the connection, of rights and of the server's state in MySQL and MariaDB: by class of SQLSTATE, exceptions by number. */
import type { CallFailure } from '../failures';
import type { Outage } from '../outages';

/** By number, because many of these errors have the unspecific SQLSTATE HY000. They occur on both servers, unless stated otherwise. */
const BY_NUMBER: ReadonlyMap<number, Outage> = new Map<number, Outage>([
  [1040, 'tooManyConnections'],
  [1135, 'tooManyConnections'], // no thread for another connection
  [1203, 'tooManyConnections'], // connections of this user
  [1226, 'tooManyConnections'], // connections of this user, or statements per hour
  [1020, 'locked'], // changed since it was read
  [1180, 'locked'], // at COMMIT, of a cluster
  [1205, 'locked'],
  [1412, 'locked'], // altered since the transaction began
  [1615, 'locked'],
  [3572, 'locked'], // MySQL
  [1044, 'refused'],
  [1049, 'refused'],
  [1129, 'refused'],
  [1130, 'refused'],
  [1820, 'refused'],
  [1862, 'refused'],
  [3118, 'refused'], // MySQL: account locked
  [4151, 'refused'], // MariaDB: account locked
  [3032, 'lost'], // MySQL: offline
  [3169, 'lost'], // MySQL: killed
  [4031, 'lost'], // MySQL: idle
  [1036, 'readOnly'],
  [1207, 'readOnly'],
  [1792, 'readOnly'],
  [1836, 'readOnly'],
  [1874, 'readOnly'],
  [1021, 'full'],
  [1114, 'full'],
  [1197, 'tooLarge'], // binary log
  [8004, 'tooLarge'], // TiDB
  [1206, 'overloaded'], // locks
  [1037, 'overloaded'],
  [1038, 'overloaded'],
  [1041, 'overloaded'],
  [1969, 'cancelled'], // MariaDB
  [3024, 'cancelled'], // MySQL
  [1016, 'damaged'],
  [1017, 'damaged'],
  [1023, 'damaged'],
  [1024, 'damaged'],
  [1026, 'damaged'],
  [1030, 'damaged'],
  [1033, 'damaged'],
  [1034, 'damaged'],
  [1035, 'damaged'],
  [1194, 'damaged'],
  [1195, 'damaged'],
  [1712, 'damaged'],
  [1877, 'damaged'],
]);

const BY_CLASS: Readonly<Record<string, Outage>> = {
  '08': 'lost',
  '28': 'refused',
  '3D': 'refused',
  '40': 'locked',
  '70': 'lost',
  XA: 'locked',
};

/** A server option prevents the statement. Only the read-only options affect every call. */
const OPTION_PREVENTS = 1290;

/** Galera's limits on the size of a transaction, and on its rows, have unspecific numbers. */
const TOO_LARGE = /^(?:Maximum writeset size exceeded|wsrep_max_ws_(?:rows|size) exceeded)/;

const NO_SPACE = /no space left|errno:? 28\b|errcode: 28\b/i;

/** `INSERT command denied to user 'x'@'y' for table `db`.`person``, and for columns `… for column 'a' in table 'person'`. */
const DENIED = /^([\w ,]+?) command denied to user .*? (?:for|in) (table|routine) [`'](?:[^`']*`\.`)?([^`']+)[`']/;
const NEEDS_PRIVILEGE = /you need (?:\(at least one of\) )?the (.+?) privilege/;
const FORBIDDEN: ReadonlySet<number> = new Set([1142, 1143, 1227, 1370]);

function forbidden(sentence: string): CallFailure {
  const [, right, kind, name] = DENIED.exec(sentence) ?? [];
  if (kind && name) return { kind: 'forbidden', object: `${kind} "${name}"`, right: right ?? null };
  return { kind: 'forbidden', object: null, right: NEEDS_PRIVILEGE.exec(sentence)?.[1] ?? null };
}

interface MysqlError {
  readonly errno?: number;
  readonly sqlState?: string;
  readonly fatal?: boolean;
}

/** Null for an error of a statement and its rows. */
export function outageOf(
  { errno = 0, sqlState = '', fatal = false }: MysqlError,
  sentence: string,
): CallFailure | null {
  if (FORBIDDEN.has(errno)) return forbidden(sentence);
  if (sqlState === 'HY000' && NO_SPACE.test(sentence)) return { kind: 'outage', outage: 'full' };
  if (TOO_LARGE.test(sentence)) return { kind: 'outage', outage: 'tooLarge' };
  if (errno === OPTION_PREVENTS) return /read.only/i.test(sentence) ? { kind: 'outage', outage: 'readOnly' } : null;
  const outage = BY_NUMBER.get(errno) ?? BY_CLASS[sqlState.slice(0, 2)];
  if (outage) return { kind: 'outage', outage };
  // The driver's own errors have no SQLSTATE. Any error that it calls fatal has ended the connection.
  const isLost = fatal || (sqlState === '' && /connection is in closed state|Connection lost/i.test(sentence));
  return isLost ? { kind: 'outage', outage: 'lost' } : null;
}
