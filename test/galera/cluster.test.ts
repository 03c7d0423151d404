/** nsync on a Galera cluster: any server may be connected to any node, and nodes may fail. */
import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { type Database, migrateUp, openDatabase } from '../../src/database';
import { createDemoTables } from '../../src/demo/tables';
import { DEFAULT_OPTIONS, type SyncEngine, type SyncOptions, type SyncResult } from '../../src/sync';
import { engineOn, expectWinner, syncAs } from '../support/concurrentRuns';
import type { TestDatabase } from '../support/databases';
import { type Backend, InDatabase, NAMES, play } from '../support/scenarios';
import { GaleraCluster, type GaleraNode } from './cluster';

const CLIENTS = 6;
const clients = Array.from({ length: CLIENTS }, (_, index) => index);

let cluster: GaleraCluster;
beforeAll(async () => {
  cluster = await GaleraCluster.start();
}, 120_000);
afterAll(() => cluster.stop(), 30_000);

/** A fresh database, connected through each node. */
class ClusterDatabase {
  readonly name = `nsync_${randomBytes(4).toString('hex')}`;
  databases: readonly Database[] = [];

  async create(): Promise<void> {
    await cluster.nodes[0].admin.raw(`CREATE DATABASE ${this.name}`);
    this.databases = cluster.nodes.map((node) => openDatabase(node.url(this.name)));
  }

  at(node: number): Database {
    return this.databases[node % this.databases.length] as Database;
  }

  async drop(): Promise<void> {
    for (const database of this.databases) await database.close();
    await cluster.nodes[0].admin.raw(`DROP DATABASE ${this.name}`);
  }
}

let own: ClusterDatabase;
beforeEach(async () => {
  own = new ClusterDatabase();
  await own.create();
});
afterEach(() => own.drop());

async function withTables(): Promise<readonly SyncEngine[]> {
  await migrateUp(own.at(0));
  await createDemoTables(own.at(0).knex);
  return Promise.all(own.databases.map(engineOn));
}

it('servers on three nodes that start at once migrate once', async () => {
  const names = await Promise.all(own.databases.map(migrateUp));
  expect(new Set(names.flat()).size).toBe(names.flat().length);
  expect(names.flat().length).toBeGreaterThan(0);
  expect(await Promise.all(own.databases.map(migrateUp))).toEqual([[], [], []]);
});

it('runs on changing nodes have the tables and outcomes of a single server', async () => {
  await withTables();
  const backends = await Promise.all(own.databases.map((database) => InDatabase.on({ database } as TestDatabase)));
  let calls = 0;
  const next = (): Backend => backends[(calls += 1) % backends.length] as Backend;
  const backend: Backend = {
    clean: () => next().clean(),
    run: (sources, options) => next().run(sources, options),
    contents: () => next().contents(),
    close: () => Promise.resolve(),
  };
  for (const name of NAMES) await play(name, backend);
});

describe('R44: runs on several nodes at once', () => {
  it.each(['ROLLBACK', 'CONTINUE'] as const)('end as if one had followed the other, %s', async (onError) => {
    const engines = await withTables();
    await Promise.all(clients.map((client) => syncAs(client, engines[client % 3] as SyncEngine, { onError })));
    await expectWinner(own.at(1).knex, clients, onError);
  });
});

/** Creates or updates tags with these labels, each with an external key. */
function syncTags(
  engine: SyncEngine,
  labels: readonly string[],
  options: Partial<SyncOptions> = {},
): Promise<SyncResult> {
  const source = {
    system: 'Labels',
    model: 'Tag',
    file: null,
    text: true,
    columns: ['label'],
    async *batches() {
      for (const [index, label] of labels.entries())
        yield await Promise.resolve([
          { number: index + 1, actionFlags: 'cu*', matchOn: 'label', externalKey: label, values: { label } },
        ]);
    },
  };
  return engine.run({ sources: [source], options: { ...DEFAULT_OPTIONS, ...options }, wantOutcomes: false });
}

const labels = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix} ${index}`);

/** Each label is stored once, with one mapping, on every node. */
async function expectTags(expected: readonly string[]): Promise<void> {
  for (const { knex } of own.databases) {
    const stored = await knex('tag').pluck<string[]>('label');
    const keys = await knex('nsync_external_key_mappings').where({ model: 'Tag' }).pluck<string[]>('external_key');
    expect(stored.sort()).toEqual([...expected].sort());
    expect(keys.sort()).toEqual([...expected].sort());
  }
}

it('what one node committed is read on the others at once', async () => {
  const engines = await withTables();
  for (let call = 0; call < 30; call += 1) {
    const [label = ''] = labels(`call ${call}`, 1);
    await syncTags(engines[call % 3] as SyncEngine, [label]);
    expect(
      await own
        .at(call + 1)
        .reader('tag')
        .where({ label }),
    ).toHaveLength(1);
  }
});

it('R44: short calls on all nodes are carried out once each', async () => {
  const engines = await withTables();
  const all = labels('short', 90);
  await Promise.all(all.map((label, index) => syncTags(engines[index % 3] as SyncEngine, [label, 'common'])));
  await expectTags([...all, 'common']);
});

it('R44: a long run ends although short calls on another node never do', async () => {
  const [first, second] = (await withTables()) as [SyncEngine, SyncEngine];
  const all = labels('long', 2000);
  let isOver = false;
  const long = syncTags(first, all).finally(() => (isOver = true));
  let calls = 0;
  while (!isOver) await syncTags(second, [`short ${(calls += 1) % 5}`]);
  expect((await long).status).toBe('COMPLETED');
  expect(calls).toBeGreaterThan(0);
  await expectTags([
    ...all,
    ...labels('short', Math.min(calls, 5) + 1).slice(calls >= 5 ? 0 : 1, calls >= 5 ? 5 : undefined),
  ]);
});

describe('a transaction that exceeds a limit', () => {
  const limit = (variable: string, value: number | 'DEFAULT'): Promise<unknown> =>
    Promise.all(cluster.nodes.map(({ admin }) => admin.raw(`SET GLOBAL ${variable} = ${value}`)));

  it.each([
    ['wsrep_max_ws_size', 80_000],
    ['wsrep_max_ws_rows', 600],
  ] as const)('is TRANSACTION_TOO_LARGE (%s)', async (variable, most) => {
    const [engine] = (await withTables()) as [SyncEngine];
    const all = labels('large', 800);
    await limit(variable, most);
    try {
      await expect(syncTags(engine, all)).rejects.toMatchObject({ code: 'TRANSACTION_TOO_LARGE' });
      await expectTags([]);
      expect((await syncTags(engine, all, { onError: 'CONTINUE' })).status).toBe('COMPLETED');
      await expectTags(all);
    } finally {
      await limit(variable, 'DEFAULT');
    }
  });
});

describe('R44: no row is lost or doubled', () => {
  const last = (): GaleraNode => cluster.nodes[2];
  const faults: readonly (readonly [string, () => Promise<void>, () => Promise<void> | void])[] = [
    ['is killed', () => last().kill(), () => last().rejoin()],
    ['is cut off', () => last().isolate(true), () => last().isolate(false)],
  ];

  it.each(faults)(
    'when a node %s and returns during loads',
    async (_name, fail, heal) => {
      const engines = await withTables();
      const loads = engines.map((engine, node) =>
        syncTags(engine, labels(`node ${node}`, 300), { onError: 'CONTINUE' }),
      );
      await setTimeout(300);
      await fail();
      await cluster.nodes[0].synced(2);
      const call = syncTags(engines[2] as SyncEngine, ['meanwhile']);
      await heal();
      for (const node of cluster.nodes) await node.synced(3);
      expect((await Promise.all([...loads, call])).map(({ status }) => status)).toEqual(Array(4).fill('COMPLETED'));
      await expectTags([0, 1, 2].flatMap((node) => labels(`node ${node}`, 300)).concat('meanwhile'));
    },
    120_000,
  );
});
