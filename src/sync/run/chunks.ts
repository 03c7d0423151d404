/**
 * Takes instructions through load, plan and write, a chunk at a time. What a constraint refuses is tried again in
 * smaller chunks until the row at fault stands alone; a chunk that the planner ended early goes on where it ended.
 */
import type { Knex } from 'knex';
import { type Database, retrying } from '../../database';
import { type Model, type ModelCatalog, ModelFailure, type Relation } from '../../models';
import { DatabaseReader } from '../load/chunkReader';
import { isScan, loadWorkingSet } from '../load/loader';
import type { Operation, PlannedOutcome, PlanOptions } from '../plan/operations';
import { plan, planContext } from '../plan/plan';
import { problem } from '../problems';
import type { Instruction, Selector } from '../read/instruction';
import { affectedTables } from '../write/cascades';
import { writeOperations } from '../write/writer';
import { violationProblem } from './violations';

/** Rows that are loaded together. */
export const CHUNK_SIZE = 2000;
/** Parts of a chunk that are written by themselves. */
const PARTS = 2;

/** The next turn of the event loop: what has been asked of the database is on its way, and other requests had theirs. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

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
  const add = (relation: Relation, selector: Selector | null): void => {
    tables.add(relation.related.table.name);
    if (relation.join) tables.add(relation.join.table);
    for (const hop of selector?.related ?? []) add(hop.relation, hop.selector);
  };
  for (const { references, links, match } of instructions) {
    for (const { relation, selector } of references) add(relation, selector);
    for (const { relation, selectors } of links) for (const selector of [null, ...selectors]) add(relation, selector);
    for (const alternative of match ?? [])
      for (const { relation, selector } of [...alternative.references, ...alternative.not.references])
        add(relation, selector);
  }
  return tables;
}

/** Whether a delete changes tables that the working set holds; found out once, where a row deletes at all. */
function deleteEffects({ model, catalog }: ChunkContext, instructions: readonly Instruction[]): () => boolean {
  let known: boolean | undefined;
  return () => {
    if (known !== undefined) return known;
    const inUse = tablesInUse(model, instructions);
    return (known = [...affectedTables(model.table.name, catalog.foreignKeys)].some((table) => inUse.has(table)));
  };
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
    await nextTurn();
    const planning = planContext(model, workingSet, options, deleteEffects(context, instructions));
    const writeContext = {
      trx,
      dialect,
      catalog,
      systemId,
      now: new Date().toISOString(),
      mapped: new Map<string, Set<string>>(),
      reliesOn: (of: Model, column: string) => workingSet.reliesOn(of, column),
    };
    const outcomes: PlannedOutcome[] = [];
    // A part of the chunk is planned while the database writes the one before.
    const size = Math.ceil(instructions.length / PARTS);
    let writing = Promise.resolve(false);
    let surprised = false;
    try {
      for (let start = 0; start < instructions.length && !workingSet.mustEnd; start += size) {
        const part = instructions.slice(start, start + size);
        const planned = plan(part, planning);
        outcomes.push(...planned.outcomes);
        tell.planned(planned.operations);
        surprised = (await writing) || surprised;
        if (planned.operations.length > 0) {
          writing = writeOperations(writeContext, planned.operations);
          // It is waited for before anything else is written.
          writing.catch(() => undefined);
          if (start + size < instructions.length) await nextTurn();
        }
        if (planned.outcomes.length < part.length) break;
      }
      surprised = (await writing) || surprised;
    } finally {
      // Nothing of a chunk that is given up may be written after it.
      await writing.catch(() => undefined);
    }
    if (surprised && outcomes.length > 1) throw new SurprisedByHook();
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
  const readMore = async (): Promise<{ rows: Instruction[]; done: boolean }> => {
    const rows: Instruction[] = [];
    while (rows.length < context.chunkSize) {
      const batch = await batches.next();
      if (batch.done) return { rows, done: true };
      rows.push(...batch.value);
    }
    return { rows, done: false };
  };
  // Read while the database works on the chunk before; an error shows when it is its turn.
  let ahead: ReturnType<typeof readMore> | null = null;
  const readAhead = (): ReturnType<typeof readMore> => {
    if (!ahead) (ahead = readMore()).catch(() => undefined);
    return ahead;
  };
  try {
    for (let done = false; !done;) {
      const more = await readAhead();
      ahead = null;
      done = more.done;
      waiting.push(...more.rows);
      while (waiting.length >= context.chunkSize || (done && waiting.length > 0)) yield* next(done);
    }
  } finally {
    await batches.return?.();
  }

  async function* next(isLast: boolean): AsyncGenerator<readonly PlannedOutcome[]> {
    const chunk = waiting.slice(0, chunkLength(waiting, size));
    const operations: Operation[] = [];
    try {
      const { outcomes } = await attempt(context, chunk, {
        loading: () => {
          if (!isLast && waiting.length < 2 * context.chunkSize) setImmediate(() => void readAhead());
        },
        planned: (planned) => operations.push(...planned),
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
      if (failure?.kind !== 'violation' && !(error instanceof ModelFailure)) throw error;
      const [instruction] = chunk;
      if (chunk.length > 1 || !instruction) {
        size = Math.max(1, Math.floor(chunk.length / 2));
        return;
      }
      const found =
        failure?.kind === 'violation'
          ? await retrying(context.database.dialect, () =>
              violationProblem(context.reader, context.catalog, context.model, failure, operations),
            )
          : problem((error as ModelFailure).code, (error as ModelFailure).message, (error as ModelFailure).field);
      waiting = waiting.slice(1);
      size = 2;
      const outcome: PlannedOutcome = {
        row: instruction.row,
        status: 'FAILED',
        object: null,
        changes: [],
        alsoDeleted: [],
        alsoChanged: [],
        problems: [...instruction.problems, found],
      };
      await context.atomically((trx) => context.record(trx, [outcome]));
      yield [outcome];
    }
  }
}
