/** A Galera cluster of three nodes on this machine, in a temporary folder. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import makeKnex, { type Knex } from 'knex';
import { SILENT } from '../../src/database/silentLog';

const PROVIDERS = ['/usr/lib/galera/libgalera_smm.so', '/usr/lib64/galera-4/libgalera_smm.so'];
const NODES = [1, 2, 3] as const;
const FIRST_PORT = 17_000;
/** MariaDB refuses to run as root. A state transfer also needs a user of its own. */
const USER = userInfo().uid === 0 ? 'mysql' : userInfo().username;
const PATIENCE = 60_000;
const MOST_LAUNCHES = 3;

type Port = 'sql' | 'group' | 'increments' | 'state';
const PORTS: readonly Port[] = ['sql', 'group', 'increments', 'state'];
const port = (node: number, which: Port): number => FIRST_PORT + PORTS.indexOf(which) * 10 + node;

export interface Statuses {
  readonly wsrep_cluster_size?: string;
  readonly wsrep_local_state_comment?: string;
  readonly wsrep_cluster_status?: string;
}

export class GaleraNode {
  /** A connection for the test itself. */
  readonly admin: Knex;
  private process: ChildProcess | null = null;
  private arguments: readonly string[] = [];
  private launches = 0;

  constructor(
    readonly number: number,
    private readonly folder: string,
    private readonly provider: string,
  ) {
    const pool = { min: 0, max: 1, validate: () => true };
    this.admin = makeKnex({
      client: 'mysql2',
      connection: this.url('mysql'),
      pool,
      acquireConnectionTimeout: 5000,
      log: SILENT,
    });
  }

  url(database: string): string {
    return `mysql://root@127.0.0.1:${port(this.number, 'sql')}/${database}`;
  }

  /** `extra` arguments are added to those that each start has. */
  launch(...extra: readonly string[]): void {
    this.arguments = extra;
    this.launches = 0;
    this.spawn();
  }

  private spawn(): void {
    const extra = this.arguments;
    this.launches += 1;
    const log = openSync(`${this.folder}/node${this.number}.log`, 'a');
    this.process = spawn('mariadbd', [...this.options(), ...extra], { stdio: ['ignore', log, log] });
  }

  /** Joins the cluster with what was stored before. */
  rejoin(): void {
    // As MariaDB's service does it: the position of the last commit makes a state transfer unnecessary.
    const address = `--wsrep-cluster-address=${CLUSTER}`;
    const log = `${this.folder}/recovery${this.number}.log`;
    execFileSync('mariadbd', [...this.options(), address, '--wsrep-recover', `--log-error=${log}`], {
      stdio: 'ignore',
    });
    const position = [...readFileSync(log, 'utf8').matchAll(/Recovered position: (\S+)/g)].at(-1)?.[1];
    this.launch(address, ...(position ? [`--wsrep-start-position=${position}`] : []));
  }

  /** Waits until the node takes part in a cluster of so many nodes. */
  async synced(size: number): Promise<void> {
    const deadline = performance.now() + PATIENCE;
    for (;;) {
      const status = await this.status().catch((): Statuses => ({}));
      if (status.wsrep_local_state_comment === 'Synced' && status.wsrep_cluster_size === String(size)) return;
      // On a busy machine Galera sometimes fails to start its threads.
      if (this.hasEnded && this.launches < MOST_LAUNCHES) this.spawn();
      if (performance.now() > deadline) throw new Error(`node ${this.number} is not synced:\n${this.log()}`);
      await setTimeout(100);
    }
  }

  async status(): Promise<Statuses> {
    const [rows] = (await this.admin.raw(
      "SHOW STATUS WHERE Variable_name IN ('wsrep_cluster_size', 'wsrep_local_state_comment', 'wsrep_cluster_status')",
    )) as [{ Variable_name: string; Value: string }[]];
    return Object.fromEntries(rows.map(({ Variable_name, Value }) => [Variable_name, Value]));
  }

  async kill(): Promise<void> {
    const { process } = this;
    if (!process || this.hasEnded) return;
    const closed = once(process, 'close');
    process.kill('SIGKILL');
    await closed;
  }

  /** Cuts the node off from the others, or ends that. */
  async isolate(isIsolated: boolean): Promise<void> {
    await this.admin.raw(`SET GLOBAL wsrep_provider_options = 'gmcast.isolate=${isIsolated ? 1 : 0}'`);
  }

  private get hasEnded(): boolean {
    return this.process !== null && (this.process.exitCode !== null || this.process.signalCode !== null);
  }

  private log(): string {
    return readFileSync(`${this.folder}/node${this.number}.log`, 'utf8').split('\n').slice(-30).join('\n');
  }

  private options(): string[] {
    const name = `node${this.number}`;
    const provided = {
      base_port: port(this.number, 'group'),
      'gmcast.listen_addr': `tcp://127.0.0.1:${port(this.number, 'group')}`,
      'ist.recv_addr': `127.0.0.1:${port(this.number, 'increments')}`,
      'gcache.size': '32M',
    };
    return [
      '--no-defaults',
      `--user=${USER}`,
      `--datadir=${this.folder}/${name}`,
      `--socket=${this.folder}/${name}.sock`,
      `--pid-file=${this.folder}/${name}.pid`,
      `--port=${port(this.number, 'sql')}`,
      '--bind-address=127.0.0.1',
      '--character-set-server=utf8mb4',
      '--innodb-buffer-pool-size=48M',
      '--innodb-log-file-size=32M',
      '--innodb-flush-log-at-trx-commit=2',
      '--key-buffer-size=1M',
      '--aria-pagecache-buffer-size=1M',
      '--performance-schema=OFF',
      '--binlog-format=ROW',
      '--innodb-autoinc-lock-mode=2',
      '--wsrep-on=ON',
      `--wsrep-provider=${this.provider}`,
      '--wsrep-cluster-name=nsync_test',
      '--wsrep-node-address=127.0.0.1',
      `--wsrep-node-name=${name}`,
      '--wsrep-slave-threads=2',
      '--wsrep-sst-method=rsync',
      `--wsrep-sst-receive-address=127.0.0.1:${port(this.number, 'state')}`,
      `--wsrep-provider-options=${Object.entries(provided).map(([key, value]) => `${key}=${value}`).join(';')}`, // prettier-ignore
    ];
  }
}

const CLUSTER = `gcomm://${NODES.map((node) => `127.0.0.1:${port(node, 'group')}`).join(',')}`;

export class GaleraCluster {
  readonly nodes: readonly [GaleraNode, GaleraNode, GaleraNode];

  private constructor(
    private readonly folder: string,
    provider: string,
  ) {
    const node = (number: number): GaleraNode => new GaleraNode(number, folder, provider);
    this.nodes = [node(1), node(2), node(3)];
  }

  /** Throws if MariaDB or Galera is not installed. */
  static async start(): Promise<GaleraCluster> {
    const provider = PROVIDERS.find((path) => existsSync(path));
    if (!provider) throw new Error('Galera is not installed: apt-get install mariadb-server galera-4 rsync');
    const folder = mkdtempSync(join(tmpdir(), 'nsync-galera-'));
    chmodSync(folder, 0o755);
    const cluster = new GaleraCluster(folder, provider);
    try {
      await cluster.boot();
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** Ends the nodes at once, and removes their files. */
  async stop(): Promise<void> {
    for (const node of this.nodes) {
      await node.admin.destroy();
      await node.kill();
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async boot(): Promise<void> {
    const [first, ...others] = this.nodes;
    const seed = `${this.folder}/node1`;
    mkdirSync(seed);
    execFileSync('mariadb-install-db', ['--no-defaults', `--datadir=${seed}`, '--auth-root-authentication-method=normal', '--skip-test-db'], { stdio: 'ignore' }); // prettier-ignore
    for (const { number } of others) cpSync(seed, `${this.folder}/node${number}`, { recursive: true });
    if (userInfo().uid === 0) execFileSync('chown', ['-R', USER, this.folder]);
    first.launch('--wsrep-cluster-address=gcomm://', '--wsrep-new-cluster');
    await first.synced(1);
    for (const node of others) node.launch(`--wsrep-cluster-address=${CLUSTER}`);
    for (const node of this.nodes) await node.synced(3);
  }
}
