/**
 * `npm run example:gtfs`: syncs a railway's published schedule through a server's API, twice.
 * Starts a server of its own on a temporary SQLite file. GTFS_DATABASE_URL names another database for the server, and
 * GTFS_SERVER a running server that has the models. DATABASE_URL is ignored: it may be a database that is in use.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { openDatabase, withoutPassword } from '../../src/database';
import { readSettings } from '../../src/server/settings';
import { startServer } from '../../src/server/start';
import { syncFeed } from './client';
import { createFeedTables } from './tables';

/** The feed stands beside the sources, also when this runs from dist/. */
function feedFolder(): string {
  const beside = join(__dirname, 'feed');
  return existsSync(beside) ? beside : join(__dirname, '../../../examples/gtfs/feed');
}

async function ownServer(): Promise<{ url: string; stop: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'nsync-gtfs-'));
  const databaseUrl = process.env.GTFS_DATABASE_URL || `sqlite:${join(folder, 'gtfs.sqlite')}`;
  process.stdout.write(`Database: ${withoutPassword(databaseUrl)}\n`);
  const database = openDatabase(databaseUrl);
  await createFeedTables(database.knex);
  await database.close();
  const settings = readSettings({ DATABASE_URL: databaseUrl, NSYNC_MODELS: join(__dirname, 'models.js'), PORT: '0' });
  const server = await startServer(settings, pino({ level: 'warn' }, pino.destination(2)));
  return {
    url: server.url,
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function pass(title: string, url: string): Promise<boolean> {
  process.stdout.write(`${title}\n`);
  let unchanged = true;
  for await (const { file, status, counts, seconds } of syncFeed(url, feedFolder())) {
    unchanged &&= counts.unchanged === counts.rows;
    const parts = Object.entries(counts).filter(([, count]) => count > 0);
    process.stdout.write(
      `  ${file.padEnd(15)} ${status.padEnd(10)} ${seconds.toFixed(2).padStart(6)} s  ${parts.map(([name, count]) => `${count} ${name}`).join(', ')}\n`,
    );
    if (status !== 'COMPLETED') throw new Error(`${file} ended as ${status}`);
  }
  return unchanged;
}

async function main(): Promise<void> {
  const given = process.env.GTFS_SERVER?.replace(/\/+$/, '');
  const server = given ? { url: given, stop: () => Promise.resolve() } : await ownServer();
  try {
    await pass('First pass', server.url);
    const unchanged = await pass('Second pass', server.url);
    if (!unchanged) throw new Error('the second pass changed something');
    process.stdout.write('Every row of the second pass was UNCHANGED.\n');
  } finally {
    await server.stop();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`The example failed: ${(error as Error).message}\n`);
  process.exitCode = 1;
});
