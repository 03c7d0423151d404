/** What the errors of MySQL and MariaDB mean. */
import type { DatabaseFailure } from '../dialect';

const TRANSIENT = new Set([
  'ER_LOCK_DEADLOCK',
  'ER_LOCK_WAIT_TIMEOUT',
  'PROTOCOL_CONNECTION_LOST',
  'ECONNRESET',
  'EPIPE',
  'ER_SERVER_SHUTDOWN',
  'ER_CONNECTION_KILLED',
  'ER_QUERY_INTERRUPTED',
  'ER_CHECKREAD',
]);

const UNAVAILABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOENT',
  'ER_ACCESS_DENIED_ERROR',
  'ER_BAD_DB_ERROR',
  'ER_DBACCESS_DENIED_ERROR',
  'ER_CON_COUNT_ERROR',
]);

const INVALID = new Set([
  'ER_DATA_TOO_LONG',
  'ER_TRUNCATED_WRONG_VALUE_FOR_FIELD',
  'ER_TRUNCATED_WRONG_VALUE',
  'ER_WARN_DATA_OUT_OF_RANGE',
  'WARN_DATA_TRUNCATED',
  'ER_INVALID_JSON_TEXT',
  'ER_CANT_CREATE_GEOMETRY_OBJECT',
  'ER_CANNOT_CONVERT_CHARACTER',
]);

export function explainMysqlFailure(error: unknown): DatabaseFailure | null {
  const { code, sqlMessage, message, fatal } = error as {
    code?: string;
    sqlMessage?: string;
    message?: string;
    fatal?: boolean;
  };
  const text = sqlMessage ?? message ?? '';
  if (code === 'ER_DUP_ENTRY') {
    const key = /for key '(?:[^']*\.)?([^']+)'/.exec(text)?.[1];
    return { kind: 'violation', code: 'UNIQUE_VIOLATION', constraint: key };
  }
  if (code === 'ER_BAD_NULL_ERROR' || code === 'ER_NO_DEFAULT_FOR_FIELD') {
    const column = /(?:Column|Field) '([^']+)'/.exec(text)?.[1];
    return { kind: 'violation', code: 'NOT_NULL_VIOLATION', columns: column ? [column] : undefined };
  }
  if (code?.startsWith('ER_NO_REFERENCED_ROW') || code?.startsWith('ER_ROW_IS_REFERENCED')) {
    const constraint = /CONSTRAINT `([^`]+)`/.exec(text)?.[1];
    const columns = /FOREIGN KEY \(([^)]+)\)/.exec(text)?.[1];
    return {
      kind: 'violation',
      code: 'FOREIGN_KEY_VIOLATION',
      constraint,
      columns: code.startsWith('ER_NO_REFERENCED_ROW')
        ? columns?.split(', ').map((name) => name.replaceAll('`', ''))
        : undefined,
    };
  }
  if (code === 'ER_CONSTRAINT_FAILED' || code === 'ER_CHECK_CONSTRAINT_VIOLATED') {
    const constraint = /(?:CONSTRAINT|constraint) [`'](?:[^`']*\.)?([^`']+)[`']/.exec(text)?.[1];
    return { kind: 'violation', code: 'CHECK_VIOLATION', constraint };
  }
  if (code === 'ER_SIGNAL_EXCEPTION') return { kind: 'violation', code: 'CHECK_VIOLATION', constraint: 'trigger' };
  if (code && INVALID.has(code)) {
    const column = /column [`']?(?:[^`']*`\.)*[`']?([^`' ]+)[`']? at row/.exec(text)?.[1];
    return { kind: 'violation', code: 'INVALID_VALUE', columns: column ? [column.replaceAll('`', '')] : undefined };
  }
  if (code && UNAVAILABLE.has(code)) return { kind: 'unavailable' };
  if ((code && TRANSIENT.has(code)) || fatal || /connection is in closed state|Connection lost|closed/i.test(text))
    return { kind: 'transient' };
  return null;
}
