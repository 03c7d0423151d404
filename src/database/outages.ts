/** Faults of a database that are independent of a call: codes, messages and retries in one table. */
import type { CallErrorCode } from '../errors';
import { nativeError } from './nativeError';

interface OutageKind {
  readonly code: Extract<CallErrorCode, `DATABASE_${string}` | 'TRANSACTION_TOO_LARGE'>;
  readonly message: string;
  /** The seconds of retrying, from the first failure of this kind on. 0: waiting does not help. */
  readonly patienceSeconds: number;
  /** Whether other connections may work. Connections that were open before are not used again. */
  readonly needsNewConnections: boolean;
}

/** A database that restarts within half a minute is a lost connection (R44). */
const RESTART_SECONDS = 40;
const LOCK_SECONDS = 11;
/** A call waits for another run as long as the run takes. */
const RUN_SECONDS = 24 * 3600;

const UNREACHABLE =
  'The database cannot be reached. Check that the database is running, then repeat the call. Only reported changes were made.';

export const OUTAGES = {
  lost: {
    code: 'DATABASE_UNAVAILABLE',
    message: UNREACHABLE,
    patienceSeconds: RESTART_SECONDS,
    needsNewConnections: true,
  },
  unreachable: {
    code: 'DATABASE_UNAVAILABLE',
    message: UNREACHABLE,
    patienceSeconds: RESTART_SECONDS,
    needsNewConnections: true,
  },
  refused: {
    code: 'DATABASE_UNAVAILABLE',
    message: 'The database refuses the user, the password or the database name. Check DATABASE_URL.',
    patienceSeconds: 0,
    needsNewConnections: true,
  },
  locked: {
    code: 'DATABASE_LOCKED',
    message:
      'Another program locks the database for a long time. End the transaction of the other program, then repeat the call.',
    patienceSeconds: LOCK_SECONDS,
    needsNewConnections: false,
  },
  reserved: {
    code: 'DATABASE_LOCKED',
    message:
      'A run on another node of the database cluster worked on the models for a day. Cancel the run, then repeat the call.',
    patienceSeconds: RUN_SECONDS,
    needsNewConnections: false,
  },
  tooManyConnections: {
    code: 'DATABASE_TOO_MANY_CONNECTIONS',
    message:
      'The database has no free connection for nsync. Repeat the call later, or raise the connection limit of the database.',
    patienceSeconds: LOCK_SECONDS,
    needsNewConnections: false,
  },
  readOnly: {
    code: 'DATABASE_READ_ONLY',
    message:
      'The database is read-only. Connect nsync to the primary server, or make the database (SQLite: its file and folder) writable.',
    patienceSeconds: LOCK_SECONDS,
    needsNewConnections: true,
  },
  full: {
    code: 'DATABASE_FULL',
    message:
      'The database has no space left. Free disk space, or raise the size limit of the database. Then repeat the call.',
    patienceSeconds: 0,
    needsNewConnections: false,
  },
  overloaded: {
    code: 'DATABASE_OVERLOADED',
    message:
      'The database is out of memory or another resource. Repeat the call later, or give the database more memory. The log of the database names the resource.',
    patienceSeconds: 0,
    needsNewConnections: false,
  },
  cancelled: {
    code: 'DATABASE_CANCELLED',
    message:
      'The database stopped a statement that exceeded the time limit. Raise the limit (statement_timeout, max_statement_time), or send fewer rows.',
    patienceSeconds: 0,
    needsNewConnections: false,
  },
  tooLarge: {
    code: 'TRANSACTION_TOO_LARGE',
    message:
      'The transaction is larger than the database accepts. Use onError: CONTINUE, which commits after each chunk, or split the rows into several calls. The limits of the database are wsrep_max_ws_size and wsrep_max_ws_rows (Galera), max_binlog_cache_size (MariaDB, MySQL) and txn-total-size-limit (TiDB).',
    patienceSeconds: 0,
    needsNewConnections: false,
  },
  damaged: {
    code: 'DATABASE_DAMAGED',
    message:
      'The database cannot read or write its files. Read the log of the database and check the disk. If the files are damaged, restore a backup.',
    patienceSeconds: 0,
    needsNewConnections: false,
  },
  replaced: {
    code: 'DATABASE_FILE_REPLACED',
    message:
      'The SQLite file was replaced or removed while nsync used it. Put the file back, or restart nsync to use the new one.',
    patienceSeconds: 0,
    needsNewConnections: false,
  },
} as const satisfies Readonly<Record<string, OutageKind>>;

export type Outage = keyof typeof OUTAGES;

/** Node's codes for an unreachable network. Codes of broken connections are lost connections. */
const NETWORK: Readonly<Record<string, Outage>> = {
  ECONNREFUSED: 'unreachable',
  ENOTFOUND: 'unreachable',
  EAI_AGAIN: 'unreachable',
  ETIMEDOUT: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENETDOWN: 'unreachable',
  ECONNRESET: 'lost',
  ECONNABORTED: 'lost',
  EPIPE: 'lost',
};

/** The outage for an error of Node or of knex's pool; null for an error of the database itself. */
export function connectionOutage(error: unknown): Outage | null {
  const { code = '', syscall, name } = nativeError<{ code: string; syscall: string; name: string }>(error);
  if (name === 'KnexTimeoutError') return 'tooManyConnections';
  // The socket file does not exist, or this user may not open it.
  if (syscall === 'connect') return 'unreachable';
  return NETWORK[code] ?? null;
}
