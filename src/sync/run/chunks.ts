/**
 * Takes instructions through load, plan and write, a chunk at a time. What a constraint refuses is tried again in
 * smaller chunks until the row at fault stands alone; a chunk that the planner ended early goes on where it ended.
 */
import type { Knex } from 'knex';
import { type Database, rereading } from '../../database';
import {
  type Field,
  type Model,
  mayStoreOtherwise,
  type ModelCatalog,
  ModelFailure,
  type Relation,
} from '../../models';
import { DatabaseReader } from '../load/chunkReader';
import { isScan, loadWorkingSet } from '../load/loader';
import type { UnindexedLookups } from '../load/unindexedLookups';
import type { Operation, PlannedOutcome, PlanOptions } from '../plan/operations';
import { type Plan, planContext } from '../plan/plan';
import { lookedUpKeys, lookedUpTargets } from '../plan/conflicts';
import { EndChunk, type WorkingSet } from '../load/workingSet';
import { nextTurn } from '../../nextTurn';
import { type Problem, problem, toldProblems } from '../problems';
import type { Instruction, LinkAssignment, MatchAlternative, Selector } from '../read/instruction';
import { PlainInstruction } from '../read/plainInstruction';
import { LONGEST_KEY } from '../read/selectors';
import { affectedTables } from '../write/cascades';
import type { CountedKeys } from '../write/countedKeys';
import { BrokenForeignKey } from '../write/deferredKeys';
import type { KeyWatch } from '../write/keyWatch';
import { storedOutcomes } from '../write/stored';
import { writeOperations } from '../write/writer';
import { ChunkCutter } from './chunkCutter';
import { finishRow } from './finishRow';
import type { FatalRowsOfPass } from './fatalRows';
import { planInTurns } from './planInTurns';
import { type Begun, TransactionEnded } from './savepoints';
import { type Violation, violationProblem } from './violations';
import { lightEnough, MOST_WEIGHT, weightOf } from './weight';

/** Rows that are loaded together: with more the database waits longer for them, with fewer it has more statements to do. */
export const CHUNK_SIZE = 1000;
/** Parts of a chunk that are written by themselves, where the database would wait while the whole of it is planned. */
const PARTS = 2;
/** Chunks to go without loading ahead where that was in vain. */
const PAUSE = 10;
/** Chunks that are loaded ahead: several where nothing is written, so that the database need not wait for the next question. */
const PRELOADS = { usual: 1, quiet: 3 };

/** Runs whose first key is remembered, of each source. */
const MOST_REMEMBERED = 1000;

/** `NONE`: each chunk is read, loaded, planned and written before the next begins. It is slower, and the result is the same. */
export type Lookahead = 'DEFAULT' | 'NONE';

/** What is expected of a source's next rows. */
export class Habit {
  /** Most rows of the chunk before changed nothing. */
  unchanged = false;
  /** Most rows of the chunk before were new. */
  created = false;
  private readonly firstKeys = new Set<string>();

  constructor(private readonly lookahead: Lookahead) {}

  /** Rows that begin as those of an earlier run did are most likely the same rows, which then change nothing. */
  begin(firstKey: string): void {
    if (this.lookahead === 'NONE') return;
    if (this.firstKeys.has(firstKey)) {
      this.unchanged = true;
      this.created = false;
    }
    if (this.firstKeys.size >= MOST_REMEMBERED) this.firstKeys.clear();
    this.firstKeys.add(firstKey);
  }

  /** Rows that were taken for the same are new where the database knows nothing of them. */
  foresee(loaded: WorkingSet, model: Model): void {
    if (!this.unchanged || loaded.unchangedRows > 0 || loaded.hasObjects(model)) return;
    this.unchanged = false;
    this.created = true;
  }

  /** What became of the last rows. */
  note(outcomes: readonly PlannedOutcome[]): void {
    if (this.lookahead === 'NONE') return;
    this.unchanged = isMost(outcomes, 'UNCHANGED');
    this.created = isMost(outcomes, 'CREATED');
  }
}

export interface ChunkContext {
  readonly database: Database;
  readonly catalog: ModelCatalog;
  readonly model: Model;
  readonly systemId: number;
  readonly systemIds: ReadonlyMap<string, number>;
  readonly options: PlanOptions;
  readonly chunkSize: number;
  readonly lookahead: Lookahead;
  /** Runs the work in a transaction of its own, or in a savepoint of the run's: `begin` is called before what changes something or may fail. */
  atomically<T>(work: (trx: Knex.Transaction, begin: () => Begun) => Promise<T>): Promise<T>;
  /** Sees what the run has written so far. */
  readonly reader: Knex;
  /** The run's transaction, where rows may be loaded while others are written; null where each chunk has its own. */
  readonly readAhead: Knex.Transaction | null;
  readonly lookups: UnindexedLookups;
  readonly countedKeys: CountedKeys;
  readonly keyWatch: KeyWatch | null;
  /** What the source's rows are like; kept from run to run. */
  readonly habit: Habit;
  /** Of the source in this pass. */
  readonly fatalRows: FatalRowsOfPass;
  /** Keeps outcomes, in the transaction that they tell of; in a run's own it may resolve before they are written. */
  record(trx: Knex.Transaction, outcomes: readonly PlannedOutcome[]): Promise<void>;
}

/** A hook changed what rows of the same chunk may have relied on: the chunk is undone and its rows go one by one. */
class SurprisedByHook extends Error {}

/** A chunk that is loaded while those before it are planned and written. */
class Preload {
  /** By one of the chunks before it; null: only the database can tell what they have changed. */
  private written: readonly Operation[] | null = [];

  constructor(
    readonly rows: readonly Instruction[],
    private readonly loading: Promise<WorkingSet | null>,
  ) {}

  get operations(): readonly Operation[] {
    return this.written ?? [];
  }

  /** Notes what a chunk before it has written; null where only the database can tell. */
  note(operations: readonly Operation[] | null): void {
    // What several chunks have written to the same objects cannot be told apart.
    if (!operations || (operations.length > 0 && this.operations.length > 0)) this.written = null;
    else if (operations.length > 0 && this.written) this.written = operations;
  }

  /** What was loaded, brought up to what has been written since; null where it is of no use. */
  async workingSet(): Promise<WorkingSet | null> {
    const loaded = await this.loading;
    return loaded && this.written && loaded.takeOver(this.written) ? loaded : null;
  }

  /** Resolves when nothing of it is under way. */
  async finished(): Promise<void> {
    await this.loading;
  }
}

/** Keys that operations have mapped anew, by model: their rows are in the database, but not known by id. */
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

/** Tables that the rows' working set may hold, beside the model's own. */
function tablesInUse(model: Model, instructions: readonly Instruction[]): Set<string> {
  const tables = new Set([model.table.name]);
  const add = (relation: Relation, selector: Selector | null): void => {
    tables.add(relation.related.table.name);
    if (relation.join) tables.add(relation.join.table);
    for (const hop of selector?.references ?? []) add(hop.relation, hop.selector);
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

function load(
  context: ChunkContext,
  knex: Knex,
  instructions: readonly Instruction[],
  findConflicts = false,
): Promise<WorkingSet> {
  const { database, model, systemId, systemIds, lookups, habit } = context;
  const reader = new DatabaseReader({ knex, dialect: database.dialect, lookups });
  return loadWorkingSet(instructions, {
    reader,
    model,
    systemId,
    systemIds,
    expectUnchanged: habit.unchanged && instructions.length > 1,
    expectNew: habit.created && instructions.length > 1,
    findConflicts,
  });
}

/** Whether the database or a hook may do more than a chunk's operations say. */
function hasSideEffects({ model }: ChunkContext, operations: readonly Operation[], effects: () => boolean): boolean {
  return operations.some(
    (operation) =>
      mayStoreOtherwise('object' in operation ? operation.object.model : model) ||
      (operation.kind === 'delete' && effects()),
  );
}

async function attempt(
  context: ChunkContext,
  instructions: readonly Instruction[],
  preload: Preload | null,
  findConflicts: boolean,
  tell: {
    /** `isQuiet`: nothing will be written. */
    readonly loaded: (isPreloadUsed: boolean, isQuiet: boolean) => void;
    readonly planned: (operations: readonly Operation[]) => void;
    /** What was written, where nothing else has changed by it. */
    readonly written: (operations: readonly Operation[] | null) => void;
  },
): Promise<readonly PlannedOutcome[]> {
  const { database, catalog, model, options, systemId } = context;
  const { dialect } = database;
  return context.atomically(async (trx, begin) => {
    const preloaded = (await preload?.workingSet()) ?? null;
    if (!preloaded && !instructions.every(isSafe)) await begin().done;
    const workingSet = preloaded ?? (await load(context, trx, instructions, findConflicts));
    context.habit.foresee(workingSet, model);
    let isTold = false;
    const loadNext = (): void => {
      if (!isTold) tell.loaded(preloaded !== null, workingSet.unchangedRows === instructions.length);
      isTold = true;
    };
    // While these are planned, the database looks up the next. Of new rows it still keeps the last chunk's outcomes then, and
    // these rows should not wait for the next: those are looked up behind them.
    if (!context.habit.created) loadNext();
    await nextTurn();
    const effects = deleteEffects(context, instructions);
    const planning = planContext(model, workingSet, options, effects);
    const writeContext = {
      trx,
      dialect,
      catalog,
      systemId,
      now: new Date().toISOString(),
      countedKeys: context.countedKeys,
      mapped: newlyMapped((preloaded && preload?.operations) ?? []),
      reliesOn: (of: Model, column: string) => workingSet.reliesOn(of, column),
      keyWatch: context.keyWatch,
    };
    const outcomes: PlannedOutcome[] = [];
    const operations: Operation[] = [];
    // A part of the chunk is planned while the database writes the one before, or all of it while it keeps the last chunk's outcomes.
    const isWhole = context.readAhead !== null || context.lookahead === 'NONE';
    const size = isWhole ? instructions.length : Math.ceil(instructions.length / PARTS);
    let writing = Promise.resolve(false);
    let surprised = false;
    const telling: Promise<void>[] = [];
    const tellOf = (planned: Plan): void => {
      const stored = storedOutcomes(planned.outcomes, planned.operations);
      outcomes.push(...stored);
      const told = context.record(trx, stored);
      told.catch(() => undefined);
      telling.push(told);
    };
    const write = async (planned: Plan): Promise<boolean> => {
      if (!planned.unfinished) return writeOperations(writeContext, planned.operations, () => tellOf(planned));
      const surprising = await writeOperations(writeContext, planned.operations, () => undefined);
      tellOf(await finishRow(context, writeContext, planned, (row) => load(context, trx, [row])));
      return surprising;
    };
    try {
      for (let start = 0; start < instructions.length && !workingSet.mustEnd; start += size) {
        const part = instructions.slice(start, start + size);
        const planned = await planInTurns(part, planning);
        operations.push(...planned.operations);
        tell.planned(planned.operations);
        surprised = (await writing) || surprised;
        if (planned.operations.length > 0) {
          const begun = begin();
          const mayWrite = context.lookahead === 'NONE' ? begun.done : begun.sent;
          writing = mayWrite.then(async () => {
            const written = write(planned);
            written.catch(() => undefined);
            await nextTurn();
            loadNext();
            await begun.done;
            return written;
          });
          // It is waited for before anything else is written.
          writing.catch(() => undefined);
        } else tellOf(planned);
        if (start + size < instructions.length) await nextTurn();
        if (planned.outcomes.length < part.length) break;
      }
      surprised = (await writing) || surprised;
      await Promise.all(telling);
    } finally {
      // Nothing of a chunk that is given up may be written after it.
      await writing.catch(() => undefined);
      await Promise.allSettled(telling);
    }
    if (surprised && outcomes.length > 1) throw new SurprisedByHook();
    loadNext();
    tell.written(workingSet.mustEnd || hasSideEffects(context, operations, effects) ? null : operations);
    return outcomes;
  });
}

const isKnown = ({ column }: Field): boolean => column.type.kind !== 'other';

const isSafeSelector = (selector: Selector | null): boolean =>
  !selector || (selector.fields.every(isKnown) && selector.references.every((hop) => isSafeSelector(hop.selector)));

const refersSafely = ({ selector }: { readonly selector: Selector | null }): boolean => isSafeSelector(selector);

const matchesSafely = ({ fields, references }: MatchAlternative): boolean =>
  fields.every(isKnown) && references.every(refersSafely);

const linksSafely = ({ selectors }: LinkAssignment): boolean => selectors.every(isSafeSelector);

/** Whether what a row compares is sure to be a value of its column: in a transaction a query that fails would spoil the others. */
function isSafe(instruction: Instruction): boolean {
  if (instruction instanceof PlainInstruction) return instruction.shape.matched.every(isKnown);
  const { match, references, links } = instruction;
  return (
    !isScan(instruction) &&
    (match === null || match.every(matchesSafely)) &&
    references.every(refersSafely) &&
    links.every(linksSafely)
  );
}

const isMost = (outcomes: readonly PlannedOutcome[], status: PlannedOutcome['status']): boolean =>
  2 * outcomes.filter((outcome) => outcome.status === status).length > outcomes.length;

/** Violations whose rows can be found before they are written. */
const CONFLICTS: ReadonlySet<string> = new Set(['UNIQUE_VIOLATION', 'FOREIGN_KEY_VIOLATION']);

const isInConflict = ({ problems }: PlannedOutcome): boolean => problems.some(({ code }) => CONFLICTS.has(code));

/** What refuses a chunk because of its rows (R17, R17a); null for failures that no row explains. */
function refusalOf({ database }: ChunkContext, error: unknown): Violation | ModelFailure | null {
  if (error instanceof ModelFailure) return error;
  if (error instanceof BrokenForeignKey)
    return { kind: 'violation', code: 'FOREIGN_KEY_VIOLATION', constraint: error.key.name };
  const failure = database.dialect.explainFailure(error);
  return failure?.kind === 'violation' ? failure : null;
}

/** How many of the instructions make the next chunk: a row that only the database can match goes alone, large ones are few. */
function chunkLength(instructions: readonly Instruction[], size: number, fatalRows: FatalRowsOfPass): number {
  const most = lightEnough(instructions.slice(0, size));
  const alone = instructions
    .slice(0, most)
    .findIndex((instruction) => isScan(instruction) || fatalRows.standsAlone(instruction.row.number));
  return alone < 0 ? most : Math.max(alone, 1);
}

/**
 * Yields outcomes in row order, as chunks are done. The instructions are consumed in full; `source` gives them in
 * batches of any size.
 */
export async function* processRows(
  context: ChunkContext,
  source: AsyncIterable<readonly Instruction[]>,
): AsyncGenerator<readonly PlannedOutcome[]> {
  const { chunkSize } = context;
  const cutter = new ChunkCutter(chunkSize);
  /** Rows of the chunk before were in conflict with what the database holds. */
  let findConflicts = false;
  let waiting: Instruction[] = [];
  /** Of the rows that wait: with many large ones no more are read. */
  let weight = 0;
  let done = false;
  const take = (rows: number): void => {
    for (const instruction of waiting.slice(0, rows)) weight -= weightOf(instruction);
    waiting = waiting.slice(rows);
  };
  /** Of the chunks that come next. */
  let preloads: Preload[] = [];
  /** Chunks that are not loaded ahead, after one that was so in vain. */
  let pause = 0;
  const { habit } = context;
  /** Nothing was written by the chunk before, or will be by the one that is under way. */
  let isQuiet = false;
  /** What is still being read is not loaded any more. */
  let isOver = false;
  /** Rows of the chunk that is under way: the first of those that wait. */
  let underWay = 0;
  const preloadsWanted = (): number => {
    if (context.lookahead === 'NONE') return 0;
    return habit.unchanged && isQuiet ? PRELOADS.quiet : PRELOADS.usual;
  };
  const batches = source[Symbol.asyncIterator]();
  const readMore = async (): Promise<void> => {
    for (let rows = 0; rows < chunkSize && !done && weight < MOST_WEIGHT;) {
      const batch = await batches.next();
      if (batch.done) done = true;
      else {
        waiting.push(...batch.value);
        for (const instruction of batch.value) weight += weightOf(instruction);
        rows += batch.value.length;
        await nextTurn();
      }
    }
  };
  let reading: Promise<void> | null = null;
  /** Of reading ahead: it shows when it is its turn. */
  let failure: { readonly error: unknown } | null = null;
  const readAhead = (): Promise<void> =>
    (reading ??= readMore()
      .catch((error: unknown) => void (failure = { error }))
      .finally(() => (reading = null)));
  /** Reads on, once what is under way has been sent to the database; where that is likely to write nothing, loads at once. */
  const readMeanwhile = (): void => {
    const isEnough = (): boolean =>
      done || failure !== null || waiting.length >= (2 + preloadsWanted()) * chunkSize || weight >= MOST_WEIGHT;
    const readAndLoad = async (): Promise<void> => {
      while (!isEnough()) {
        await readAhead();
        if (isOver || !habit.unchanged) return;
        startPreloads();
      }
    };
    if (context.lookahead !== 'NONE' && !isEnough()) void nextTurn().then(readAndLoad);
  };
  const readUpTo = async (rows: number): Promise<void> => {
    while (waiting.length < rows && !done && weight < MOST_WEIGHT) {
      await readAhead();
      if (failure) throw failure.error;
    }
  };
  try {
    await readUpTo(chunkSize);
    if (waiting.length > 1 && waiting[0]?.key) habit.begin(waiting[0].key.slice(0, LONGEST_KEY));
    // The first chunk need not wait until those after it have been read.
    readMeanwhile();
    while (waiting.length > 0) {
      yield* next();
      await readUpTo((1 + preloadsWanted()) * chunkSize);
    }
  } finally {
    isOver = true;
    await forgetPreloads();
    await batches.return?.();
  }

  /** Begins to load the rows after a chunk, where the run's transaction can be read meanwhile. */
  function startPreloads(): void {
    const { readAhead: trx } = context;
    if (!trx || !cutter.isAtFullSize || findConflicts || pause > 0) return;
    let start = preloads.reduce((sum, { rows }) => sum + rows.length, underWay);
    while (preloads.length < preloadsWanted()) {
      const rest = waiting.slice(start, start + chunkSize);
      const rows = rest.slice(0, chunkLength(rest, chunkSize, context.fatalRows));
      // Of a chunk that is not read in full there is nothing to load yet.
      const isRead = done || rest.length === chunkSize;
      if (rows.length === 0 || !isRead || !rows.every(isSafe)) return;
      start += rows.length;
      // What goes wrong meanwhile goes wrong again when it is their turn.
      preloads.push(
        new Preload(
          rows,
          load(context, trx, rows).catch(() => null),
        ),
      );
    }
  }

  async function forgetPreloads(): Promise<void> {
    for (const preload of preloads) await preload.finished();
    preloads = [];
  }

  async function* next(): AsyncGenerator<readonly PlannedOutcome[]> {
    const [preload] = preloads;
    const isNext = preload?.rows[0] === waiting[0] && preload !== undefined && preload.rows.length <= cutter.next;
    const given = isNext ? preload : null;
    if (given) preloads.shift();
    else await forgetPreloads();
    const chunk = given?.rows ?? waiting.slice(0, chunkLength(waiting, cutter.next, context.fatalRows));
    const operations: Operation[] = [];
    const [first] = chunk;
    const known = first && context.fatalRows.problem(first.row.number);
    if (known) {
      yield await fail(first, known);
      return;
    }
    underWay = chunk.length;
    try {
      const outcomes = await attempt(context, chunk, given, findConflicts, {
        loaded: (isPreloadUsed, isChunkQuiet) => {
          isQuiet ||= isChunkQuiet;
          if (given && !isPreloadUsed) pause = PAUSE;
          readMeanwhile();
          startPreloads();
          if (pause > 0) pause -= 1;
        },
        planned: (planned) => {
          operations.push(...planned);
          // What is loaded in the midst of its statements would see some of them, and not the others.
          if (planned.length > 0) isQuiet = false;
        },
        written: (written) => {
          isQuiet = written?.length === 0;
          preloads.forEach((each) => each.note(written));
        },
      });
      take(outcomes.length);
      underWay = 0;
      if (outcomes.length > 1) habit.note(outcomes);
      cutter.accept(outcomes.length, chunk.length);
      findConflicts &&= outcomes.some(isInConflict);
      yield outcomes;
    } catch (error) {
      underWay = 0;
      await forgetPreloads();
      // The first row needs what was not loaded ahead: it is loaded again.
      if (error instanceof EndChunk && given) return;
      if (error instanceof SurprisedByHook) {
        cutter.single();
        return;
      }
      const hasEnded = error instanceof TransactionEnded;
      const refusal = refusalOf(context, hasEnded ? error.refusal : error);
      if (!refusal) throw error;
      const [instruction] = chunk;
      if (hasEnded) {
        // The run starts again, and knows more of these rows then.
        if (instruction && chunk.length === 1)
          context.fatalRows.fail(instruction.row.number, await problemOf(refusal, operations));
        else context.fatalRows.suspect(chunk.map(({ row }) => row.number));
        throw error;
      }
      // All rows in conflict are found at once. A row that stands alone gets its reason from there, too, whatever its chunk was.
      const mayFindConflicts =
        !findConflicts && lookedUpKeys(context.model).length + lookedUpTargets(context.model).length > 0;
      const isConflict = !(refusal instanceof ModelFailure) && CONFLICTS.has(refusal.code);
      if (mayFindConflicts && (chunk.length === 1 || isConflict)) {
        findConflicts = true;
        return;
      }
      if (cutter.refuse(chunk.length) || !instruction) return;
      const found = await problemOf(refusal, operations);
      cutter.isolated();
      yield await fail(instruction, found);
    }
  }

  function problemOf(refusal: Violation | ModelFailure, operations: readonly Operation[]): Promise<Problem> {
    if (refusal instanceof ModelFailure) return Promise.resolve(problem(refusal.code, refusal.message, refusal.field));
    const { database, reader, catalog, model } = context;
    return rereading(reader, database.dialect, () => violationProblem(reader, catalog, model, refusal, operations));
  }

  /** The first of the rows that wait fails by itself. */
  async function fail({ row, problems }: Instruction, found: Problem): Promise<readonly PlannedOutcome[]> {
    take(1);
    const outcome: PlannedOutcome = {
      row,
      status: 'FAILED',
      object: null,
      changes: [],
      alsoDeleted: [],
      alsoChanged: [],
      problems: toldProblems([...problems, found]),
    };
    await context.atomically((trx) => context.record(trx, [outcome]));
    return [outcome];
  }
}
