/** The meaning of MySQL's and MariaDB's errors, by number: the driver uses MySQL's names for MariaDB's errors. */
import type { DatabaseFailure } from '../failures';
import { explainSwallowedWrite } from '../swallowedWrite';
import { nativeError } from '../nativeError';
import { connectionOutage } from '../outages';
import { ModelsReserved } from './clusterLocks';
import { LeaseLost } from './lease';
import { outageOf } from './outages';
import { StatementTooLong } from './rawStatements';

type ViolationCode = Extract<DatabaseFailure, { kind: 'violation' }>['code'];

/** On both servers, unless stated otherwise. */
const VIOLATIONS: ReadonlyMap<number, ViolationCode> = new Map([
  [1062, 'UNIQUE_VIOLATION'],
  [1169, 'UNIQUE_VIOLATION'],
  [1586, 'UNIQUE_VIOLATION'],
  [1048, 'NOT_NULL_VIOLATION'],
  [1364, 'NOT_NULL_VIOLATION'],
  [1216, 'FOREIGN_KEY_VIOLATION'],
  [1217, 'FOREIGN_KEY_VIOLATION'],
  [1451, 'FOREIGN_KEY_VIOLATION'],
  [1452, 'FOREIGN_KEY_VIOLATION'],
  [4025, 'CHECK_VIOLATION'], // MariaDB
  [3819, 'CHECK_VIOLATION'], // MySQL
  [1264, 'INVALID_VALUE'],
  [1265, 'INVALID_VALUE'],
  [1292, 'INVALID_VALUE'],
  [1366, 'INVALID_VALUE'],
  [1367, 'INVALID_VALUE'],
  [1406, 'INVALID_VALUE'],
  [1411, 'INVALID_VALUE'],
  [1416, 'INVALID_VALUE'],
  [1918, 'INVALID_VALUE'], // MariaDB
  [3140, 'INVALID_VALUE'], // MySQL
  [3854, 'INVALID_VALUE'], // MySQL
] as const);

/** A missing referenced row: the row at fault is the one that refers to it. */
const MISSING_TARGET: ReadonlySet<number> = new Set([1216, 1452]);
/** Unknown column, and unknown table. */
const MISSING: ReadonlyMap<number, { readonly kind: string; readonly pattern: RegExp }> = new Map([
  [1054, { kind: 'column', pattern: /Unknown column '(?:[^']*\.)?([^'.]+)'/ }],
  [1146, { kind: 'table', pattern: /Table '(?:[^'.]*\.)?([^']+)'/ }],
]);

/** A missing column or table. A name that is not in the statement comes from a trigger, so the row's values are the cause. */
function missing(errno: number, text: string, sql: string | undefined): DatabaseFailure | null {
  const { kind, pattern } = MISSING.get(errno) ?? {};
  const name = pattern?.exec(text)?.[1];
  if (!name) return null;
  return sql === undefined || sql.includes(`\`${name.replaceAll('`', '``')}\``)
    ? { kind: 'outdated', missing: `${kind} "${name}"` }
    : { kind: 'violation', code: 'DATABASE_REFUSED', reason: text };
}

/** Errors of SIGNAL. Others may have any number with an SQLSTATE of class 45. */
const SIGNALLED: ReadonlySet<number> = new Set([1642, 1643, 1644]);

/** Classes of SQLSTATE that are not caused by a row's values: connection, transaction, access, database, deadlock, names, interruption. */
const CLASSES_OF_CALLS = /^(08|25|28|3D|40|42S|70|XA)/;
/** Syntax errors, within the very broad SQLSTATE 42000. An unknown routine is called by a trigger. */
const OF_THE_STATEMENT: ReadonlySet<number> = new Set([1064, 1149, 1582, 1583, 1584, 1630]);

const listed = (column: string | undefined): { columns?: string[] } => (column ? { columns: [column] } : {});

/** `email` of `person.email`. */
const lastPart = (name: string | undefined): string | undefined => name?.split('.').at(-1);

/** The names between backticks. A doubled backtick is part of the name. */
const namesIn = (text: string): string[] =>
  [...text.matchAll(/`((?:[^`]|``)*)`/g)].map(([, name = '']) => name.replaceAll('``', '`'));

/** The columns or the constraint in the server's message. */
const NAMED: Record<ViolationCode, (text: string, errno: number) => { columns?: string[]; constraint?: string }> = {
  UNIQUE_VIOLATION: (text) => ({ constraint: lastPart(/for key '(.+)'/s.exec(text)?.[1]) }),
  NOT_NULL_VIOLATION: (text) => listed(/(?:Column|Field) '(.+)' /s.exec(text)?.[1]),
  FOREIGN_KEY_VIOLATION: (text, errno) => ({
    constraint: namesIn(/CONSTRAINT (`(?:[^`]|``)*`)/.exec(text)?.[1] ?? '')[0],
    columns: MISSING_TARGET.has(errno)
      ? namesIn(/FOREIGN KEY \((`(?:[^`]|``)*`(?:, `(?:[^`]|``)*`)*)\)/.exec(text)?.[1] ?? '')
      : undefined,
  }),
  CHECK_VIOLATION: (text) => ({
    constraint: lastPart(/(?:CONSTRAINT|constraint) [`']([^`']+)[`']/.exec(text)?.[1]),
  }),
  DATABASE_REFUSED: () => ({}),
  INVALID_VALUE: (text) =>
    listed(/column [`']?(?:[^`']*`\.)*[`']?([^`' ]+)[`']? at row/.exec(text)?.[1]?.replaceAll('`', '')),
};

export function explainFailure(error: unknown): DatabaseFailure | null {
  const swallowed = explainSwallowedWrite(error);
  if (swallowed) return swallowed;
  if (error instanceof StatementTooLong) return { kind: 'violation', code: 'DATABASE_REFUSED', reason: error.message };
  if (error instanceof ModelsReserved) return { kind: 'outage', outage: 'reserved' };
  if (error instanceof LeaseLost) return { kind: 'outage', outage: 'locked' };
  const connection = connectionOutage(error);
  if (connection) return { kind: 'outage', outage: connection };
  const { errno, sql, sqlState, sqlMessage, message, fatal } = nativeError<{
    errno?: number;
    sql?: string;
    sqlState?: string;
    sqlMessage?: string;
    message?: string;
    fatal?: boolean;
  }>(error);
  const text = sqlMessage ?? message ?? '';
  if (sqlState?.startsWith('45') || (errno !== undefined && SIGNALLED.has(errno)))
    return { kind: 'violation', code: 'DATABASE_REFUSED', reason: text };
  const violation = errno === undefined ? undefined : VIOLATIONS.get(errno);
  if (violation)
    return {
      kind: 'violation',
      code: violation,
      ...NAMED[violation](text, errno ?? 0),
      ...(violation === 'INVALID_VALUE' && { reason: text }),
    };
  const missed = missing(errno ?? 0, text, sql);
  if (missed) return missed;
  const outage = outageOf({ errno, sqlState, fatal }, text);
  if (outage) return outage;
  // Any other error of a statement is caused by its rows (R17a).
  if (errno !== undefined && sqlState && !CLASSES_OF_CALLS.test(sqlState) && !OF_THE_STATEMENT.has(errno))
    return { kind: 'violation', code: 'DATABASE_REFUSED', reason: text };
  return null;
}
