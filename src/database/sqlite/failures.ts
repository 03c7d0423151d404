/** What SQLite's errors mean. */
import type { DatabaseFailure } from '../failures';
import { explainSwallowedWrite } from '../swallowedWrite';
import { nativeError, sentenceOf } from '../nativeError';
import { connectionOutage } from '../outages';
import { outageOf } from './outages';
import { TRANSACTION_ENDED } from './thread/openTransaction';

type Named = { readonly columns?: readonly string[]; readonly constraint?: string };

const told = (text: string): string | undefined => /constraint failed: (.+)$/s.exec(text)?.[1];

/** `UNIQUE constraint failed: person.a, person.b` names columns; `index 'x'` an index. */
function columnsOf(text: string): Named {
  const list = told(text);
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
  // A check without a name is named by its expression.
  SQLITE_CONSTRAINT_CHECK: (text) => ({ kind: 'violation', code: 'CHECK_VIOLATION', constraint: told(text) }),
  // ON DELETE RESTRICT is a trigger of SQLite's own.
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

/** What SQLite says of a statement before it runs it. A function that does not exist is a trigger's. */
const OF_THE_STATEMENT =
  /syntax error|no such (?!function)|has no column|incomplete input|unrecognized token|transaction/;
/** Codes of refusals beside those that have a name of their own. */
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
  // Whatever else SQLite says of a statement is about the rows that it carries (R17a).
  const isRefusal = code === 'SQLITE_ERROR' ? !OF_THE_STATEMENT.test(message) : REFUSALS.test(code);
  return isRefusal ? { kind: 'violation', code: 'DATABASE_REFUSED', reason: message } : null;
}
