/** A separate server process with a small heap, which reports its memory and how long its event loop was blocked. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MAIN = join(__dirname, '../../dist/src/server/main.js');

export interface Measured {
  /** The longest time in milliseconds for which the event loop was blocked, since the last measurement. */
  readonly longestBlock: number;
  /** Heap bytes in use; after a garbage collection, if the test requested one. */
  readonly heapUsed: number;
  /** The peak memory of the process in bytes, since its start. */
  readonly peakMemory: number;
}

export interface WatchedServer {
  readonly url: string;
  /** Measures, after a garbage collection if `collect` is given. Throws if the process has ended. */
  measure(collect?: 'collect'): Promise<Measured>;
  /** The process's output on stderr. */
  log(): string;
  stop(): Promise<void>;
}

/**
 * Runs in the server's process, so it must not refer to anything outside itself. A block is the time between two ticks of a timer, without the time
 * in which the operating system ran other processes, because the machine may be busy. Linux counts that time. On other systems it is part of the
 * block.
 */
function watch(): void {
  const TICK = 10;
  const { readFileSync } = process.getBuiltinModule('node:fs');
  /** Milliseconds for which the main thread has waited for a processor. */
  const waited = (): number => {
    try {
      const [, nanoseconds] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ');
      return Number(nanoseconds) / 1e6;
    } catch {
      return 0;
    }
  };
  let longestBlock = 0;
  let last = { at: performance.now(), waited: waited() };
  setInterval(() => {
    const now = { at: performance.now(), waited: waited() };
    longestBlock = Math.max(longestBlock, now.at - last.at - (now.waited - last.waited) - TICK);
    last = now;
  }, TICK).unref();
  process.on('message', (message) => {
    const told = longestBlock;
    if (message === 'collect') globalThis.gc?.();
    const peakMemory = process.resourceUsage().maxRSS * 1024;
    process.send?.({ longestBlock: told, heapUsed: process.memoryUsage().heapUsed, peakMemory });
    longestBlock = 0;
    last = { at: performance.now(), waited: waited() };
  });
  process.channel?.unref();
}

function listening(child: ChildProcess, log: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    let told = '';
    child.stdout?.on('data', (text: Buffer) => {
      told += text.toString();
      const url = /GraphQL +(http:\S+)/.exec(told)?.[1];
      if (url) resolve(url);
    });
    child.once('close', () => reject(new Error(`the server has not started: ${log()}`)));
  });
}

/** Starts a server on its own demo database. Run `npm run build` first. */
export async function startWatched(
  heapMegabytes: number,
  environment: Readonly<Record<string, string>> = {},
): Promise<WatchedServer> {
  const folder = mkdtempSync(join(tmpdir(), 'nsync-watched-'));
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(
    process.execPath,
    [
      `--max-old-space-size=${heapMegabytes}`,
      '--expose-gc',
      '-e',
      `(${String(watch)})(); require(${JSON.stringify(MAIN)})`,
    ],
    {
      cwd: folder,
      env: { PATH, HOME, PORT: '0', LOG_LEVEL: 'error', ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  let written = '';
  child.stderr?.on('data', (text: Buffer) => (written += text.toString()));
  const log = (): string => written;
  const ended = once(child, 'close');
  const url = await listening(child, log);
  return {
    url,
    log,
    async measure(collect) {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`the server has ended: ${child.exitCode ?? child.signalCode}\n${log().slice(-2000)}`);
      const told = once(child, 'message') as Promise<[Measured]>;
      // `ended` reports a process that has just ended.
      child.send(collect ?? 'measure', () => undefined);
      const answer = await Promise.race([told, ended]);
      const [first] = answer as unknown[];
      if (typeof first !== 'object' || first === null) throw new Error(`the server has ended\n${log().slice(-2000)}`);
      return first as Measured;
    },
    async stop() {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
