/** The commands of `nsync`. Each loads its modules when it runs, so that help is printed at once. */
import { Command } from 'commander';
import { packageVersion } from '../packageFiles';
import { addAudit } from './commands/audit';
import { addCancel } from './commands/cancel';
import { addComplete } from './commands/complete';
import { addCompletion } from './commands/completion';
import { addDoctor } from './commands/doctor';
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
import { addToken } from './commands/token';
import { addWebhook } from './commands/webhook';
import { addWhoami } from './commands/whoami';
import { addWorker } from './commands/worker';
import { examples, withLeadingOptions } from './options';

/** In the order of the help. */
const COMMANDS = [addServe, addWorker, addSyncFile, addSyncFiles, addRuns, addRun, addCancel, addPrune, addMappings, addObject, addSystems, addModels, addToken, addWebhook, addAudit, addWhoami, addDoctor, addMigrate, addCompletion, addComplete]; // prettier-ignore

export function makeProgram(): Command {
  const program = new Command('nsync')
    .description('Synchronises rows of external systems into a database.')
    .version(packageVersion())
    .exitOverride()
    .showSuggestionAfterError()
    .addHelpText(
      'after',
      `${examples(
        ['serve --demo', 'Serve a demo database with a playground'],
        ['sync-file HRSystem Person persons.csv --dry-run', 'Preview what a file would change'],
        ['--server http://127.0.0.1:4000 runs', 'List the runs of a server'],
      )}
Exit codes:
  0    Done
  1    A row failed, or no row of a file had action flags; with --strict also: there was a warning.
       doctor: a problem was found
  2    The command could not run
  130  Stopped by Ctrl-C (SIGINT)
  143  Stopped by SIGTERM`,
    );
  withLeadingOptions(program);
  for (const add of COMMANDS) add(program);
  return program;
}
