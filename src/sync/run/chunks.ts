/**
 * Takes instructions through load, plan and write, a chunk at a time. What a constraint refuses is tried again in
 * smaller chunks until the row at fault stands alone; a chunk that the planner ended early goes on where it ended.
 */
import type { Knex } from 'knex';
import { type Database, retrying } from '../../database';
import type { Model, ModelCatalog } from '../../models';
import { DatabaseReader } from '../load/chunkReader';
import { isScan, loadWorkingSet } from '../load/loader';
import type { Operation, PlannedOutcome, PlanOptions } from '../plan/operations';
import { plan } from '../plan/plan';
import type { Instruction } from '../read/instruction';
import { affectedTables } from '../write/cascades';
import { writeOperations } from '../write/writer';
import { violationProblem } from './violations';

export const CHUNK_SIZE = 1000;

export interface ChunkContext {
  readonly database: Database;
  readonly catalog: ModelCatalog;
  readonly model: Model;
  readonly systemId: number;
  readonly systemIds: ReadonlyMap<string, number>;
  readonly options: PlanOptions;
  readonly chunkSize: number;
  /** Runs the work in a transaction of its own, or in a savepoint of the run's. */
  atomically<T>(work: (trx: Knex.Transaction) => Promise<T>): Promise<T>;
  /** Sees what the run has written so far. */
  readonly reader: Knex;
  /** Keeps outcomes, in the transaction that they tell of. */
  record(trx: Knex.Transaction, outcomes: readonly PlannedOutcome[]): Promise<void>;
}

/** A hook changed what rows of the same chunk may have relied on: the chunk is undone and its rows go one by one. */
class SurprisedByHook extends Error {}

interface Attempt {
  readonly outcomes: readonly PlannedOutcome[];
}

/** Tables that the rows' working set may hold, beside the model's own. */
function tablesInUse(model: Model, instructions: readonly Instruction[]): Set<string> {
  const tables = new Set([model.table.name]);
  for (const { references, links, match } of instructions) {
    for (const { relation } of [
      ...references,
      ...links,
      ...(match ?? []).flatMap((alternative) => alternative.references),
    ]) {
      tables.add(relation.related.table.name);
      if (relation.join) tables.add(relation.join.table);
    }
  }
  return tables;
}

function deleteHasEffects({ model, catalog }: ChunkContext, instructions: readonly Instruction[]): boolean {
  if (model.referencedBy.length === 0) return false;
  const inUse = tablesInUse(model, instructions);
  return [...affectedTables(model.table.name, catalog.foreignKeys)].some((table) => inUse.has(table));
}

async function attempt(
  context: ChunkContext,
  instructions: readonly Instruction[],
  tell: { readonly loading: () => void; readonly planned: (operations: readonly Operation[]) => void },
): Promise<Attempt> {
  const { database, catalog, model, options, systemId, systemIds } = context;
  const { dialect } = database;
  return context.atomically(async (trx) => {
    const loading = loadWorkingSet(instructions, {
      reader: new DatabaseReader({ knex: trx, dialect }),
      model,
      systemId,
      systemIds,
    });
    tell.loading();
    const workingSet = await loading;
    const { operations, outcomes } = plan(
      model,
      instructions,
      workingSet,
      options,
      deleteHasEffects(context, instructions),
    );
    tell.planned(operations);
    if (operations.length > 0) {
      const surprised = await writeOperations(
        {
          trx,
          dialect,
          catalog,
          systemId,
          now: new Date().toISOString(),
          reliesOn: (of, column) => workingSet.reliesOn(of, column),
        },
        operations,
      );
      if (surprised && outcomes.length > 1) throw new SurprisedByHook();
    }
    await context.record(trx, outcomes);
    return { outcomes };
  });
}

/** How many of the instructions make the next chunk: a row that only the database can match goes alone. */
function chunkLength(instructions: readonly Instruction[], size: number): number {
  const most = Math.min(size, instructions.length);
  const scan = instructions.slice(0, most).findIndex(isScan);
  return scan < 0 ? most : Math.max(scan, 1);
}

/**
 * Yields outcomes in row order, as chunks are done. The instructions are consumed in full; `source` gives them in
 * batches of any size.
 */
export async function* processRows(
  context: ChunkContext,
  source: AsyncIterable<readonly Instruction[]>,
): AsyncGenerator<readonly PlannedOutcome[]> {
  let size = context.chunkSize;
  let waiting: Instruction[] = [];
  const batches = source[Symbol.asyncIterator]();
  // Read while the database works on the chunk before; an error shows when it is its turn.
  let ahead: Promise<IteratorResult<readonly Instruction[]>> | null = null;
  const readAhead = (): void => {
    ahead ??= batches.next();
    ahead.catch(() => undefined);
  };
  try {
    for (;;) {
      readAhead();
      const batch = await (ahead as unknown as Promise<IteratorResult<readonly Instruction[]>>);
      ahead = null;
      if (batch.done) break;
      waiting.push(...batch.value);
      while (waiting.length >= context.chunkSize) yield* next();
    }
    while (waiting.length > 0) yield* next();
  } finally {
    await batches.return?.();
  }

  async function* next(): AsyncGenerator<readonly PlannedOutcome[]> {
    const chunk = waiting.slice(0, chunkLength(waiting, size));
    let operations: readonly Operation[] = [];
    try {
      const { outcomes } = await attempt(context, chunk, {
        loading: () => {
          if (waiting.length < 2 * context.chunkSize) setImmediate(readAhead);
        },
        planned: (planned) => (operations = planned),
      });
      waiting = waiting.slice(outcomes.length);
      // After an early end the next chunk is not larger than it is likely to get.
      size = Math.min(context.chunkSize, Math.max(2, (outcomes.length < chunk.length ? outcomes.length : size) * 2));
      yield outcomes;
    } catch (error) {
      if (error instanceof SurprisedByHook) {
        size = 1;
        return;
      }
      const failure = context.database.dialect.explainFailure(error);
      if (failure?.kind !== 'violation') throw error;
      const [instruction] = chunk;
      if (chunk.length > 1 || !instruction) {
        size = Math.max(1, Math.floor(chunk.length / 2));
        return;
      }
      const found = await retrying(context.database.dialect, () =>
        violationProblem(context.reader, context.catalog, context.model, failure, operations),
      );
      waiting = waiting.slice(1);
      size = 2;
      const outcome: PlannedOutcome = {
        row: instruction.row,
        status: 'FAILED',
        object: null,
        changes: [],
        alsoDeleted: [],
        problems: [...instruction.problems, found],
      };
      await context.atomically((trx) => context.record(trx, [outcome]));
      yield [outcome];
    }
  }
}
