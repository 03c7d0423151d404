/** A separate server process for a bench, started like `npm start`. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: { start: string } };
const NODE_FLAGS = scripts.start.split(' ').filter((word) => word.startsWith('--'));

export interface BenchServer {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const NSYNC = join(__dirname, '../src/server/main.js');

/** Serves the demo's models in the database, or starts another script that prints the address of its GraphQL. */
export async function startServer(databaseUrl: string, script = NSYNC): Promise<BenchServer> {
  const child = spawn(process.execPath, [...NODE_FLAGS, script], {
    env: { ...process.env, PORT: '0', LOG_LEVEL: 'warn', NSYNC_MODELS: 'demo', DATABASE_URL: databaseUrl },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (data: Buffer) => {
      text += data.toString();
      const found = /GraphQL +(http:\S+)\/graphql/.exec(text)?.[1];
      if (found) resolve(found);
    });
    child.on('exit', () => reject(new Error('the server did not start')));
  });
  return {
    url,
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill('SIGTERM');
      await new Promise((resolve) => child.once('exit', resolve));
    },
  };
}

interface Answer {
  readonly data?: Record<string, { readonly run: { readonly status: string } }> | null;
  readonly errors?: readonly { readonly message: string }[];
}

async function expectCompleted(response: Response): Promise<void> {
  const { data, errors } = (await response.json()) as Answer;
  if (errors) throw new Error(errors.map(({ message }) => message).join('; '));
  for (const { run } of Object.values(data ?? {}))
    if (run.status !== 'COMPLETED') throw new Error(`a run ended as ${run.status}`);
}

/** Sends a mutation, and throws unless its run completes. */
export async function mutate(url: string, query: string, variables: object): Promise<void> {
  await expectCompleted(
    await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    }),
  );
}

/** Sends a mutation with a file as `$file`, and throws unless its run completes. */
export async function upload(url: string, query: string, variables: object, file: Blob): Promise<void> {
  const form = new FormData();
  form.set('operations', JSON.stringify({ query, variables: { ...variables, file: null } }));
  form.set('map', '{"file": ["variables.file"]}');
  form.set('file', file, 'rows.csv');
  await expectCompleted(
    await fetch(`${url}/graphql`, { method: 'POST', headers: { 'apollo-require-preflight': 'true' }, body: form }),
  );
}
