/** `npm run migrate`: brings nsync's own tables up to date, or with `down` takes them away. */
import { migrateDown, migrateUp, openDatabase } from '../database';
import { readSettings } from './settings';

async function main(): Promise<void> {
  const { databaseUrl } = readSettings({ NSYNC_MODELS: 'demo', ...process.env });
  const database = openDatabase(databaseUrl);
  try {
    const names = process.argv[2] === 'down' ? await migrateDown(database) : await migrateUp(database);
    process.stdout.write(names.length > 0 ? `${names.join('\n')}\n` : 'Nothing to do.\n');
  } finally {
    await database.close();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`The migrations cannot run: ${(error as Error).message.split('\n')[0]}\n`);
  process.exit(1);
});
