/** `nsync` as its users run it: a process of its own. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
/** As `npm run build` makes it. */
export const MAIN = join(ROOT, 'dist/src/cli/main.js');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
}

/** Starts a program that finds `nsync` as the shell function `nsync`, and nothing of nsync's settings. */
function start(program: string, args: readonly string[], { cwd, env }: Surroundings): ChildProcessWithoutNullStreams {
  const { PATH = '', HOME = '' } = process.env;
  return spawn(program, args, { cwd, env: { PATH, HOME, ...env } });
}

async function ended(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/** A command that runs on. */
export function startNsync(
  args: readonly string[],
  surroundings: Surroundings = {},
): { readonly child: ChildProcessWithoutNullStreams; readonly ended: Promise<Ended> } {
  const child = start(process.execPath, [MAIN, ...args], surroundings);
  return { child, ended: ended(child) };
}

/** A command from start to end. */
export async function nsync(args: readonly string[], surroundings: Surroundings = {}): Promise<Ended> {
  const { child, ended: end } = startNsync(args, surroundings);
  // A command that does not read its input may be gone before it is written.
  child.stdin.on('error', () => undefined);
  child.stdin.end(surroundings.input);
  return end;
}

/** A line of bash in which `nsync` is the command. Nothing of its user's is read, as it is where stdin is a socket. */
export async function bash(line: string, surroundings: Surroundings = {}): Promise<Ended> {
  const child = start(
    'bash',
    ['--norc', '-c', `nsync() { '${process.execPath}' '${MAIN}' "$@"; }\n${line}`],
    surroundings,
  );
  child.stdin.end(surroundings.input);
  return ended(child);
}

/** What a command says on stderr after the line that names its database or server. */
export const withoutTarget = (stderr: string): string => stderr.replace(/^(?:Database|Server): .*\n/, '');

/** What differs from one time to the next: points in time and seconds. */
export const timeless = (text: string): string =>
  text
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, (_time, fraction: string | undefined) =>
      fraction === undefined ? '2026-01-31T08:05:00Z' : '2026-01-31T08:05:00.000Z',
    )
    .replaceAll(/\b\d+\.\d s\b/g, '0.0 s')
    .replaceAll(/(?<=Z {6})\d+\.\d(?= )/g, '0.0');
