/**
 * A connection to SQLite in a thread of its own. Slow statements and COMMITs do not block the event loop, and the engine plans while SQLite works.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { packagePath } from '../../../packageFiles';
import {
  type Answer,
  type FileIdentity,
  type Many,
  type ManyAnswer,
  type QueryAnswer,
  receivedError,
  type Request,
  type SqliteFile,
} from './messages';

/** The error code after a thread has ended unexpectedly. */
export const CONNECTION_LOST = 'CONNECTION_LOST';

const BESIDE = join(__dirname, 'worker.js');
/** If the sources run without a build, as in tests, the thread runs the built file. */
const WORKER = existsSync(BESIDE) ? BESIDE : packagePath('dist', 'src', 'database', 'sqlite', 'thread', 'worker.js');

/** The heap of the thread contains only messages, and each for a short time. */
const YOUNG_MEGABYTES = 8;

interface Asked {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class ThreadConnection {
  private readonly worker = new Worker(WORKER, { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES } });
  private readonly asked: Asked[] = [];
  /** Resolves when the thread has ended. */
  readonly whenEnded: Promise<void>;
  /** Whether the process may exit without waiting for the thread. It waits for opening, closing and open requests. */
  private mayRest = false;
  private failure: Error | null = null;
  private hasEnded = false;
  private gaveUp = false;
  private isInTransaction = false;
  private identity: FileIdentity = '';

  private constructor(private readonly statementSeconds: number) {
    this.worker.on('message', (answer: Answer) => this.receive(answer));
    this.worker.on('error', (error) => (this.failure = error));
    this.worker.on('messageerror', (error) => {
      this.failure = error;
      void this.worker.terminate();
    });
    this.whenEnded = new Promise((resolve) => {
      this.worker.on('exit', () => {
        this.hasEnded = true;
        for (const { reject } of this.asked.splice(0)) reject(this.lost());
        resolve();
      });
    });
  }

  /** Opens a file, and sets up the connection. `statementSeconds` limits each statement. 0: no limit. */
  static async open(file: SqliteFile, statementSeconds = 0): Promise<ThreadConnection> {
    const connection = new ThreadConnection(statementSeconds);
    try {
      connection.identity = (await connection.ask({ kind: 'open', ...file })) as FileIdentity;
      connection.mayRest = true;
      connection.worker.unref();
    } catch (error) {
      await connection.whenEnded;
      throw error;
    }
    return connection;
  }

  get isUsable(): boolean {
    return !this.hasEnded && !this.failure;
  }

  /** Whether a statement exceeded its time limit. The thread lives until SQLite has finished the statement. */
  get isStuck(): boolean {
    return this.gaveUp && !this.hasEnded;
  }

  /** Whether the connection has neither a transaction nor an open request. */
  get isClean(): boolean {
    return !this.isInTransaction && this.asked.length === 0;
  }

  /** The file at the time of opening. */
  get fileIdentity(): FileIdentity {
    return this.identity;
  }

  query(sql: string, bindings: readonly unknown[], safeIntegers = false): Promise<QueryAnswer> {
    const answer = this.ask({ kind: 'query', sql, bindings, safeIntegers }) as Promise<QueryAnswer>;
    if (this.statementSeconds === 0) return answer;
    const timer = setTimeout(() => this.giveUp(), this.statementSeconds * 1000);
    return answer.finally(() => clearTimeout(timer));
  }

  many(many: Many): Promise<ManyAnswer> {
    return this.ask({ kind: 'many', ...many }) as Promise<ManyAnswer>;
  }

  /** Closes the database and ends the thread. */
  async close(): Promise<void> {
    this.mayRest = false;
    if (!this.hasEnded) await this.ask({ kind: 'close' }).catch(() => undefined);
    await this.whenEnded;
  }

  private ask(request: Request): Promise<unknown> {
    if (this.hasEnded) return Promise.reject(this.lost());
    return new Promise((resolve, reject) => {
      this.worker.postMessage(request);
      if (this.asked.push({ resolve, reject }) === 1) this.worker.ref();
    });
  }

  private receive(answer: Answer): void {
    this.isInTransaction = answer.isInTransaction;
    const asked = this.asked.shift();
    if (this.asked.length === 0 && this.mayRest) this.worker.unref();
    if ('error' in answer) asked?.reject(receivedError(answer.error));
    else asked?.resolve(answer.value);
  }

  /** Rejects open requests. better-sqlite3 has no way to interrupt SQLite. */
  private giveUp(): void {
    this.gaveUp = true;
    this.failure = new Error('a statement took too long');
    const interrupted = Object.assign(new Error('interrupted'), { code: 'SQLITE_INTERRUPT' });
    for (const { reject } of this.asked.splice(0)) reject(interrupted);
    void this.worker.terminate();
  }

  private lost(): Error {
    const why = this.failure ? `: ${this.failure.message}` : '';
    return Object.assign(new Error(`the thread of the SQLite connection has ended${why}`), { code: CONNECTION_LOST });
  }
}
