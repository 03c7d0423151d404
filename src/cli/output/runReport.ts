/** A run as a command prints it: its state, its counts, its problems, and what it changed. */
import {
  ModelRelationsDocument,
  type OutcomeFragment,
  type RowStatus,
  type RunFragment,
  RunOutcomesDocument,
  type Severity,
} from '../../../schema/operations/generated';
import type { Door } from '../doors/door';
import { pagesOf } from '../pages';
import { type DiffContext, diffLines } from './diff';
import { note, type OutputOptions, print, printJson } from './output';
import { groupLines, groupTitle, problemLine } from './problems';
import { clock } from './progress';
import { type Column, Table } from './table';
import { paint, printable } from './text';

export interface ReportOptions extends OutputOptions {
  /** Every row that changed something, too. */
  readonly changes?: boolean;
  /** Warnings count as failures. */
  readonly strict?: boolean;
}

interface Filter {
  readonly statuses?: RowStatus[];
  readonly severity?: Severity;
}

const COUNTS = ['rows', 'created', 'updated', 'unchanged', 'deleted', 'unlinked', 'skipped', 'failed', 'warnings'] as const; // prettier-ignore
/** Counts that have no column where all are 0. */
const RARE: ReadonlySet<(typeof COUNTS)[number]> = new Set(['unlinked', 'skipped', 'warnings']);

/** Outcomes among which the first rows of each kind of problem are looked for. */
const EXAMPLES = 500;

async function* outcomesOf(door: Door, id: string, filter: Filter, most = Infinity): AsyncGenerator<OutcomeFragment> {
  const pages = pagesOf(door, most, async (first, after) => {
    const { run } = await door.ask(RunOutcomesDocument, { id, first, after, ...filter });
    if (!run) throw new Error(`run ${id} was removed meanwhile`);
    return run.outcomes;
  });
  for await (const { nodes } of pages) yield* nodes;
}

/** Seconds that a run took; null while it runs. */
export const secondsOf = ({ startedAt, finishedAt }: Pick<RunFragment, 'startedAt' | 'finishedAt'>): string | null =>
  finishedAt === null ? null : ((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000).toFixed(1);

/** The state of a run, and how far one is that is at work: `RUNNING 62%`. */
export function statusOf({ status, progress }: Pick<RunFragment, 'status' | 'progress'>): string {
  if (!progress?.rowsTotal) return status;
  return `${status} ${Math.floor((100 * progress.rowsDone) / progress.rowsTotal)}%`;
}

/** `syncing · 120,000 of about 200,000 rows · 15,000 rows/s · 0:05 left`. */
function progressParts({ progress }: RunFragment): string[] {
  if (!progress) return [];
  const { phase, rowsDone, rowsTotal, rowsPerSecond, secondsLeft } = progress;
  const format = (count: number): string => Math.round(count).toLocaleString('en');
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

function countsTable(run: RunFragment): string[] {
  const { sources } = run;
  const columns: Column<RunFragment['sources'][number]>[] = [
    { title: 'System', value: ({ system }) => system.name },
    { title: 'Model', value: ({ model }) => model },
    ...(sources.some(({ file }) => file !== null)
      ? [{ title: 'File', value: ({ file }: { file: string | null }) => file }]
      : []),
    ...COUNTS.filter((count) => !RARE.has(count) || run.counts[count] > 0).map((count) => ({
      title: `${count.slice(0, 1).toUpperCase()}${count.slice(1)}`,
      value: ({ counts }: RunFragment['sources'][number]) => counts[count],
    })),
  ];
  return new Table(columns).lines(sources.length > 1 ? [...sources, total(run)] : sources);
}

async function problemLines(door: Door, run: RunFragment): Promise<string[]> {
  const examples: OutcomeFragment[] = [];
  for (const severity of ['ERROR', 'WARNING'] as const)
    if (run.problemGroups.some((group) => group.severity === severity))
      for await (const outcome of outcomesOf(door, run.id, { severity }, EXAMPLES)) examples.push(outcome);
  const errorsFirst = [...run.problemGroups].sort((a, b) =>
    a.severity < b.severity ? -1 : a.severity > b.severity ? 1 : 0,
  );
  return [...run.problems.map(problemLine), ...errorsFirst.flatMap((group) => groupLines(group, examples))];
}

async function diffContext(door: Door, { sources }: RunFragment): Promise<DiffContext> {
  const { models } = await door.ask(ModelRelationsDocument, {});
  const relations = new Map(
    models.map((model) => [model.name, new Map(model.relations.map((it) => [it.name, it.kind]))]),
  );
  return {
    modelOf: ({ file }) => (sources.find((source) => source.file === file) ?? sources[0])?.model ?? '',
    isToMany: (model, field) => /MANY$/.test(relations.get(model)?.get(field) ?? ''),
  };
}

async function printChanges(door: Door, run: RunFragment): Promise<void> {
  const context = await diffContext(door, run);
  const statuses: RowStatus[] = ['CREATED', 'UPDATED', 'DELETED', 'UNLINKED'];
  let isAny = false;
  for await (const outcome of outcomesOf(door, run.id, { statuses })) {
    // An object that a dry run made has no id that stays.
    const shown = run.dryRun && outcome.status === 'CREATED' ? { ...outcome, objectId: null } : outcome;
    await print(...diffLines(shown, context, run.sources.length > 1));
    isAny = true;
  }
  if (isAny) await print('');
}

/** JSON lines: outcomes as `{"outcome": …}`, the run last, as `{"run": …}`. */
async function printAsJson(door: Door, run: RunFragment, changes: boolean | undefined): Promise<void> {
  for await (const outcome of outcomesOf(door, run.id, changes ? {} : { statuses: ['FAILED'] }))
    await printJson({ outcome });
  await printJson({ run });
}

/** Failed rows, columns that were ignored, and with `strict` every other warning, on stderr. */
function noteProblems({ problems, problemGroups }: RunFragment, strict: boolean): void {
  for (const { code, message } of problems) note(`${code}: ${message}`);
  for (const group of problemGroups)
    if (strict || group.severity === 'ERROR') note(`${groupTitle(group)}: ${group.message}`);
}

/** With `quiet` only problems are printed. */
export async function printRun(
  door: Door,
  run: RunFragment,
  { json, quiet, strict = false, changes }: ReportOptions,
): Promise<void> {
  if (json) return printAsJson(door, run, changes);
  if (quiet) {
    noteProblems(run, strict);
    return;
  }
  if (changes) await printChanges(door, run);
  await print(paint('bold', printable(headline(run))), '', ...countsTable(run));
  const problems = await problemLines(door, run);
  if (problems.length > 0) await print('', ...problems);
}
