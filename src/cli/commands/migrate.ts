/** `nsync migrate` */
import { Argument, type Command } from 'commander';
import type { LocalOptions } from '../localSettings';
import { examples, withDatabase } from '../options';

const DIRECTIONS = ['up', 'down'] as const;

interface Options extends Pick<LocalOptions, 'database' | 'demo'> {
  readonly yes?: boolean;
}

/** The answer to a question on the terminal; null if the user ends the input instead. */
async function answerTo(question: string, interrupted: () => void): Promise<string | null> {
  const { createInterface } = await import('node:readline');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve) => {
    terminal.on('SIGINT', () => {
      interrupted();
      terminal.close();
    });
    terminal.once('close', () => resolve(null));
    terminal.question(question, (answer) => {
      resolve(answer);
      terminal.close();
    });
  });
}

/** Throws CommandFailure if the user does not agree, or cannot be asked. */
async function assertAgreed(): Promise<void> {
  const { CommandFailure, EXIT } = await import('../failure.js');
  if (!process.stdin.isTTY)
    throw new CommandFailure('This would remove all systems, mappings and runs. Add --yes to confirm.');
  let exitCode: number = EXIT.couldNotRun;
  const question = 'This removes all systems, mappings and runs. Type "yes" to continue: ';
  const answer = await answerTo(question, () => (exitCode = EXIT.interrupted));
  // Ends the line of the question, where the cursor still is.
  if (answer === null) process.stderr.write('\n');
  if (answer?.trim().toLowerCase() !== 'yes') throw new CommandFailure('Nothing was removed.', exitCode);
}

async function migrate(direction: (typeof DIRECTIONS)[number], { yes, ...options }: Options): Promise<void> {
  const [{ migrateDown, migrateUp, withoutPassword }, { openReachable }, { localSettings }, { note, print }] =
    await Promise.all([
      import('../../database/index.js'),
      import('../../server/services.js'),
      import('../localSettings.js'),
      import('../output/output.js'),
    ]);
  const { databaseUrl } = localSettings({ ...options, mayCreate: direction === 'up' });
  const database = await openReachable(databaseUrl);
  try {
    note(`Database: ${withoutPassword(databaseUrl)}`);
    if (direction === 'down' && !yes) await assertAgreed();
    const names = await (direction === 'up' ? migrateUp : migrateDown)(database);
    await print(...(names.length > 0 ? names : ['Nothing to do.']));
  } finally {
    await database.close();
  }
}

export function addMigrate(program: Command): void {
  withDatabase(program.command('migrate').summary('create or remove nsync’s own tables'))
    .description(
      'Creates nsync’s own tables, or brings them up to date. Commands that need the tables do this themselves. "down" removes the tables.',
    )
    .addArgument(new Argument('[direction]', '"down" removes the tables with all systems, mappings and runs').choices(DIRECTIONS).default('up'))
    .option('-y, --yes', 'remove the tables without asking')
    .addHelpText(
      'after',
      examples(
        ['migrate --database mysql://user@db.example/app', 'Create the tables before the first sync'],
        ['migrate down --yes', 'Remove all systems, mappings and runs'],
      ),
    )
    .action(migrate); // prettier-ignore
}
