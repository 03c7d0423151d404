/** What PostgreSQL's error codes (SQLSTATE) mean. */
import type { DatabaseFailure } from '../dialect';
import { nativeError } from '../nativeError';

interface PostgresError {
  code?: string;
  constraint?: string;
  column?: string;
  detail?: string;
  message?: string;
}

/** `Key (first_name, last_name)=(…) already exists.` */
function keyColumns(detail: string | undefined): string[] | undefined {
  const columns = /^Key \(([^)]+)\)=/.exec(detail ?? '')?.[1];
  return columns?.split(', ').map((name) => name.replace(/^"(.*)"$/, '$1'));
}

/** `column "x" of relation "y" does not exist`, `column t.x does not exist`, `relation "y" does not exist`. */
function missingIn(message: string): string {
  // knex puts the statement before it.
  const [, kind, name] =
    /(?:^| - )(column|relation) (?:"?[^"\s]+?"?\.)?"?([^"]+?)"?(?: of relation .+)? does not exist$/.exec(message) ??
    [];
  if (!kind || !name) return 'such column or table';
  return `${kind === 'relation' ? 'table' : kind} "${name}"`;
}

const TRANSIENT = new Set([
  '40001',
  '40P01',
  '55P03',
  '57P01',
  '57P02',
  '57P03',
  '08000',
  '08003',
  '08006',
  'ECONNRESET',
  'EPIPE',
]);
const UNAVAILABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOENT',
  '3D000',
  '28000',
  '28P01',
  '53300',
  '08001',
  '08004',
]);

export function explainPostgresFailure(error: unknown): DatabaseFailure | null {
  const { code, constraint, column, detail, message } = nativeError<PostgresError>(error);
  switch (code) {
    case '23505':
      return { kind: 'violation', code: 'UNIQUE_VIOLATION', constraint, columns: keyColumns(detail) };
    case '23P01':
      return { kind: 'violation', code: 'UNIQUE_VIOLATION', constraint };
    case '23502':
      return { kind: 'violation', code: 'NOT_NULL_VIOLATION', columns: column ? [column] : undefined };
    case '23503': {
      const columns = /is still referenced/.test(detail ?? '') ? undefined : keyColumns(detail);
      return { kind: 'violation', code: 'FOREIGN_KEY_VIOLATION', constraint, columns };
    }
    case '23514':
    case '23000':
    case '23001':
      return { kind: 'violation', code: code === '23001' ? 'FOREIGN_KEY_VIOLATION' : 'CHECK_VIOLATION', constraint };
    case '42703':
    case '42P01':
      return { kind: 'outdated', missing: missingIn(message ?? '') };
    case 'P0001':
      return { kind: 'violation', code: 'CHECK_VIOLATION', constraint: 'trigger' };
  }
  if (code && /^22/.test(code))
    return { kind: 'violation', code: 'INVALID_VALUE', columns: column ? [column] : undefined };
  if (code && UNAVAILABLE.has(code)) return { kind: 'unavailable' };
  if (
    (code && TRANSIENT.has(code)) ||
    /Connection terminated|connection error|Client has encountered/i.test(message ?? '')
  )
    return { kind: 'transient' };
  return null;
}
