/** R17b: tries blocked rows again after the other rows, until nothing changes any more. */
import type { PlannedOutcome } from '../plan/operations';
import type { Instruction } from '../read/instruction';
import type { BlockedRow } from './blockedRows';
import type { ChunkContext } from './chunkContext';
import type { ChunkStore } from './chunkStore';
import { exchange } from './exchange';
import { Expectations } from './expectations';
import { processRows } from './processRows';

/** A source of the pass, after its rows have been processed. */
export interface RetriedSource {
  readonly context: ChunkContext;
  readonly store: ChunkStore;
}

interface RetriedOutcomes<Source> {
  readonly source: Source;
  readonly outcomes: readonly PlannedOutcome[];
}

async function* inBatches(rows: readonly BlockedRow[], size: number): AsyncGenerator<readonly Instruction[]> {
  for (let start = 0; start < rows.length; start += size)
    yield rows.slice(start, start + size).map(({ instruction }) => instruction);
}

/** Tries each blocked row of a source once more, alone. Rows that others wait for go first. */
async function* tryAgain({ context, store }: RetriedSource): AsyncGenerator<readonly PlannedOutcome[]> {
  const rows = context.blocked.take().flat();
  const expectations = new Expectations('NONE');
  const again: ChunkContext = { ...context, expectations, lookahead: 'NONE' };
  yield* processRows(again, store, inBatches(rows, context.chunkSize), { findConflicts: true });
}

/** Carries out groups of rows that wait for each other. */
async function* exchangeAll({ context, store }: RetriedSource): AsyncGenerator<readonly PlannedOutcome[]> {
  const { blocked } = context;
  for (const group of blocked.take()) {
    const outcomes = group.length > 1 ? await exchange(context, store, group) : null;
    if (outcomes) yield outcomes;
    else for (const row of group) blocked.putBack(row);
  }
}

async function* failAll({ context, store }: RetriedSource): AsyncGenerator<readonly PlannedOutcome[]> {
  const outcomes = context.blocked.all
    // The rows wait no longer.
    .map(({ outcome }) => ({ ...outcome, blocked: undefined }))
    .sort((one, other) => one.row.number - other.row.number);
  for (let start = 0; start < outcomes.length; start += context.chunkSize) {
    const some = outcomes.slice(start, start + context.chunkSize);
    await store.atomically((tx) => tx.record(some));
    yield some;
  }
}

/** Yields the outcomes of all blocked rows of the sources. */
export async function* retryBlocked<Source extends RetriedSource>(
  sources: readonly Source[],
): AsyncGenerator<RetriedOutcomes<Source>> {
  const waiting = (): Source[] => sources.filter(({ context }) => context.blocked.length > 0);
  for (let isProgress = true; isProgress;) {
    isProgress = false;
    for (const attempt of [tryAgain, exchangeAll]) {
      if (isProgress) break;
      for (const source of waiting())
        for await (const outcomes of attempt(source)) {
          isProgress = true;
          yield { source, outcomes };
        }
    }
  }
  for (const source of waiting()) for await (const outcomes of failAll(source)) yield { source, outcomes };
}
