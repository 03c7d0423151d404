/**
 * A connection to SQLite in a thread of its own: a statement or a COMMIT that takes long keeps nobody else waiting, and
 * while SQLite works the engine plans.
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

/** The code of the error where a thread has ended before its time. */
export const CONNECTION_LOST = 'CONNECTION_LOST';

const BESIDE = join(__dirname, 'worker.js');
/** Sources that run as they are, which is what tests do, have a thread run what was built of them. */
const WORKER = existsSync(BESIDE) ? BESIDE : packagePath('dist', 'src', 'database', 'sqlite', 'thread', 'worker.js');

/** Messages are all that such a thread has in its heap, and not for long. */
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
  /** A process waits for what it has asked for, for opening and closing, and for nothing else. */
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

  /** Opens a file, and sets the connection up. `statementSeconds` limits each statement; 0: no limit. */
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

  /** Whether a statement took too long: SQLite works on until it is done, and the thread with it. */
  get isStuck(): boolean {
    return this.gaveUp && !this.hasEnded;
  }

  /** Neither within a transaction nor at work. */
  get isClean(): boolean {
    return !this.isInTransaction && this.asked.length === 0;
  }

  /** The file that the connection was opened with. */
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

  /** Answers for SQLite, which cannot be interrupted: better-sqlite3 leaves that out. */
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
