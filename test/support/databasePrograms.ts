/** The databases' own programs, such as mariadb-dump and pg_dump, on a test's database. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { DatabaseKind } from './databases';

/** Programs by kind of database. */
type Programs = Readonly<Record<DatabaseKind['name'], readonly string[]>>;

/** Programs for dumps and backups. */
export const BACKUP_PROGRAMS: Programs = {
  SQLite: ['sqlite3'],
  MariaDB: ['mariadb', 'mariadb-dump'],
  PostgreSQL: ['psql', 'pg_dump', 'pg_restore'],
};
/** Programs for `restore`. */
export const RESTORE_PROGRAMS: Programs = { SQLite: [], MariaDB: ['mariadb'], PostgreSQL: ['psql'] };

const isInstalled = (program: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;

/** The kinds of databases whose programs this machine has. CI has all of them. */
export const withPrograms = (kinds: readonly DatabaseKind[], programs: Programs): DatabaseKind[] =>
  kinds.filter(({ name }) => process.env.CI || programs[name].every(isInstalled));

/** The database's name on its server, or SQLite's file. */
export const databaseName = (url: string): string => /^sqlite:(.*)$/.exec(url)?.[1] ?? new URL(url).pathname.slice(1);

/** A home directory with a configuration, by which the programs find the server of a URL. */
export class Home {
  readonly folder = mkdtempSync(join(tmpdir(), 'nsync-home-'));
  private readonly env: Record<string, string>;

  constructor(url: string) {
    this.env = { PATH: process.env.PATH ?? '', HOME: this.folder };
    if (url.startsWith('sqlite:')) return;
    const { protocol, hostname, port, username, password } = new URL(url);
    if (protocol === 'postgres:' || protocol === 'postgresql:')
      Object.assign(this.env, {
        PGHOST: hostname,
        PGPORT: port || '5432',
        PGUSER: decodeURIComponent(username),
        PGPASSWORD: decodeURIComponent(password),
      });
    else
      writeFileSync(
        join(this.folder, '.my.cnf'),
        `[client]\nhost=${hostname}\nport=${port || '3306'}\nuser=${decodeURIComponent(username)}\npassword="${decodeURIComponent(password)}"\n`,
      );
  }

  /** Runs lines of bash. Returns their stdout. Throws an Error with their stderr if one fails. */
  async run(commands: string, input = ''): Promise<string> {
    const child = spawn('bash', ['--norc', '-euo', 'pipefail', '-c', commands], { cwd: this.folder, env: this.env });
    let printed = '';
    let told = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (told += text));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) throw new Error(`${commands} ended with ${code}: ${told}`);
    return printed;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const DUMP: Readonly<Record<DatabaseKind['name'], (name: string) => string>> = {
  SQLite: (file) => `sqlite3 '${file}' .dump`,
  MariaDB: (name) => `mariadb-dump --single-transaction --hex-blob --no-tablespaces --skip-dump-date ${name}`,
  PostgreSQL: (name) => `pg_dump --no-owner --no-privileges ${name}`,
};

/** Lines that only programs of some versions accept. */
const OF_ITS_VERSION = /^(?:\/\*M!999999.*|\\(?:un)?restrict .*)\n/gm;

/** Dumps a database as SQL. */
export async function dumpOf(kind: DatabaseKind, url: string): Promise<string> {
  const home = new Home(url);
  try {
    return (await home.run(DUMP[kind.name](databaseName(url)))).replaceAll(OF_ITS_VERSION, '');
  } finally {
    home.remove();
  }
}

/** Loads SQL into an empty database. */
export async function restore(kind: DatabaseKind, url: string, sql: string): Promise<void> {
  const name = databaseName(url);
  if (kind.name === 'SQLite') {
    const file = new Sqlite(name);
    file.exec(sql);
    file.close();
    return;
  }
  const home = new Home(url);
  try {
    await home.run(kind.name === 'MariaDB' ? `mariadb ${name}` : `psql --quiet --set ON_ERROR_STOP=1 ${name}`, sql);
  } finally {
    home.remove();
  }
}
