/** `npm run migrate`: brings nsync's own tables up to date, or with `down` takes them away. */
import { migrateDown, migrateUp, openDatabase } from '../database';
import { readSettings } from './settings';

const DIRECTIONS = { up: migrateUp, down: migrateDown };

async function main(): Promise<void> {
  const [, , word = 'up', ...more] = process.argv;
  if (!Object.hasOwn(DIRECTIONS, word) || more.length > 0)
    throw new Error(`"${[word, ...more].join(' ')}" is not a direction. Use "up" (the default) or "down"`);
  const migrate = DIRECTIONS[word as keyof typeof DIRECTIONS];
  const { databaseUrl } = readSettings(process.env);
  const database = openDatabase(databaseUrl);
  try {
    const names = await migrate(database);
    process.stdout.write(names.length > 0 ? `${names.join('\n')}\n` : 'Nothing to do.\n');
  } finally {
    await database.close();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`The migrations cannot run: ${(error as Error).message.split('\n')[0]}\n`);
  process.exit(1);
});
