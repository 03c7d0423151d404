/** Records the statements of the drivers on all connections of this process, and finds planted texts in them. */
import * as mysql from 'mysql2';
import pg from 'pg';
import { ThreadConnection } from '../../src/database/sqlite/thread/connection';
import { MARK } from './planted';

export interface Statement {
  readonly text: string;
  /** All bindings, as one text. */
  readonly bindings: string;
}

type Method = (this: unknown, ...given: unknown[]) => unknown;

const written = (value: unknown): string =>
  JSON.stringify(value ?? null, (_key, part: unknown) => (typeof part === 'bigint' ? String(part) : part));

/** A driver's argument: a text, or an object that contains one. */
function statementOf(given: unknown, bindings: unknown): Statement {
  if (typeof given === 'string') return { text: given, bindings: written(bindings) };
  const { sql, text, values, ...others } = given as Record<string, unknown>;
  return { text: String(sql ?? text), bindings: written([values, bindings, sql === undefined ? null : others]) };
}

interface QueryClass {
  createQuery(sql: string, values: null, done: undefined, config: object): object;
}

/** The prototype of mysql2's statements. `start` sends the text, into which the driver has written the values. */
const mysqlQuery = Object.getPrototypeOf(
  (mysql as unknown as { Connection: QueryClass }).Connection.createQuery('', null, undefined, {}),
) as object;

const given = (_self: unknown, [first, bindings]: readonly unknown[]): Statement =>
  statementOf(first, typeof bindings === 'function' ? null : bindings);

interface Driver {
  readonly prototype: object;
  readonly method: string;
  readonly statement: (self: unknown, given: readonly unknown[]) => Statement;
}

const DRIVERS: readonly Driver[] = [
  { prototype: pg.Client.prototype, method: 'query', statement: given },
  { prototype: mysqlQuery, method: 'start', statement: (self) => statementOf((self as { sql: string }).sql, null) },
  { prototype: ThreadConnection.prototype, method: 'query', statement: given },
  { prototype: ThreadConnection.prototype, method: 'many', statement: given },
];

export interface Watched {
  /** Returns the statements since the last call. */
  taken(): Statement[];
  end(): void;
}

export function watchStatements(): Watched {
  let statements: Statement[] = [];
  const restore = DRIVERS.map(({ prototype, method, statement }) => {
    const object = prototype as Record<string, Method>;
    const original = object[method] as Method;
    object[method] = function (this: unknown, ...args: unknown[]): unknown {
      statements.push(statement(this, args));
      return original.apply(this, args);
    };
    return () => void (object[method] = original);
  });
  return {
    taken() {
      const found = statements;
      statements = [];
      return found;
    },
    end: () => restore.forEach((each) => each()),
  };
}

/** Quoted texts and names in each database. A backslash is an ordinary character, except in MySQL. */
const QUOTED = {
  mysql: /'(?:[^'\\]|\\[^]|'')*'|`(?:[^`]|``)*`/g,
  others: /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`/g,
} as const;

/** A constant in MySQL, which its driver writes into the text. */
const CONSTANT = /'(?:[^'\\]|\\[^]|'')*'/g;

/** Whether a planted text is part of a statement, other than as a constant in MySQL. */
export const isInSql = ({ text }: Statement): boolean => text.replace(CONSTANT, "''").includes(MARK);

/** Whether a name with a planted text is outside quotes in a statement, or breaks out of them. */
export const isUnquoted = ({ text }: Statement, dialect: string): boolean =>
  text.replace(dialect === 'mysql' ? QUOTED.mysql : QUOTED.others, '').includes(MARK);

/** Whether a planted text reached the database as a value. */
export const isBound = ({ text, bindings }: Statement): boolean => bindings.includes(MARK) || text.includes(MARK);
