/** A thread with one connection to SQLite: requests in, answers out, in order. Started by ThreadConnection. */
import Database from 'better-sqlite3';
import { parentPort } from 'node:worker_threads';
import { type Answer, type QueryAnswer, type Request, sentError, type SqliteFile } from './messages';
import { MissingParents } from './missingParents';
import { OpenTransaction } from './openTransaction';
import { Checkpoints, setUp, Statements } from './statements';

interface Opened {
  readonly database: Database.Database;
  readonly statements: Statements;
  readonly checkpoints: Checkpoints;
  readonly transaction: OpenTransaction;
  readonly missingParents: MissingParents;
}

function open({ filename, nativeBinding }: SqliteFile): Opened {
  const database = new Database(filename, { nativeBinding });
  try {
    setUp(database);
    return {
      database,
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
    return null;
  }
  if (!opened) throw new Error('the database is not open');
  const { statements, transaction, missingParents } = opened;
  if (request.kind === 'query') {
    const { sql } = request;
    return transaction.run(sql, () => missingParents.run(sql, () => statements.query(request))) ?? NOTHING_DONE;
  }
  if (request.kind === 'many') return transaction.run('', () => statements.many(request));
  opened.database.close();
  opened = null;
  return null;
}

function answer(request: Request): Answer {
  try {
    return { value: perform(request) };
  } catch (error) {
    return { error: sentError(error) };
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
