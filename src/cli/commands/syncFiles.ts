/** `nsync sync-files` */
import type { Command } from 'commander';
import { examples } from '../options';
import { type SyncCommandOptions, syncInput, withSync } from '../syncOptions';

interface Options extends SyncCommandOptions {
  readonly pattern?: string;
  readonly smartOrder: boolean;
}

async function syncFiles(paths: readonly string[], options: Options): Promise<void> {
  const [{ SyncFilesDocument }, { inputFile }, { runSync }] = await Promise.all([
    import('../../../schema/operations/generated.js'),
    import('../inputFile.js'),
    import('../sync.js'),
  ]);
  const files = await Promise.all(paths.map((path) => inputFile(path)));
  const { pattern, smartOrder } = options;
  await runSync(
    {
      document: SyncFilesDocument,
      variables: {
        input: {
          ...syncInput(options),
          pattern: pattern ?? null,
          smartOrder,
          files: files.map(() => ({ file: null })),
        },
      },
      files: new Map(files.map((file, index) => [`input.files.${index}.file`, file])),
    },
    ({ syncCsvFiles }) => syncCsvFiles.run,
    options,
  );
}

export function addSyncFiles(program: Command): void {
  withSync(program.command('sync-files').alias('syncfiles').summary('sync several CSV files as one run'))
    .description(
      'Syncs several CSV files as one run. Their names contain the system and the model: HRSystem_app_Person.csv. All creates run first, then all updates, then all deletes.',
    )
    .argument('<file...>', 'CSV files, which may be gzipped (.gz)')
    .option('--pattern <regexp>', 'read file names with the groups external_system and model_name')
    .option('--no-smart-order', 'run file by file, row by row')
    .addHelpText(
      'after',
      examples(
        ['sync-files HRSystem_app_Person.csv Registry_app_House.csv.gz', 'Sync two files whose rows may refer to each other'],
        ["sync-files *.csv --pattern '(?<external_system>.+)-(?<model_name>.+)\\.csv'", 'Read names such as HRSystem-Person.csv'],
        ['sync-files *.csv --column "Emp No=employee_id"', 'Rename a column in each file that has it'],
        ['sync-files *.csv --dry-run --json', 'Preview what would change, as JSON lines'],
      ),
    )
    .action(syncFiles); // prettier-ignore
}
