/** Runs and outcomes, as the library returns them. */
import { sumCounts } from '../api/types/runs';
import type { Database } from '../database';
import {
  type OutcomeFilter,
  type OutcomeRecord,
  outcomesPage,
  type RunCounts,
  type RunRecord,
  type RunRecords,
  type SourceRecord,
} from '../records';

export interface SyncRunSource {
  readonly system: string;
  readonly model: string;
  readonly file: string | null;
  readonly counts: RunCounts;
}

export interface SyncRun extends RunRecord {
  readonly sources: readonly SyncRunSource[];
  /** The counts of all sources together. */
  readonly counts: RunCounts;
  /** Whether the call repeats an earlier one with the same idempotency key, whose run this is. */
  readonly replayed: boolean;
}

const PAGE = 1000;

/** A run with the records of its sources. */
export const syncRun = (record: RunRecord, sources: readonly SourceRecord[], replayed = false): SyncRun => ({
  ...record,
  sources: sources.map(({ systemName, model, file, counts }) => ({ system: systemName, model, file, counts })),
  counts: sumCounts(sources.map(({ counts }) => counts)),
  replayed,
});

/** Returns a run by its id; null if no run has the id. */
export async function readRun(runs: RunRecords, id: string): Promise<SyncRun | null> {
  const [record] = await runs.byIds([id]);
  return record ? syncRun(record, await runs.sourcesOf([id])) : null;
}

/** Streams the recorded outcomes of a run page by page, in the order of sources and rows. */
export async function* readOutcomes(
  { reader }: Database,
  runId: string,
  filter: OutcomeFilter,
): AsyncGenerator<OutcomeRecord> {
  for (let after: string | null = null; ;) {
    const { items, hasNextPage }: Awaited<ReturnType<typeof outcomesPage>> = await outcomesPage(reader, runId, filter, {
      first: PAGE,
      after,
    });
    yield* items;
    if (!hasNextPage) return;
    after = items.at(-1)?.id ?? null;
  }
}
