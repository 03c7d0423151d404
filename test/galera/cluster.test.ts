/** nsync on a Galera cluster: any server may be connected to any node, and nodes may fail. */
import { randomBytes } from 'node:crypto';
import { type Database, migrateUp, openDatabase } from '../../src/database';
import { createDemoTables } from '../../src/demo/tables';
import type { SyncEngine } from '../../src/sync';
import { engineOn, expectWinner, syncAs } from '../support/concurrentRuns';
import type { TestDatabase } from '../support/databases';
import { type Backend, InDatabase, NAMES, play } from '../support/scenarios';
import { GaleraCluster } from './cluster';

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
