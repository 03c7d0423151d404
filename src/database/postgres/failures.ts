/** The meaning of PostgreSQL's error codes (SQLSTATE). */
import type { DatabaseFailure } from '../failures';
import { explainSwallowedWrite } from '../swallowedWrite';
import { nativeError, sentenceOf } from '../nativeError';
import { connectionOutage } from '../outages';
import { outageOf } from './outages';

interface PostgresError {
  code?: string;
  severity?: string;
  /** The server's C function that raised the error. */
  routine?: string;
  /** The failed statement, if a function of the database ran it. */
  internalQuery?: string;
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
  // knex puts the statement before the message.
  const [, kind, name] =
    // eslint-disable-next-line regexp/no-super-linear-backtracking -- names of the database's own
    /(?:^| - )(column|relation) (?:"?[^"\s]+?"?\.)?"?([^"]+?)"?(?: of relation .+)? does not exist$/.exec(message) ??
    [];
  if (!kind || !name) return 'such column or table';
  return `${kind === 'relation' ? 'table' : kind} "${name}"`;
}

/** The server's C functions that refuse a row on purpose: for `RAISE` and `ASSERT` of PL/pgSQL, and for row-level security and checks of views. */
const ON_PURPOSE = /^(exec_stmt_raise|exec_stmt_assert|ExecWithCheckOptions)$/;

/**
 * Classes of SQLSTATE that are not caused by a row's values: connection, transaction state, access, resources, operator, system. 55000 may be caused
 * by rows, such as a delete from a published table without a replica identity.
 */
const CLASSES_OF_CALLS = /^(08|0L|0P|25|28|2D|3B|3D|3F|40|42|53|55(?!000)|57|58|F0)/;

export function explainFailure(error: unknown): DatabaseFailure | null {
  const swallowed = explainSwallowedWrite(error);
  if (swallowed) return swallowed;
  const connection = connectionOutage(error);
  if (connection) return { kind: 'outage', outage: connection };
  const { code, constraint, column, detail, message, routine, severity, internalQuery } =
    nativeError<PostgresError>(error);
  const reason = sentenceOf(error);
  if (routine && ON_PURPOSE.test(routine)) return { kind: 'violation', code: 'DATABASE_REFUSED', reason };
  // A trigger builds statements of its own from a row's values.
  if (code && /^42(?!501)/.test(code) && internalQuery !== undefined)
    return { kind: 'violation', code: 'DATABASE_REFUSED', reason };
  const outage = outageOf({ code, severity, routine }, reason, message ?? '');
  if (outage) return outage;
  switch (code) {
    case '23505':
      return { kind: 'violation', code: 'UNIQUE_VIOLATION', constraint, columns: keyColumns(detail) };
    case '23P01':
      return { kind: 'violation', code: 'UNIQUE_VIOLATION', constraint, isExclusion: true };
    case '23502':
      return { kind: 'violation', code: 'NOT_NULL_VIOLATION', columns: column ? [column] : undefined };
    case '23503': {
      const columns = /is still referenced/.test(detail ?? '') ? undefined : keyColumns(detail);
      return { kind: 'violation', code: 'FOREIGN_KEY_VIOLATION', constraint, columns };
    }
    case '23001':
      return { kind: 'violation', code: 'FOREIGN_KEY_VIOLATION', constraint };
    case '23514':
    case '23000':
      // A row without a partition has the same code, but no constraint.
      return constraint
        ? { kind: 'violation', code: 'CHECK_VIOLATION', constraint }
        : { kind: 'violation', code: 'DATABASE_REFUSED', reason };
    case '42703':
    case '42P01':
      return { kind: 'outdated', missing: missingIn(message ?? '') };
  }
  // A value that its type refuses. 22012 (division by zero) names no value.
  if (code && /^22/.test(code) && code !== '22012')
    return { kind: 'violation', code: 'INVALID_VALUE', columns: column ? [column] : undefined, reason };
  // Any other error of a statement is caused by its rows (R17a).
  if (code && /^[0-9A-Z]{5}$/.test(code) && !CLASSES_OF_CALLS.test(code))
    return { kind: 'violation', code: 'DATABASE_REFUSED', reason };
  return null;
}
