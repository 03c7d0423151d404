/** The commands of `nsync`. What they work with is loaded when one runs, so that help comes at once. */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { packagePath } from '../packageFiles';
import { addCancel } from './commands/cancel';
import { addCompletion } from './commands/completion';
import { addMappings } from './commands/mappings';
import { addMigrate } from './commands/migrate';
import { addModels } from './commands/models';
import { addObject } from './commands/object';
import { addPrune } from './commands/prune';
import { addRun } from './commands/run';
import { addRuns } from './commands/runs';
import { addServe } from './commands/serve';
import { addSyncFile } from './commands/syncFile';
import { addSyncFiles } from './commands/syncFiles';
import { addSystems } from './commands/systems';
import { examples } from './options';

/** In the order of the help. */
const COMMANDS = [addServe, addSyncFile, addSyncFiles, addRuns, addRun, addCancel, addPrune, addMappings, addObject, addSystems, addModels, addMigrate, addCompletion]; // prettier-ignore

const version = (): string =>
  (JSON.parse(readFileSync(packagePath('package.json'), 'utf8')) as { version: string }).version;

export function makeProgram(): Command {
  const program = new Command('nsync')
    .description('Keeps one database in step with several outside systems.')
    .version(version())
    .exitOverride()
    .showSuggestionAfterError()
    .addHelpText(
      'after',
      `${examples(
        ['serve', 'A demo server with a playground'],
        ['sync-file HRSystem Person persons.csv --dry-run', 'See what a file would change'],
        ['runs --server http://127.0.0.1:4000', 'What a server has done'],
      )}
Exit codes: 0 done, 1 rows failed (--strict: or have warnings, or no row had action flags), 2 could not run.`,
    );
  for (const add of COMMANDS) add(program);
  return program;
}
