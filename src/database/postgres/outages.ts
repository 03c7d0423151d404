/** PostgreSQL's errors of the connection, of rights and of the server's state: by class of SQLSTATE, exceptions by code. */
import type { CallFailure } from '../failures';
import type { Outage } from '../outages';

const OUTAGES: Readonly<Record<string, Outage>> = {
  '08': 'lost',
  '25006': 'readOnly',
  '25P03': 'lost',
  '25P04': 'cancelled',
  '28': 'refused',
  // A proxy has lost a prepared statement, or gave it to another client (see client.ts).
  '26000': 'lost',
  '3D': 'refused',
  '40': 'locked',
  '40003': 'lost',
  '42P05': 'lost',
  '53': 'overloaded',
  '53100': 'full',
  '53300': 'tooManyConnections',
  '55006': 'locked',
  '55P03': 'locked',
  '57': 'lost',
  '57014': 'cancelled',
  '57P04': 'refused',
  '58': 'damaged',
  F0: 'damaged',
  XX001: 'damaged',
  XX002: 'damaged',
};

const FORBIDDEN = '42501';

/** The right that a statement needs for a kind of object. Null: depends on the statement. */
const RIGHTS: Readonly<Record<string, string>> = {
  sequence: 'USAGE',
  schema: 'USAGE',
  type: 'USAGE',
  function: 'EXECUTE',
  procedure: 'EXECUTE',
};

const VERBS: readonly (readonly [right: string, verb: RegExp])[] = [
  ['INSERT', /insert into$/i],
  ['UPDATE', /update$/i],
  ['DELETE', /delete from$/i],
];

/** The missing right to a table, from the verb before the table's name. Locking rows needs the right to update them. */
function rightToTable(statement: string, table: string): string {
  const name = statement.search(new RegExp(`"?\\b${table.replace(/\W/g, '\\$&')}\\b"?`));
  const before = statement.slice(0, Math.max(0, name)).replace(/"[^"]*"\.$/, '').trimEnd(); // prettier-ignore
  const right = VERBS.find(([, verb]) => verb.test(before))?.[0];
  return right ?? (/for (no key )?update|for (key )?share/i.test(statement) ? 'SELECT and UPDATE' : 'SELECT');
}

/** `permission denied for table person`, `must be owner of table person`. */
function forbidden(sentence: string, statement: string): CallFailure {
  const [, owned, owner] = /^must be owner of (\w+) (.+)$/.exec(sentence) ?? [];
  if (owned && owner) return { kind: 'forbidden', object: `${owned} "${owner}"`, right: 'of the owner' };
  const [, kind, name] = /^permission denied for (\w+) (.+)$/.exec(sentence) ?? [];
  if (!kind || !name) return { kind: 'forbidden', object: null, right: null };
  const isTable = kind === 'table' || kind === 'view' || kind === 'relation';
  return {
    kind: 'forbidden',
    object: `${kind} "${name}"`,
    right: isTable ? rightToTable(statement, name) : (RIGHTS[kind] ?? null),
  };
}

/** The server's function that finds that a table has changed since a statement was prepared. The statement works on a new connection. */
const OUTDATED = 'RevalidateCachedQuery';

/** The driver's own errors have no SQLSTATE. */
const DRIVER_LOST =
  /^(Connection terminated|Connection ended|Client has encountered a connection error|Client was closed|timeout expired)/;

/** Null for an error of a statement and its rows. `statement` begins with the SQL, if it is known. */
export function outageOf(
  { code = '', severity, routine }: { readonly code?: string; readonly severity?: string; readonly routine?: string },
  sentence: string,
  statement: string,
): CallFailure | null {
  if (code === FORBIDDEN) return forbidden(sentence, statement);
  const outage = OUTAGES[code] ?? OUTAGES[code.slice(0, 2)];
  // Errors of these severities have ended the connection.
  const isLost = severity === 'FATAL' || severity === 'PANIC' || DRIVER_LOST.test(sentence) || routine === OUTDATED;
  if (outage) return { kind: 'outage', outage };
  return isLost ? { kind: 'outage', outage: 'lost' } : null;
}
