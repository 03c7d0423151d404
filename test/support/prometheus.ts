/** Prometheus and its tool, if they are installed (`apt-get install prometheus`). CI requires them. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { freePort } from './freePort';

const pathOf = (name: string): string | undefined =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));

export const hasPrometheus = pathOf('prometheus') !== undefined && pathOf('promtool') !== undefined;

/** Runs promtool. Throws with its output if it finds a fault. */
export function promtool(args: readonly string[], input = ''): string {
  try {
    return execFileSync('promtool', args, { input, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`promtool ${args.join(' ')}: ${stdout}${stderr}`);
  }
}

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

/** Values over time: seconds since 1970, and the value as text. */
export interface Range {
  readonly metric: Series['metric'];
  readonly values: readonly Series['value'][];
}

export interface Prometheus {
  /** The current result of a query. */
  query(expression: string): Promise<Series[]>;
  /** The results of a query between two times in seconds since 1970, at intervals of `step` seconds. */
  range(expression: string, start: number, end: number, step: number): Promise<Range[]>;
  stop(): Promise<void>;
}

/** Scrapes one target every second, as the job `nsync`. */
export async function startPrometheus(target: string): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'nsync-prometheus-'));
  const config = join(folder, 'prometheus.yml');
  const scrape = { job_name: 'nsync', scrape_interval: '1s', static_configs: [{ targets: [target] }] };
  writeFileSync(config, JSON.stringify({ scrape_configs: [scrape] }));
  const port = await freePort();
  const child = spawn(
    'prometheus',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  );
  const ended = once(child, 'close');
  const url = `http://127.0.0.1:${port}`;
  const isReady = () => fetch(`${url}/-/ready`).then(({ ok }) => ok, () => false); // prettier-ignore
  while (!(await isReady())) {
    if (child.exitCode !== null) throw new Error('Prometheus has not started');
    await setTimeout(50);
  }
  const ask = async (path: string, parameters: Readonly<Record<string, string>>): Promise<unknown> => {
    const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`);
    const answer = (await response.json()) as { status: string; data: { result: unknown }; error?: string };
    if (answer.status !== 'success') throw new Error(`${parameters.query}: ${answer.error}`);
    return answer.data.result;
  };
  return {
    query: async (expression) => (await ask('query', { query: expression })) as Series[],
    range: async (expression, start, end, step) => {
      const period = { start: String(start), end: String(end), step: String(step) };
      return (await ask('query_range', { query: expression, ...period })) as Range[];
    },
    async stop() {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
