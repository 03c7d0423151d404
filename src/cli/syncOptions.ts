/** Options of syncs: how files are read, and how their rows are synced. */
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
import type { TransportOptions } from './transports/open';
import { choice, RepeatableOption, wholeNumber, withTransport, withOutput } from './options';
import type { ReportOptions } from './output/runReport';

export interface SyncCommandOptions extends TransportOptions, ReportOptions {
  readonly column?: readonly ColumnInput[];
  readonly ignore?: readonly string[];
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
  readonly maxWait?: number;
  readonly dryRun?: boolean;
  readonly async?: boolean;
  readonly idempotencyKey?: string;
}

const ACTIONS: readonly RowAction[] = ['CREATE', 'UPDATE', 'DELETE'];

function actionOrder(given: string): RowAction[] {
  const order = given.split(',').map((word) => ACTIONS.find((action) => action === word.trim().toUpperCase()));
  if (order.length !== ACTIONS.length || !ACTIONS.every((action) => order.includes(action)))
    throw new InvalidArgumentError('Name create, update and delete, each once: create,update,delete.');
  return order.flatMap((action) => action ?? []);
}

function seconds(given: string): number {
  if (/^\d+(?:\.\d+)?$/.test(given) && Number(given) > 0) return Number(given);
  throw new InvalidArgumentError('Use a number above 0.');
}

/** `Employee No=employee_id` */
function columnName(given: string): ColumnInput {
  // A reference also contains the sign: owner=>employee_id.
  // eslint-disable-next-line regexp/no-super-linear-backtracking -- an argument of the user's own
  const [, header = '', name = ''] = /^(.+?)=(?!>)(.+)$/.exec(given) ?? [];
  if (!name) throw new InvalidArgumentError('Use header=name, such as "Employee No=employee_id".');
  return { header, name };
}

/** Adds the options of both sync commands. */
export function withSync(command: Command): Command {
  withOutput(withTransport(command), 'print only failures and ignored columns, on stderr');
  return command
    .option('--dry-run', 'change nothing; print what would change (+ create, ~ update, - delete)')
    .option('--changes', 'print what changed')
    .option('--async', 'queue the sync and print its run; a server or worker carries it out')
    .option('--flags <flags>', 'action flags of rows that have none: cu, u*, d')
    .addOption(new RepeatableOption('--match-on <names>', 'match_on of rows that have none').gathering(String))
    .addOption(new RepeatableOption('--column <header=name>', 'read a column under another name').gathering(columnName))
    .addOption(new RepeatableOption('--ignore <header>', 'leave out a column').gathering(String))
    .addOption(
      choice('--on-error <policy>', 'if a row fails, undo the run or keep the other rows', ['rollback', 'continue']),
    ) // prettier-ignore
    .addOption(
      choice('--on-match-conflict <policy>', 'if the match and the key find two objects, delete or merge the matched one, or fail', ['delete', 'merge', 'fail']), // prettier-ignore
    )
    .addOption(
      choice('--on-unresolved-reference <policy>', 'if a reference matches no object, or several: warn, or fail the row', ['warn', 'fail']), // prettier-ignore
    )
    .addOption(
      choice('--on-unknown-field <policy>', 'if a column is unknown: warn, or refuse the files', ['warn', 'fail']),
    )
    .addOption(new Option('--min-rows <number>', 'refuse files with fewer rows in total').argParser(wholeNumber))
    .addOption(
      new Option('--max-wait <seconds>', 'give up if other syncs use the models for longer').argParser(seconds),
    )
    .option('--strict', 'exit with 1 if there is any warning')
    .addOption(
      new Option('--order <actions>', 'run actions in this order over all rows: create,update,delete').argParser(
        actionOrder,
      ),
    )
    .option('--idempotency-key <key>', 'name the sync: if it is repeated with this key, it does not run again')
    .option('--no-create-system', 'refuse a system that does not exist')
    .option('--delimiter <character>', 'the character between cells: ";" or tab (default: detected)')
    .option('--escape <character>', 'the character before a quote within quotes: \\ (default: quotes are doubled)')
    .option('--encoding <name>', 'utf-8, latin1, windows-1252, … (default: utf-8)')
    .option('--null-marker <text>', 'cells equal to this text are null')
    .option('--list-delimiter <text>', 'the text between the values of a many-to-many cell');
}

const upper = <T extends string>(word: T): Uppercase<T> => word.toUpperCase() as Uppercase<T>;

const runOptions = (options: SyncCommandOptions): SyncOptionsInput => ({
  onError: upper(options.onError),
  onMatchConflict: upper(options.onMatchConflict),
  onUnresolvedReference: upper(options.onUnresolvedReference),
  createExternalSystem: options.createSystem,
  onUnknownField: upper(options.onUnknownField),
  minRows: options.minRows ?? null,
  maxWaitSeconds: options.maxWait ?? null,
  dryRun: options.dryRun ?? false,
  async: options.async ?? false,
  order: options.order ?? null,
});

/** The options of an input, for reading files and for the run. */
export const syncInput = (
  options: SyncCommandOptions,
): Pick<SyncCsvInput, 'columns' | 'defaults' | 'format' | 'idempotencyKey' | 'options'> => ({
  columns: [...(options.column ?? []), ...(options.ignore ?? []).map((header) => ({ header, ignore: true }))],
  defaults: { actionFlags: options.flags ?? null, matchOn: options.matchOn ? [...options.matchOn] : null },
  format: {
    delimiter: options.delimiter ?? null,
    escape: options.escape ?? null,
    encoding: options.encoding ?? 'utf-8',
    nullMarker: options.nullMarker ?? null,
    listDelimiter: options.listDelimiter ?? null,
  },
  idempotencyKey: options.idempotencyKey ?? null,
  options: runOptions(options),
});
