/** `nsync sync-file` */
import type { Command } from 'commander';
import type { ColumnInput } from '../../../schema/operations/generated';
import { examples, RepeatableOption } from '../options';
import { columnName, type SyncCommandOptions, syncInput, withSync } from '../syncOptions';

interface Options extends SyncCommandOptions {
  readonly column?: readonly ColumnInput[];
  readonly ignore?: readonly string[];
}

async function syncFile(system: string, model: string, path: string, options: Options): Promise<void> {
  const [{ SyncFileDocument }, { inputFile }, { runSync }] = await Promise.all([
    import('../../../schema/operations/generated.js'),
    import('../inputFile.js'),
    import('../sync.js'),
  ]);
  const columns = [...(options.column ?? []), ...(options.ignore ?? []).map((header) => ({ header, ignore: true }))];
  await runSync(
    {
      document: SyncFileDocument,
      variables: { input: { ...syncInput(options), system, model, columns, file: null } },
      files: new Map([['input.file', await inputFile(path)]]),
    },
    ({ syncCsv }) => syncCsv.run,
    options,
  );
}

export function addSyncFile(program: Command): void {
  withSync(program.command('sync-file').alias('syncfile').summary('sync a CSV file'))
    .description('Syncs a CSV file: rows of one system for one model.')
    .argument('<system>', 'the system that the rows come from: HRSystem')
    .argument('<model>', 'the model that they are for: Person')
    .argument('<file>', 'a CSV file, packed (.gz) or not; - is stdin')
    .addOption(new RepeatableOption('--column <header=name>', 'a column of another name').gathering(columnName))
    .addOption(new RepeatableOption('--ignore <header>', 'a column to leave out').gathering(String))
    .addHelpText(
      'after',
      examples(
        ['sync-file HRSystem Person persons.csv', 'Sync a file that says what each row may do'],
        ['sync-file HRSystem Person persons.csv --flags cu --match-on employee_id --dry-run', 'See what a plain file would change'],
        ['sync-file Payroll Person - --column "Emp No=employee_id" --server http://127.0.0.1:4000 < export.csv', 'Send what another program writes to a server'],
        ['sync-file HRSystem Person persons.csv.gz --on-error continue --quiet', 'From cron: failed rows are told, the others stay'],
      ),
    )
    .action(syncFile); // prettier-ignore
}
