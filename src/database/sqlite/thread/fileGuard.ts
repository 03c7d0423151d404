/** Detects that the file of a connection was replaced or removed. SQLite would continue with the unlinked file. */
import { SqliteError } from 'better-sqlite3';
import { statSync } from 'node:fs';
import { FILE_REPLACED } from '../outages';
import type { FileIdentity } from './messages';

function identityOf(filename: string): FileIdentity | null {
  const found = statSync(filename, { throwIfNoEntry: false, bigint: true });
  return found ? `${found.dev}:${found.ino}` : null;
}

export class FileGuard {
  private constructor(
    private readonly filename: string,
    readonly identity: FileIdentity,
  ) {}

  /** For a file that was just opened. `expected` is the file of the database's first connection. */
  static of(filename: string, expected: FileIdentity | null): FileGuard {
    const guard = new FileGuard(filename, expected ?? identityOf(filename) ?? '');
    guard.assertInPlace();
    return guard;
  }

  /** Call before a transaction begins, and before it is committed. */
  assertInPlace(): void {
    if (identityOf(this.filename) !== this.identity)
      throw new SqliteError('the file of the database was replaced or removed', FILE_REPLACED);
  }
}
