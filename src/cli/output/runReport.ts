/** Prints a run: its status, counts, problems and changes. */
import {
  ModelRelationsDocument,
  type OutcomeFragment,
  type RowStatus,
  type RunFragment,
  RunOutcomesDocument,
  type Severity,
} from '../../../schema/operations/generated';
import type { Transport } from '../transports/transport';
import { pagesOf } from '../pages';
import { type DiffContext, diffLines } from './diff';
import { note, type OutputOptions, print, printJson } from './output';
import { groupLines, groupTitle, problemLine } from './problems';
import { clock } from './progress';
import { printTable } from './printTable';
import type { Column } from './table';
import { grouped, paint, printable } from './text';

export interface ReportOptions extends OutputOptions {
  /** Whether every row that changed something is printed. */
  readonly changes?: boolean;
  /** Whether warnings count as failures. */
  readonly strict?: boolean;
}

interface Filter {
  readonly statuses?: RowStatus[];
  readonly severity?: Severity;
}

const COUNTS = ['rows', 'created', 'updated', 'unchanged', 'deleted', 'unlinked', 'skipped', 'failed', 'warnings'] as const; // prettier-ignore
/** Counts whose columns are omitted if all values are 0. */
const RARE: ReadonlySet<(typeof COUNTS)[number]> = new Set(['unlinked', 'skipped', 'warnings']);

/** The number of outcomes that are searched for the first rows of each problem group. */
const EXAMPLES = 500;

async function* outcomesOf(
  transport: Transport,
  id: string,
  filter: Filter,
  most = Infinity,
): AsyncGenerator<OutcomeFragment> {
  const pages = pagesOf(transport, most, async (first, after) => {
    const { run } = await transport.ask(RunOutcomesDocument, { id, first, after, ...filter });
    if (!run) throw new Error(`run ${id} was removed meanwhile`);
    return run.outcomes;
  });
  for await (const { nodes } of pages) yield* nodes;
}

/** The duration of a run in seconds, such as `1,234.5`; null while it runs. */
export const secondsOf = ({ startedAt, finishedAt }: Pick<RunFragment, 'startedAt' | 'finishedAt'>): string | null =>
  finishedAt === null ? null : grouped((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000, 1);

/** The status of a run, with its progress while it works: `RUNNING 62%`. */
export function statusOf({ status, progress }: Pick<RunFragment, 'status' | 'progress'>): string {
  if (!progress?.rowsTotal) return status;
  return `${status} ${Math.floor((100 * progress.rowsDone) / progress.rowsTotal)}%`;
}

/** `syncing · 120,000 of about 200,000 rows · 15,000 rows/s · 0:05 left`. */
function progressParts({ progress }: RunFragment): string[] {
  if (!progress) return [];
  const { phase, rowsDone, rowsTotal, rowsPerSecond, secondsLeft } = progress;
  const format = (count: number): string => grouped(Math.round(count));
  return [
    phase.toLowerCase(),
    rowsTotal === null ? `${format(rowsDone)} rows` : `${format(rowsDone)} of about ${format(rowsTotal)} rows`,
    ...(rowsPerSecond === null ? [] : [`${format(rowsPerSecond)} rows/s`]),
    ...(secondsLeft === null ? [] : [`${clock(secondsLeft)} left`]),
  ];
}

function headline(run: RunFragment): string {
  const seconds = secondsOf(run);
  return [
    `Run ${run.id}`,
    run.status,
    ...progressParts(run),
    ...(run.dryRun ? ['dry run: nothing was changed'] : []),
    ...(seconds === null ? [] : [`${seconds} s`]),
  ].join(' · ');
}

const total = ({ counts }: RunFragment): RunFragment['sources'][number] => ({
  system: { name: 'Total' },
  model: '',
  file: null,
  counts,
});

function printCounts(run: RunFragment): Promise<void> {
  const { sources } = run;
  const columns: Column<RunFragment['sources'][number]>[] = [
    { title: 'System', value: ({ system }) => system.name },
    { title: 'Model', value: ({ model }) => model },
    ...(sources.some(({ file }) => file !== null)
      ? [{ title: 'File', value: ({ file }: { file: string | null }) => file }]
      : []),
    ...COUNTS.filter((count) => !RARE.has(count) || run.counts[count] > 0).map((count) => ({
      title: `${count.slice(0, 1).toUpperCase()}${count.slice(1)}`,
      spare: run.counts[count] > 0 ? undefined : 1,
      value: ({ counts }: RunFragment['sources'][number]) => counts[count],
    })),
  ];
  return printTable(columns, sources.length > 1 ? [...sources, total(run)] : sources);
}

async function problemLines(transport: Transport, run: RunFragment): Promise<string[]> {
  const examples: OutcomeFragment[] = [];
  for (const severity of ['ERROR', 'WARNING'] as const)
    if (run.problemGroups.some((group) => group.severity === severity))
      for await (const outcome of outcomesOf(transport, run.id, { severity }, EXAMPLES)) examples.push(outcome);
  const errorsFirst = [...run.problemGroups].sort((a, b) =>
    a.severity < b.severity ? -1 : a.severity > b.severity ? 1 : 0,
  );
  return [...run.problems.map(problemLine), ...errorsFirst.flatMap((group) => groupLines(group, examples))];
}

async function diffContext(transport: Transport, { sources }: RunFragment): Promise<DiffContext> {
  const { models } = await transport.ask(ModelRelationsDocument, {});
  const relations = new Map(
    models.map((model) => [model.name, new Map(model.relations.map((it) => [it.name, it.kind]))]),
  );
  return {
    modelOf: ({ file }) => (sources.find((source) => source.file === file) ?? sources[0])?.model ?? '',
    isToMany: (model, field) => /MANY$/.test(relations.get(model)?.get(field) ?? ''),
  };
}

async function printChanges(transport: Transport, run: RunFragment): Promise<void> {
  const context = await diffContext(transport, run);
  const statuses: RowStatus[] = ['CREATED', 'UPDATED', 'DELETED', 'UNLINKED'];
  let isAny = false;
  for await (const outcome of outcomesOf(transport, run.id, { statuses })) {
    // The id of an object that a dry run created does not exist afterwards.
    const shown = run.dryRun && outcome.status === 'CREATED' ? { ...outcome, objectId: null } : outcome;
    await print(...diffLines(shown, context, run.sources.length > 1));
    isAny = true;
  }
  if (isAny) await print('');
}

/** JSON lines: outcomes as `{"outcome": …}`, the run last, as `{"run": …}`. */
async function printAsJson(transport: Transport, run: RunFragment, changes: boolean | undefined): Promise<void> {
  for await (const outcome of outcomesOf(transport, run.id, changes ? {} : { statuses: ['FAILED'] }))
    await printJson({ outcome });
  await printJson({ run });
}

/** Notes failed rows and ignored columns on stderr. With `strict`, also all other warnings. */
function noteProblems({ problems, problemGroups }: RunFragment, strict: boolean): void {
  for (const { code, message } of problems) note(`${code}: ${message}`);
  for (const group of problemGroups)
    if (strict || group.severity === 'ERROR') note(`${groupTitle(group)}: ${group.message}`);
}

/** Prints a run. With `quiet`, prints only problems. */
export async function printRun(
  transport: Transport,
  run: RunFragment,
  { json, quiet, strict = false, changes }: ReportOptions,
): Promise<void> {
  if (json) return printAsJson(transport, run, changes);
  if (quiet) {
    noteProblems(run, strict);
    return;
  }
  if (changes) await printChanges(transport, run);
  await print(paint('bold', printable(headline(run))), '');
  await printCounts(run);
  const problems = await problemLines(transport, run);
  if (problems.length > 0) await print('', ...problems);
}
