/** The chunks of one source in the database, in the transactions of its run. */
import type { Knex } from 'knex';
import { type Database, rereading } from '../../database';
import { ModelFailure } from '../../models';
import { type Problem, problem } from '../../problems';
import { DatabaseReader } from '../load/chunkReader';
import { loadWorkingSet } from '../load/loader';
import type { UnindexedLookups } from '../load/unindexedLookups';
import type { WorkingSet } from '../load/workingSet';
import { during } from '../observer';
import type { Operation, PlannedOutcome } from '../plan/operations';
import type { Plan } from '../plan/plan';
import type { Instruction } from '../read/instruction';
import type { CountedKeys } from '../write/countedKeys';
import { BrokenForeignKey } from '../write/deferredKeys';
import { type ChunkWriteContext, writeOperations } from '../write/writer';
import type { ChunkContext } from './chunkContext';
import type { Begun, ChunkStore, ChunkTransaction, PlanBasis } from './chunkStore';
import { finishRow } from './finishRow';
import type { Refusal } from './refusals';
import type { RunTransactions } from './runTransactions';
import { violationProblem } from './violations';

/** A source in one pass of a run. */
interface DatabaseSource {
  readonly database: Database;
  readonly context: ChunkContext;
  readonly systemId: number;
  /** Ids of the systems that the caller may see. */
  readonly systemIds: ReadonlyMap<string, number>;
  /** Whether problems may name a table. */
  readonly seesTable: (table: string) => boolean;
  readonly lookups: UnindexedLookups;
  readonly countedKeys: CountedKeys;
  readonly transactions: RunTransactions;
  /** Records outcomes of a chunk in the chunk's transaction. */
  record(trx: Knex.Transaction, outcomes: readonly PlannedOutcome[]): Promise<void>;
}

export class DatabaseStore implements ChunkStore {
  readonly loadAhead: ChunkStore['loadAhead'];
  readonly mostRows: ChunkStore['mostRows'];

  constructor(private readonly source: DatabaseSource) {
    const { readAhead, mostRows } = source.transactions;
    this.mostRows = mostRows;
    this.loadAhead = readAhead && ((rows) => load(source, readAhead, rows));
  }

  atomically<T>(work: (tx: ChunkTransaction) => Promise<T>): Promise<T> {
    return this.source.transactions.atomically((trx, begin) => work(new DatabaseChunk(this.source, trx, begin)));
  }

  refusalOf(error: unknown): Refusal | null {
    if (error instanceof ModelFailure) return error;
    if (error instanceof BrokenForeignKey)
      return { kind: 'violation', code: 'FOREIGN_KEY_VIOLATION', constraint: error.key.name };
    const failure = this.source.database.dialect.explainFailure(error);
    return failure?.kind === 'violation' ? failure : null;
  }

  problemOf(refusal: Refusal, operations: readonly Operation[]): Promise<Problem> {
    if (refusal instanceof ModelFailure) return Promise.resolve(problem(refusal.code, refusal.message, refusal.field));
    const { database, context, transactions, seesTable } = this.source;
    const { dialect } = database;
    const { reader } = transactions;
    const { catalog, model } = context;
    return rereading(reader, dialect, () =>
      violationProblem({ reader, dialect, catalog, model, seesTable }, refusal, operations),
    );
  }
}

function load(
  { database, context, systemId, systemIds, lookups }: DatabaseSource,
  knex: Knex,
  rows: readonly Instruction[],
  findConflicts = false,
): Promise<WorkingSet> {
  const { model, expectations, watcher } = context;
  const reader = new DatabaseReader({ knex, dialect: database.dialect, lookups });
  return during(watcher, 'load', rows.length, () =>
    loadWorkingSet(rows, {
      reader,
      model,
      systemId,
      systemIds,
      expectUnchanged: expectations.unchanged && rows.length > 1,
      expectNew: expectations.created && rows.length > 1,
      findConflicts,
    }),
  );
}

class DatabaseChunk implements ChunkTransaction {
  private writeContext: ChunkWriteContext | null = null;

  constructor(
    private readonly source: DatabaseSource,
    private readonly trx: Knex.Transaction,
    readonly begin: () => Begun,
  ) {}

  load(rows: readonly Instruction[], findConflicts: boolean): Promise<WorkingSet> {
    return load(this.source, this.trx, rows, findConflicts);
  }

  async write(plan: Plan, basis: PlanBasis, objectsKnown: (written: Plan) => void): Promise<boolean> {
    const context = (this.writeContext ??= this.newWriteContext(basis));
    if (!plan.unfinished) return writeOperations(context, plan.operations, () => objectsKnown(plan));
    // What the row refers to is loaded next, and must not be read before the mappings are written.
    const awaited = { ...context, later: undefined };
    const changedByHook = await writeOperations(awaited, plan.operations, () => undefined);
    const loadOwn = (row: Instruction): Promise<WorkingSet> => this.load([row], false);
    objectsKnown(await finishRow(this.source.context, context, plan, loadOwn));
    return changedByHook;
  }

  record(outcomes: readonly PlannedOutcome[]): Promise<void> {
    return this.source.record(this.trx, outcomes);
  }

  private newWriteContext({ workingSet, before }: PlanBasis): ChunkWriteContext {
    const { database, context, systemId, countedKeys, transactions } = this.source;
    return {
      trx: this.trx,
      dialect: database.dialect,
      catalog: context.catalog,
      systemId,
      now: new Date().toISOString(),
      countedKeys,
      mapped: newlyMapped(before),
      reliesOn: (model, column) => workingSet.indexes.haveColumn(model, column),
      keyWatch: transactions.keyWatch,
      later: transactions.later,
    };
  }
}

/** Keys that operations have mapped for the first time, by model. The ids of these mappings are not known. */
function newlyMapped(operations: readonly Operation[]): Map<string, Set<string>> {
  const mapped = new Map<string, Set<string>>();
  for (const operation of operations) {
    if (operation.kind !== 'setMapping' || operation.rowId !== null) continue;
    const keys = mapped.get(operation.model.name);
    if (keys) keys.add(operation.key);
    else mapped.set(operation.model.name, new Set([operation.key]));
  }
  return mapped;
}
