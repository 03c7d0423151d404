/** A thread with one connection to SQLite: requests in, answers out, in order. Started by ThreadConnection. */
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

/** A COMMIT to a file that nobody sees any more would be lost. */
const ENDS = /^\s*(commit|end)\b/i;

function open({ filename, nativeBinding, identity, readonly = false }: SqliteFile): Opened {
  // A file that was removed is not made again.
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

/** Also in one that SQLite has ended by itself: its connection refuses whatever comes next. */
const isInTransaction = (): boolean => opened !== null && (opened.database.inTransaction || opened.transaction.isOpen);

function answer(request: Request): Answer {
  try {
    return { value: perform(request), isInTransaction: isInTransaction() };
  } catch (error) {
    return { error: sentError(error), isInTransaction: isInTransaction() };
  }
}

/** What nobody waits for, and may be done later as well. */
function afterAnswer(): void {
  try {
    opened?.checkpoints.afterStatement();
  } catch {
    // The next one does it.
  }
}

parentPort?.on('message', (request: Request) => {
  parentPort?.postMessage(answer(request));
  afterAnswer();
  // Nothing more to listen to, and the thread ends.
  if (!opened) parentPort?.close();
});
