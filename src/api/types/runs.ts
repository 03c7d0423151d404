/** Runs: their sources, counts and progress, and the results of the mutations that start, stop and remove runs. */
import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import type { RunCounts as Counts, RunError as RunErrorRecord } from '../../records';
import { RunPhase, RunStatus } from '../enums';
import { DateTime } from '../scalars';
import { Problem, ProblemGroup, RowOutcome } from './outcomes';
import { connectionOf } from './pages';

@ObjectType({ description: 'The results of rows, counted.' })
export class RunCounts {
  @Field(() => Int, { description: 'All rows.' })
  rows!: number;

  @Field(() => Int, { description: 'Rows that created their object.' })
  created!: number;

  @Field(() => Int, { description: 'Rows that changed their object.' })
  updated!: number;

  @Field(() => Int, { description: 'Rows whose object already had all the values.' })
  unchanged!: number;

  @Field(() => Int, { description: 'Deleted objects: those of rows, and those in `alsoDeleted`.' })
  deleted!: number;

  @Field(() => Int, { description: 'Rows that removed only their mapping.' })
  unlinked!: number;

  @Field(() => Int, { description: 'Rows that did nothing.' })
  skipped!: number;

  @Field(() => Int, { description: 'Rows that failed.' })
  failed!: number;

  @Field(() => Int, { description: 'Warnings. A row can have several.' })
  warnings!: number;
}

/** Adds up the counts of several sources. */
export function sumCounts(all: readonly Counts[]): RunCounts {
  const sum = new RunCounts();
  for (const key of [
    'rows',
    'created',
    'updated',
    'unchanged',
    'deleted',
    'unlinked',
    'skipped',
    'failed',
    'warnings',
  ] as const)
    sum[key] = all.reduce((total, counts) => total + counts[key], 0);
  return sum;
}

@ObjectType({ description: 'The rows of one system for one model in a run.' })
export class RunSource {
  id!: string;

  systemId!: number | null;

  systemName!: string;

  runStartedAt!: Date;

  @Field(() => String, { description: 'The model of the rows.' })
  model!: string;

  @Field(() => String, { nullable: true, description: 'The file’s name.' })
  file!: string | null;

  @Field(() => RunCounts, { description: 'The results of the source’s rows, counted.' })
  counts!: Counts;
}

@ObjectType({ description: 'The progress of a run.' })
export class RunProgress {
  @Field(() => RunPhase, { description: 'The current step.' })
  phase!: keyof typeof RunPhase;

  @Field(() => Int, {
    description: 'Rows that are done. With `order`, each pass over the rows counts for a part of a row.',
  })
  rowsDone!: number;

  @Field(() => Int, { nullable: true, description: 'The estimated number of rows; null if unknown.' })
  rowsTotal!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'The average rows per second since the first row; null before the first row.',
  })
  rowsPerSecond!: number | null;

  @Field(() => Float, { nullable: true, description: 'The estimated remaining seconds; null if unknown.' })
  secondsLeft!: number | null;
}

@ObjectType({ description: 'The error that ended a run: the error of its call.' })
class RunError {
  @Field(() => String, { description: 'The code, as in `extensions.code` of an error of a call.' })
  code!: string;

  @Field(() => String, { description: 'What happened.' })
  message!: string;
}

@ObjectType({ description: 'A run: one sync call, its sources and the results of their rows.' })
export class SyncRun {
  @Field(() => ID, { description: 'The run’s number.' })
  id!: string;

  @Field(() => RunStatus, { description: 'The state of the run.' })
  status!: keyof typeof RunStatus;

  @Field(() => Boolean, { description: 'Whether the run is a preview that changed nothing.' })
  dryRun!: boolean;

  @Field(() => DateTime, { description: 'When the call arrived.' })
  startedAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When the run finished.' })
  finishedAt!: Date | null;

  @Field(() => RunProgress, { nullable: true, description: 'The progress; null once the run has finished.' })
  progress!: RunProgress | null;

  @Field(() => [Problem], { description: 'Problems of columns and of the whole run, each reported once (R16, R20).' })
  problems!: readonly Problem[];

  @Field(() => [ProblemGroup], { description: 'Problems of rows, grouped by kind. The most frequent kind is first.' })
  problemGroups!: readonly ProblemGroup[];

  @Field(() => String, {
    nullable: true,
    description: 'The name of the caller that started the run: `viewer.name`. Null without authentication.',
  })
  startedBy!: string | null;

  @Field(() => RunError, {
    nullable: true,
    description: 'The error that ended the run. Null if the run ended otherwise, or has not ended.',
  })
  error!: RunErrorRecord | null;

  @Field(() => Boolean, {
    description:
      'Whether the call repeats an earlier one with the same idempotency key, whose run this is (R49). False outside of the answer of a sync.',
  })
  replayed!: boolean;
}

@ObjectType({ description: 'The result of `syncRows`.' })
export class SyncRowsPayload {
  @Field(() => SyncRun, { description: 'The run.' })
  run!: SyncRun;

  @Field(() => [RowOutcome], { description: 'The outcomes, one per row, in row order.' })
  outcomes!: RowOutcome[];
}

@ObjectType({ description: 'The result of `syncCsv` and `syncCsvFiles`.' })
export class SyncCsvPayload {
  @Field(() => SyncRun, { description: 'The run.' })
  run!: SyncRun;
}

@ObjectType({ description: 'The result of `cancelRun`.' })
export class CancelRunPayload {
  @Field(() => SyncRun, {
    description: 'The run. Its status is still `RUNNING` if the current chunk takes longer than five seconds.',
  })
  run!: SyncRun;
}

@ObjectType({ description: 'The result of `pruneRuns`.' })
export class PruneRunsPayload {
  @Field(() => Int, { description: 'The number of removed runs.' })
  runs!: number;

  @Field(() => Int, { description: 'The number of removed outcomes, including those of runs that stay.' })
  outcomes!: number;
}

export const SyncRunConnection = connectionOf(SyncRun, 'SyncRun', 'runs');
