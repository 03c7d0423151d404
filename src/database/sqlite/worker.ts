/** A thread with one connection to SQLite: requests in, answers out, in order. Started by ThreadConnection. */
import Database from 'better-sqlite3';
import { parentPort } from 'node:worker_threads';
import { type Answer, type Request, sentError, type SqliteFile } from './messages';
import { Checkpoints, setUp, Statements } from './statements';

interface Opened {
  readonly database: Database.Database;
  readonly statements: Statements;
  readonly checkpoints: Checkpoints;
}

function open({ filename, nativeBinding }: SqliteFile): Opened {
  const database = new Database(filename, { nativeBinding });
  try {
    setUp(database);
    return { database, statements: new Statements(database), checkpoints: new Checkpoints(database) };
  } catch (error) {
    database.close();
    throw error;
  }
}

let opened: Opened | null = null;

function perform(request: Request): unknown {
  if (request.kind === 'open') {
    opened = open(request);
    return null;
  }
  if (!opened) throw new Error('the database is not open');
  if (request.kind === 'query') return opened.statements.query(request);
  if (request.kind === 'many') return opened.statements.many(request);
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
