/** SQLite's errors of the file, of locks and of the machine: by result code. */
import type { CallFailure } from '../failures';
import type { Outage } from '../outages';
import { CONNECTION_LOST } from './thread/connection';

/** SQLite's own code for a file that was moved. */
export const FILE_REPLACED = 'SQLITE_READONLY_DBMOVED';

/** Prefixes of codes. The first match counts. */
const OUTAGES: readonly (readonly [code: string, outage: Outage])[] = [
  [FILE_REPLACED, 'replaced'],
  ['SQLITE_READONLY', 'readOnly'],
  ['SQLITE_FULL', 'full'],
  ['SQLITE_BUSY', 'locked'],
  ['SQLITE_LOCKED', 'locked'],
  ['SQLITE_SCHEMA', 'locked'],
  ['SQLITE_PROTOCOL', 'locked'],
  ['SQLITE_CANTOPEN', 'refused'],
  ['SQLITE_IOERR_NOMEM', 'overloaded'],
  ['SQLITE_NOMEM', 'overloaded'],
  ['SQLITE_IOERR', 'damaged'],
  ['SQLITE_CORRUPT', 'damaged'],
  ['SQLITE_NOTADB', 'damaged'],
  ['SQLITE_INTERRUPT', 'cancelled'],
  [CONNECTION_LOST, 'lost'],
];

/** Null for an error of a statement and its rows. */
export function outageOf(code: string): CallFailure | null {
  if (code === 'SQLITE_AUTH' || code === 'SQLITE_PERM') return { kind: 'forbidden', object: null, right: null };
  const outage = OUTAGES.find(([prefix]) => code.startsWith(prefix))?.[1];
  return outage ? { kind: 'outage', outage } : null;
}
