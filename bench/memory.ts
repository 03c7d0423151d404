/**
 * `npm run bench:memory`: uploads a large CSV file to a separate server. Reports the server's peak memory, and how long /health had to wait. Options:
 * --rows 2000000; BENCH_DATABASE_URL, otherwise a temporary SQLite file.
 */
import { execFile } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs, promisify } from 'node:util';
import { startServer } from './server';

const { values: options } = parseArgs({ options: { rows: { type: 'string', default: '2000000' } } });
const ROWS = Number(options.rows);

const CASES = [
  { onError: 'CONTINUE', order: null },
  { onError: 'ROLLBACK', order: null },
  { onError: 'CONTINUE', order: ['CREATE', 'UPDATE', 'DELETE'] },
  { onError: 'ROLLBACK', order: ['CREATE', 'UPDATE', 'DELETE'] },
];

const SYNC = `mutation ($file: Upload!, $options: SyncOptionsInput!) {
  syncCsv(input: {system: "Bench", model: "Person", file: $file, options: $options, defaults: {actionFlags: "cu*", matchOn: ["employee_id"]}}) {
    run { status counts { rows created updated unchanged failed } }
  }
}`;

function* lines(round: number): Generator<string> {
  yield 'external_key,employee_id,first_name,last_name,age,hair_colour\n';
  for (let row = 0; row < ROWS; row += 1)
    yield `bench-key-${row},EMP${String(row).padStart(9, '0')},Firstname ${row},Lastname ${row % 1000},${18 + ((row + round) % 60)},some colour\n`;
}

/** The peak memory of the process since its start, in megabytes. */
const peakMemory = (pid: number): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'nsync-bench-'));
  try {
    for (const [round, settings] of CASES.entries()) {
      const server = await startServer(process.env.BENCH_DATABASE_URL || `sqlite:${join(folder, 'bench.sqlite')}`);
      const { url } = server;
      const path = join(folder, 'rows.csv');
      await pipeline(Readable.from(lines(round)), createWriteStream(path));
      let slowest = 0;
      let running = true;
      const ask = (): Promise<string> => fetch(`${url}/health`).then((response) => response.text());
      // The first fetch of a process is slower, because it loads its modules.
      await ask();
      const watching = (async () => {
        while (running) {
          const asked = performance.now();
          await ask();
          slowest = Math.max(slowest, performance.now() - asked);
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      })();
      const operations = JSON.stringify({ query: SYNC, variables: { file: null, options: settings } });
      const started = performance.now();
      // curl streams the file, and waits as long as the run takes.
      const { stdout: answer } = await promisify(execFile)('curl', [
        ...['-sS', `${url}/graphql`, '-H', 'apollo-require-preflight: true', '-F', `operations=${operations}`],
        ...['-F', 'map={"file": ["variables.file"]}', '-F', `file=@${path}`],
      ]);
      const seconds = (performance.now() - started) / 1000;
      running = false;
      await watching;
      process.stdout.write(
        `${settings.onError}${settings.order ? ' in order' : ''}: ${ROWS} rows in ${seconds.toFixed(0)} s (${(ROWS / seconds / 1000).toFixed(1)} thousand per second), peak memory ${peakMemory(server.pid).toFixed(0)} MB, /health within ${slowest.toFixed(0)} ms\n  ${answer.trim()}\n`,
      );
      await server.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).stack}\n`);
  process.exitCode = 1;
});
