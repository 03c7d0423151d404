/** Redis only tells workers of queued runs: whatever happens to it, each run is carried out once. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import Redis from 'ioredis';
import { parse } from 'graphql';
import { DATABASES } from '../support/databases';
import { eventually } from '../support/eventually';
import { freePort } from '../support/freePort';
import { serve, type TestServer } from '../support/server';

const RUNS = 5;
const TIMEOUT = 60_000;

const SYNC = parse(
  'mutation ($input: SyncRowsInput!) { syncRows(input: $input) { run { id status } } }',
) as TypedDocumentNode<{ syncRows: { run: { id: string; status: string } } }, object>;

/** A Redis server of its own, which a test may end. */
class OwnRedis {
  private readonly folder = mkdtempSync(join(tmpdir(), 'nsync-redis-'));
  private child: ChildProcess | null = null;

  constructor(private readonly port: number) {}

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    this.child = spawn('redis-server', ['--port', String(this.port), '--save', '', '--dir', this.folder]);
    await eventually('Redis', async () => {
      const socket = connect(this.port, '127.0.0.1');
      const isOpen = await once(socket, 'connect').then(() => true, () => false); // prettier-ignore
      socket.destroy();
      return isOpen;
    });
  }

  async kill(): Promise<void> {
    const { child } = this;
    if (!child) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
    this.child = null;
  }

  pause(): Promise<void> {
    this.child?.kill('SIGSTOP');
    return Promise.resolve();
  }

  async empty(): Promise<void> {
    const client = new Redis(this.url);
    await client.flushall();
    client.disconnect();
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true });
  }
}

const FAULTS: readonly (readonly [name: string, happens: (redis: OwnRedis) => Promise<void>])[] = [
  ['works', () => Promise.resolve()],
  ['is emptied', (redis) => redis.empty()],
  [
    'restarts',
    async (redis) => {
      await redis.kill();
      await redis.start();
    },
  ],
  ['does not answer', (redis) => redis.pause()],
  ['is gone', (redis) => redis.kill()],
];

const [{ name, ...kind } = { name: 'none' }] = [...DATABASES].reverse();

describe(`a server on ${name}`, () => {
  let redis: OwnRedis;
  let server: TestServer;
  beforeAll(async () => {
    redis = new OwnRedis(await freePort());
    await redis.start();
    server = await serve({ name, ...kind } as (typeof DATABASES)[number], { environment: { REDIS_URL: redis.url } });
  }, TIMEOUT);
  afterAll(async () => {
    await server.stop();
    await redis.remove();
  });

  it.each(FAULTS)(
    'R47: carry out each queued run once while Redis %s',
    async (_name, happens) => {
      const queue = async (number: number): Promise<string> => {
        const rows = [{ actionFlags: 'cu', matchOn: ['label'], values: { label: `tag ${Math.random()}` } }];
        const input = { system: `S${number % 2}`, model: 'Tag', rows, options: { async: true } };
        const { syncRows } = await server.send(SYNC, { input });
        expect(syncRows.run.status).toBe('QUEUED');
        return syncRows.run.id;
      };
      const ids: string[] = [];
      for (let run = 0; run < RUNS; run += 1) {
        if (run === 2) await happens(redis);
        ids.push(await queue(run));
      }
      const { knex } = server.server.database;
      await eventually('the end of the runs', async () => {
        const done = await knex('nsync_runs').whereIn('id', ids).where({ status: 'COMPLETED' });
        return done.length === RUNS;
      });
      const outcomes: { status: string }[] = await knex('nsync_row_outcomes')
        .join('nsync_run_sources', 'run_source_id', 'nsync_run_sources.id')
        .whereIn('run_id', ids)
        .select('status');
      expect(outcomes.map(({ status }) => status)).toEqual(ids.map(() => 'CREATED'));
    },
    TIMEOUT,
  );
});
