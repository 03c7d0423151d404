/** The built server as a process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const MAIN = join(ROOT, 'dist/src/server/main.js');

export interface Ended {
  readonly code: number | null;
  readonly stderr: string;
  readonly stdout: string;
}

/** A process, its end, and its server's URL. `url` is rejected with stderr if the process ends first. */
export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  readonly listening: Promise<string>;
}

/** Server processes in a temporary folder. */
export class ServerProcesses {
  readonly folder = mkdtempSync(join(tmpdir(), 'nsync-process-'));
  private readonly running: ChildProcess[] = [];

  constructor() {
    // Like a user's project, which has Objection installed.
    mkdirSync(join(this.folder, 'node_modules'));
    symlinkSync(join(ROOT, 'node_modules/objection'), join(this.folder, 'node_modules/objection'));
  }

  /** Starts a server with only these settings, on a free port. Its log contains warnings. */
  start(environment: Readonly<Record<string, string>>): Started {
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn(process.execPath, [MAIN], {
      cwd: this.folder,
      env: { PATH, HOME, PORT: '0', LOG_LEVEL: 'warn', ...environment },
    });
    this.running.push(child);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    const ended = once(child, 'close').then(([code]): Ended => ({ code: code as number | null, stdout, stderr }));
    const listening = new Promise<string>((resolve, reject) => {
      child.stdout.on('data', () => {
        const url = /GraphQL +(http:\S+)/.exec(stdout)?.[1];
        if (url) resolve(url);
      });
      child.on('close', () => reject(new Error(stderr)));
    });
    listening.catch(() => undefined);
    return { child, ended, listening };
  }

  /** Ends all processes, and removes the folder. */
  remove(): void {
    for (const child of this.running) child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true });
  }
}

/** The data of an operation without variables. */
export const ask = async (url: string, query: string): Promise<unknown> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return ((await response.json()) as { data: unknown }).data;
};
