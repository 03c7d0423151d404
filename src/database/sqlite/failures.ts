/** What SQLite's errors mean. */
import type { DatabaseFailure } from '../dialect';

/** `UNIQUE constraint failed: person.a, person.b` names columns; `index 'x'` an index. */
function named(message: string): { columns?: string[]; constraint?: string } {
  const list = /constraint failed: (.+)$/.exec(message)?.[1];
  if (!list) return {};
  const index = /^index '(.+)'$/.exec(list)?.[1];
  if (index) return { constraint: index };
  const columns = list.split(', ').map((name) => name.slice(name.lastIndexOf('.') + 1));
  return list.includes('.') ? { columns } : { constraint: list };
}

export function explainSqliteFailure(error: unknown): DatabaseFailure | null {
  const { code, message } = error as { code?: string; message?: string };
  const text = message ?? '';
  if (
    code === 'SQLITE_CONSTRAINT_UNIQUE' ||
    code === 'SQLITE_CONSTRAINT_PRIMARYKEY' ||
    code === 'SQLITE_CONSTRAINT_ROWID'
  )
    return { kind: 'violation', code: 'UNIQUE_VIOLATION', ...named(text) };
  if (code === 'SQLITE_CONSTRAINT_NOTNULL') return { kind: 'violation', code: 'NOT_NULL_VIOLATION', ...named(text) };
  if (code === 'SQLITE_CONSTRAINT_FOREIGNKEY') return { kind: 'violation', code: 'FOREIGN_KEY_VIOLATION' };
  if (code === 'SQLITE_CONSTRAINT_CHECK') return { kind: 'violation', code: 'CHECK_VIOLATION', ...named(text) };
  if (code === 'SQLITE_CONSTRAINT_TRIGGER')
    return { kind: 'violation', code: 'CHECK_VIOLATION', constraint: 'trigger' };
  if (code === 'SQLITE_CONSTRAINT_DATATYPE' || code === 'SQLITE_MISMATCH')
    return { kind: 'violation', code: 'INVALID_VALUE' };
  if (code?.startsWith('SQLITE_BUSY') || code?.startsWith('SQLITE_LOCKED')) return { kind: 'transient' };
  if (
    code === 'SQLITE_CANTOPEN' ||
    code === 'SQLITE_NOTADB' ||
    code === 'SQLITE_CORRUPT' ||
    code?.startsWith('SQLITE_IOERR')
  )
    return { kind: 'unavailable' };
  return null;
}
