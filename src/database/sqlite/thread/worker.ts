/** A thread with one connection to SQLite. It answers requests in their order. ThreadConnection starts it. */
import Database from 'better-sqlite3';
import { parentPort } from 'node:worker_threads';
import { Checkpoints } from './checkpoints';
import { FileGuard } from './fileGuard';
import { type Answer, type QueryAnswer, type Request, sentError, type SqliteFile } from './messages';
import { MissingParents } from './missingParents';
import { OpenTransaction } from './openTransaction';
import { setUp } from './setUp';
import { Statements } from './statements';

interface Opened {
  readonly guard: FileGuard;
  readonly database: Database.Database;
  readonly statements: Statements;
  readonly checkpoints: Checkpoints;
  readonly transaction: OpenTransaction;
  readonly missingParents: MissingParents;
}

/** The guard checks the file before a COMMIT, which would be lost in a removed file. */
const ENDS = /^\s*(commit|end)\b/i;

function open({ filename, nativeBinding, identity, readonly = false }: SqliteFile): Opened {
  // SQLite must not create a removed file again.
  if (identity !== null) FileGuard.of(filename, identity);
  const database = new Database(filename, { nativeBinding, readonly });
  try {
    const guard = FileGuard.of(filename, identity);
    setUp(database);
    return {
      database,
      guard,
      statements: new Statements(database),
      checkpoints: new Checkpoints(database),
      transaction: new OpenTransaction(database),
      missingParents: new MissingParents(database),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

let opened: Opened | null = null;

const NOTHING_DONE: QueryAnswer = { changes: 0, lastInsertRowid: 0 };

function perform(request: Request): unknown {
  if (request.kind === 'open') {
    opened = open(request);
    return opened.guard.identity;
  }
  if (!opened) throw new Error('the database is not open');
  const { database, guard, statements, transaction, missingParents } = opened;
  if (request.kind === 'close') {
    database.close();
    opened = null;
    return null;
  }
  if (!database.inTransaction || (request.kind === 'query' && ENDS.test(request.sql))) guard.assertInPlace();
  if (request.kind === 'many') return transaction.run('', () => statements.many(request));
  const { sql } = request;
  return transaction.run(sql, () => missingParents.run(sql, () => statements.query(request))) ?? NOTHING_DONE;
}

/** True also if SQLite itself has ended the transaction: its connection refuses all statements until ROLLBACK. */
const isInTransaction = (): boolean => opened !== null && (opened.database.inTransaction || opened.transaction.isOpen);

function answer(request: Request): Answer {
  try {
    return { value: perform(request), isInTransaction: isInTransaction() };
  } catch (error) {
    return { error: sentError(error), isInTransaction: isInTransaction() };
  }
}

/** Work that no caller waits for, and that may be done later. */
function afterAnswer(): void {
  try {
    opened?.checkpoints.afterStatement();
  } catch {
    // The next call does the work.
  }
}

parentPort?.on('message', (request: Request) => {
  parentPort?.postMessage(answer(request));
  afterAnswer();
  // Closes the port, which ends the thread.
  if (!opened) parentPort?.close();
});
