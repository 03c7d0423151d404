/** Options of syncs: how files are read, and how a run goes about its rows. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type {
  ColumnInput,
  ErrorPolicy,
  MatchConflictPolicy,
  RowAction,
  SyncCsvInput,
  SyncOptionsInput,
  UnknownFieldPolicy,
  UnresolvedReferencePolicy,
} from '../../schema/operations/generated';
import type { DoorOptions } from './doors/open';
import { choice, RepeatableOption, wholeNumber, withDoor, withOutput } from './options';
import type { ReportOptions } from './output/runReport';

export interface SyncCommandOptions extends DoorOptions, ReportOptions {
  readonly flags?: string;
  readonly matchOn?: readonly string[];
  readonly delimiter?: string;
  readonly escape?: string;
  readonly encoding?: string;
  readonly nullMarker?: string;
  readonly listDelimiter?: string;
  readonly onError: Lowercase<ErrorPolicy>;
  readonly onMatchConflict: Lowercase<MatchConflictPolicy>;
  readonly onUnresolvedReference: Lowercase<UnresolvedReferencePolicy>;
  readonly order?: RowAction[];
  readonly createSystem: boolean;
  readonly onUnknownField: Lowercase<UnknownFieldPolicy>;
  readonly minRows?: number;
  readonly dryRun?: boolean;
}

const ACTIONS: readonly RowAction[] = ['CREATE', 'UPDATE', 'DELETE'];

function actionOrder(given: string): RowAction[] {
  const order = given.split(',').map((word) => ACTIONS.find((action) => action === word.trim().toUpperCase()));
  if (order.length !== ACTIONS.length || !ACTIONS.every((action) => order.includes(action)))
    throw new InvalidArgumentError('It names create, update and delete, each once: create,update,delete.');
  return order.flatMap((action) => action ?? []);
}

/** `Employee No=employee_id` */
export function columnName(given: string): ColumnInput {
  // A reference has the sign too: owner=>employee_id.
  // eslint-disable-next-line regexp/no-super-linear-backtracking -- an argument of the user's own
  const [, header = '', name = ''] = /^(.+?)=(?!>)(.+)$/.exec(given) ?? [];
  if (!name) throw new InvalidArgumentError('It looks like "Employee No=employee_id".');
  return { header, name };
}

/** Everything that both syncs have. */
export function withSync(command: Command): Command {
  withOutput(withDoor(command), 'print only failures and ignored columns, on stderr');
  return command
    .option('--dry-run', 'change nothing, and print what would change: + ~ -, before -> after')
    .option('--changes', 'print what changed')
    .addOption(choice('--on-error <policy>', 'what happens to the run if a row fails', ['rollback', 'continue']))
    .addOption(choice('--on-match-conflict <policy>', 'if match and key find two objects', ['delete', 'fail']))
    .addOption(
      choice('--on-unresolved-reference <policy>', 'if a reference finds no object, or several', ['warn', 'fail']),
    )
    .addOption(
      choice('--on-unknown-field <policy>', 'if a column is unknown: warn, or refuse the call', ['warn', 'fail']),
    )
    .addOption(new Option('--min-rows <number>', 'refuse the call if it has fewer rows').argParser(wholeNumber))
    .option('--strict', 'exit with 1 if there is any warning')
    .addOption(
      new Option('--order <actions>', 'all rows’ creates first, then …: create,update,delete').argParser(actionOrder),
    )
    .option('--no-create-system', 'refuse a system that is not known')
    .option('--flags <flags>', 'action flags of lines that have none: cu, u*, d')
    .addOption(new RepeatableOption('--match-on <names>', 'match_on of lines that have none').gathering(String))
    .option('--delimiter <character>', 'what separates cells: ";", tab (default: found from the first lines)')
    .option('--escape <character>', 'escapes a quote within quotes: \\ (default: a doubled quote)')
    .option('--encoding <name>', 'utf-8, latin1, windows-1252, … (default: utf-8)')
    .option('--null-marker <text>', 'a cell equal to it is an explicit null')
    .option('--list-delimiter <text>', 'splits the cells of many-to-many columns');
}

const upper = <T extends string>(word: T): Uppercase<T> => word.toUpperCase() as Uppercase<T>;

const runOptions = (options: SyncCommandOptions): SyncOptionsInput => ({
  onError: upper(options.onError),
  onMatchConflict: upper(options.onMatchConflict),
  onUnresolvedReference: upper(options.onUnresolvedReference),
  createExternalSystem: options.createSystem,
  onUnknownField: upper(options.onUnknownField),
  minRows: options.minRows ?? null,
  dryRun: options.dryRun ?? false,
  order: options.order ?? null,
});

/** The part of an input that says how files are read and run. */
export const syncInput = (options: SyncCommandOptions): Pick<SyncCsvInput, 'defaults' | 'format' | 'options'> => ({
  defaults: { actionFlags: options.flags ?? null, matchOn: options.matchOn ? [...options.matchOn] : null },
  format: {
    delimiter: options.delimiter ?? null,
    escape: options.escape ?? null,
    encoding: options.encoding ?? 'utf-8',
    nullMarker: options.nullMarker ?? null,
    listDelimiter: options.listDelimiter ?? null,
  },
  options: runOptions(options),
});
