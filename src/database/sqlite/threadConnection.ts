/**
 * A connection to SQLite in a thread of its own: a statement or a COMMIT that takes long keeps nobody else waiting, and
 * while SQLite works the engine plans.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { packagePath } from '../../packageFiles';
import type { FileIdentity } from './fileGuard';
import {
  type Answer,
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
const WORKER = existsSync(BESIDE) ? BESIDE : packagePath('dist', 'src', 'database', 'sqlite', 'worker.js');

/** Messages are all that such a thread has in its heap, and not for long. */
const YOUNG_MEGABYTES = 8;

interface Asked {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class ThreadConnection {
  private readonly worker = new Worker(WORKER, { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES } });
  private readonly asked: Asked[] = [];
  private readonly ended: Promise<void>;
  /** A process waits for what it has asked for, for opening and closing, and for nothing else. */
  private mayRest = false;
  private failure: Error | null = null;
  private hasEnded = false;
  private isInTransaction = false;
  private identity: FileIdentity = '';

  private constructor() {
    this.worker.on('message', (answer: Answer) => this.receive(answer));
    this.worker.on('error', (error) => (this.failure = error));
    this.worker.on('messageerror', (error) => {
      this.failure = error;
      void this.worker.terminate();
    });
    this.ended = new Promise((resolve) => {
      this.worker.on('exit', () => {
        this.hasEnded = true;
        for (const { reject } of this.asked.splice(0)) reject(this.lost());
        resolve();
      });
    });
  }

  /** Opens a file, and sets the connection up. */
  static async open(file: SqliteFile): Promise<ThreadConnection> {
    const connection = new ThreadConnection();
    try {
      connection.identity = (await connection.ask({ kind: 'open', ...file })) as FileIdentity;
      connection.mayRest = true;
      connection.worker.unref();
    } catch (error) {
      await connection.ended;
      throw error;
    }
    return connection;
  }

  get isUsable(): boolean {
    return !this.hasEnded && !this.failure;
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
    return this.ask({ kind: 'query', sql, bindings, safeIntegers }) as Promise<QueryAnswer>;
  }

  many(many: Many): Promise<ManyAnswer> {
    return this.ask({ kind: 'many', ...many }) as Promise<ManyAnswer>;
  }

  /** Closes the database and ends the thread. */
  async close(): Promise<void> {
    this.mayRest = false;
    if (!this.hasEnded) await this.ask({ kind: 'close' }).catch(() => undefined);
    await this.ended;
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

  private lost(): Error {
    const why = this.failure ? `: ${this.failure.message}` : '';
    return Object.assign(new Error(`the thread of the SQLite connection has ended${why}`), { code: CONNECTION_LOST });
  }
}
