/** The meaning of SQLite's errors. */
import type { DatabaseFailure } from '../failures';
import { explainSwallowedWrite } from '../swallowedWrite';
import { nativeError, sentenceOf } from '../nativeError';
import { connectionOutage } from '../outages';
import { outageOf } from './outages';
import { TRANSACTION_ENDED } from './thread/openTransaction';

type Named = { readonly columns?: readonly string[]; readonly constraint?: string };

const failedConstraint = (text: string): string | undefined => /constraint failed: (.+)$/s.exec(text)?.[1];

/** `UNIQUE constraint failed: person.a, person.b` names columns; `index 'x'` names an index. */
function columnsOf(text: string): Named {
  const list = failedConstraint(text);
  if (!list) return {};
  const index = /^index '(.+)'$/.exec(list)?.[1];
  if (index) return { constraint: index };
  return { columns: list.split(', ').map((name) => name.slice(name.indexOf('.') + 1)) };
}

const VIOLATIONS: Readonly<Record<string, (text: string) => DatabaseFailure>> = {
  SQLITE_CONSTRAINT_UNIQUE: (text) => ({ kind: 'violation', code: 'UNIQUE_VIOLATION', ...columnsOf(text) }),
  SQLITE_CONSTRAINT_PRIMARYKEY: (text) => ({ kind: 'violation', code: 'UNIQUE_VIOLATION', ...columnsOf(text) }),
  SQLITE_CONSTRAINT_ROWID: (text) => ({ kind: 'violation', code: 'UNIQUE_VIOLATION', ...columnsOf(text) }),
  SQLITE_CONSTRAINT_NOTNULL: (text) => ({ kind: 'violation', code: 'NOT_NULL_VIOLATION', ...columnsOf(text) }),
  SQLITE_CONSTRAINT_FOREIGNKEY: () => ({ kind: 'violation', code: 'FOREIGN_KEY_VIOLATION' }),
  // SQLite names an unnamed check by its expression.
  SQLITE_CONSTRAINT_CHECK: (text) => ({
    kind: 'violation',
    code: 'CHECK_VIOLATION',
    constraint: failedConstraint(text),
  }),
  // SQLite implements ON DELETE RESTRICT as an internal trigger.
  SQLITE_CONSTRAINT_TRIGGER: (text) =>
    /FOREIGN KEY constraint failed$/.test(text)
      ? { kind: 'violation', code: 'FOREIGN_KEY_VIOLATION' }
      : { kind: 'violation', code: 'DATABASE_REFUSED', reason: text },
  SQLITE_CONSTRAINT_DATATYPE: (text) => ({ kind: 'violation', code: 'INVALID_VALUE', reason: text }),
  SQLITE_MISMATCH: (text) => ({ kind: 'violation', code: 'INVALID_VALUE', reason: text }),
};

const unquoted = (name: string): string => /^"(.*)"$/.exec(name)?.[1] ?? name.replace(/^.*\./, '');

/** `no such column: name`, `table person has no column named name`, `no such table: main.person`. */
function missingIn(text: string): string | undefined {
  const [, kind, name] =
    /no such (column|table): (.+?)(?: - should this be .*)?$/.exec(text) ??
    /has no (column) named (.+)$/.exec(text) ??
    [];
  return name === undefined ? undefined : `${kind} "${unquoted(name)}"`;
}

/** Errors that SQLite reports before it runs a statement. An unknown function is called by a trigger. */
const OF_THE_STATEMENT =
  /syntax error|no such (?!function)|has no column|incomplete input|unrecognized token|transaction/;
/** Codes of other refusals. */
const REFUSALS = /^SQLITE_(CONSTRAINT|TOOBIG|RANGE)/;

export function explainFailure(error: unknown): DatabaseFailure | null {
  const swallowed = explainSwallowedWrite(error);
  if (swallowed) return swallowed;
  const { code = '' } = nativeError<{ code: string }>(error);
  const message = sentenceOf(error);
  const connection = connectionOutage(error);
  if (connection) return { kind: 'outage', outage: connection };
  const violation = Object.hasOwn(VIOLATIONS, code) ? VIOLATIONS[code]?.(message) : undefined;
  if (violation) return violation;
  if (code === TRANSACTION_ENDED) return { kind: 'transactionEnded' };
  const missing = code.startsWith('SQLITE_ERROR') ? missingIn(message) : undefined;
  if (missing) return { kind: 'outdated', missing };
  const outage = outageOf(code);
  if (outage) return outage;
  // Any other error of a statement is caused by its rows (R17a).
  const isRefusal = code === 'SQLITE_ERROR' ? !OF_THE_STATEMENT.test(message) : REFUSALS.test(code);
  return isRefusal ? { kind: 'violation', code: 'DATABASE_REFUSED', reason: message } : null;
}
