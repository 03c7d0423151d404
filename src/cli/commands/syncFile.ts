/** `nsync sync-file` */
import type { Command } from 'commander';
import { examples } from '../options';
import { type SyncCommandOptions, syncInput, withSync } from '../syncOptions';

async function syncFile(system: string, model: string, path: string, options: SyncCommandOptions): Promise<void> {
  const [{ SyncFileDocument }, { inputFile }, { runSync }] = await Promise.all([
    import('../../../schema/operations/generated.js'),
    import('../inputFile.js'),
    import('../sync.js'),
  ]);
  await runSync(
    {
      document: SyncFileDocument,
      variables: { input: { ...syncInput(options), system, model, file: null } },
      files: new Map([['input.file', await inputFile(path)]]),
    },
    ({ syncCsv }) => syncCsv.run,
    options,
  );
}

export function addSyncFile(program: Command): void {
  withSync(program.command('sync-file').alias('syncfile').summary('sync a CSV file'))
    .description('Syncs a CSV file with rows of one external system for one model.')
    .argument('<system>', 'the external system that sends the rows: HRSystem')
    .argument('<model>', 'the model of the rows: Person')
    .argument('<file>', 'a CSV file, which may be gzipped (.gz); - reads stdin')
    .addHelpText(
      'after',
      examples(
        ['sync-file HRSystem Person persons.csv', 'Sync a file that has action flags and match_on in its rows'],
        ['sync-file HRSystem Person persons.csv --flags cu --match-on employee_id --dry-run', 'Preview what a file without action flags would change'],
        ['sync-file Payroll Person - --column "Emp No=employee_id" --server http://127.0.0.1:4000 < export.csv', 'Send the output of another program to a server'],
        ['sync-file HRSystem Person persons.csv.gz --on-error continue --quiet', 'From cron: print failed rows, keep the others'],
      ),
    )
    .action(syncFile); // prettier-ignore
}
