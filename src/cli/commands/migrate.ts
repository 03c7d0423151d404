/** `nsync migrate` */
import { Argument, type Command } from 'commander';
import { examples } from '../options';

const DIRECTIONS = ['up', 'down'] as const;

async function migrate(direction: (typeof DIRECTIONS)[number], options: { readonly database?: string }): Promise<void> {
  const [{ migrateDown, migrateUp }, { openReachable }, { DEMO }, { localSettings }, { print }] = await Promise.all([
    import('../../database/index.js'),
    import('../../server/services.js'),
    import('../../server/settings.js'),
    import('../localSettings.js'),
    import('../output/output.js'),
  ]);
  // No models are needed, whichever the environment names.
  const { databaseUrl } = localSettings({ database: options.database, models: DEMO });
  const database = await openReachable(databaseUrl);
  try {
    const names = await (direction === 'up' ? migrateUp : migrateDown)(database);
    await print(...(names.length > 0 ? names : ['Nothing to do.']));
  } finally {
    await database.close();
  }
}

export function addMigrate(program: Command): void {
  program
    .command('migrate')
    .summary('bring nsync’s own tables up to date')
    .description('Brings nsync’s own tables up to date, which every command that needs them does by itself; or takes them away.')
    .addArgument(new Argument('[direction]', 'down removes the tables, with everything in them').choices(DIRECTIONS).default('up'))
    .option('--database <url>', 'of this database (default: DATABASE_URL)')
    .addHelpText(
      'after',
      examples(
        ['migrate --database mysql://user@db.example/app', 'Make the tables, before anyone is let in'],
        ['migrate down', 'Remove them: systems, mappings, runs'],
      ),
    )
    .action(migrate); // prettier-ignore
}
