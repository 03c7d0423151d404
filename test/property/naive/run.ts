/** One call is one run (R40–R43). */
import type { Raw } from '../play';
import type { Call, CallSource } from '../program';
import { type Pass, tryRow } from './act';
import type { Result } from './attempt';
import { readRow, type RowProblem } from './row';
import { type Rows, WaitingRows } from './retry';
import { sourceOrder } from './sourceOrder';
import type { World } from './world';

/** Outcomes by the place of the source and the index of the row. */
type Told = readonly Map<number, Result>[];

interface CallTold {
  readonly outcomes: Raw['told'][number];
  /** Of the run. */
  readonly problems: readonly RowProblem[];
}

/** R40: the rows act one after another; R42, R43: what is undone leaves no trace. */
export function run(world: World, call: Call): CallTold {
  const { sources, options } = call;
  const restore = world.save();
  const firstNew = world.next;
  const told = sources.map(() => new Map<number, Result>());
  for (const pass of passesOf(options)) runPass(world, call, pass, told);
  const isFailed = told.some((results) => [...results.values()].some(({ status }) => status === 'FAILED'));
  const isUndone = options.dryRun === true || (isFailed && options.onError === 'ROLLBACK');
  if (isUndone) restore();
  // What is undone has created nothing that could be named.
  const isNamed = (id: number): boolean => !isUndone || id < firstNew;
  return {
    outcomes: outcomesOf(sources, told, isNamed),
    problems: sources.flatMap((source) => columnProblems(world, source)),
  };
}

function outcomesOf(sources: readonly CallSource[], told: Told, isNamed: (id: number) => boolean): Raw['told'][number] {
  return sources.flatMap(({ model, rows }, place) =>
    rows.map((_, index) => {
      const { status, id, changed, alsoDeleted, problems } = told[place]?.get(index) as Result;
      return {
        model,
        status,
        id: id === null || !isNamed(id) ? null : String(id),
        changed,
        alsoDeleted: alsoDeleted.filter(isNamed).length,
        problems,
      };
    }),
  );
}

/** R41: one pass for each action of the order; without an order, one for all. */
const passesOf = ({ order }: Call['options']): Pass[] =>
  order
    ? order.map((name, index) => ({ only: name.toLowerCase() as Pass['only'], isFirst: index === 0 }))
    : [{ only: null, isFirst: true }];

/** R41: all rows of all sources; R17b: what is blocked is tried again after them. */
function runPass(world: World, { sources, options }: Call, pass: Pass, told: Told): void {
  const rows: Rows = {
    act: (place, index) => {
      const source = sources[place];
      const row = source?.rows[index];
      return source && row ? tryRow(world, source, row, options, pass) : null;
    },
    tell: (place, index, result) => {
      const earlier = told[place]?.get(index);
      told[place]?.set(index, earlier ? joined(earlier, result, pass) : result);
    },
  };
  const places = sourceOrder(world, sources, pass);
  const waiting = new WaitingRows(world, sources, places, rows);
  for (const place of places)
    sources[place]?.rows.forEach((_, index) => {
      const result = rows.act(place, index);
      if (result?.blocked) waiting.add(place, index, result.blocked);
      else if (result) rows.tell(place, index, result);
    });
  waiting.settle();
}

const PRECEDENCE = ['FAILED', 'CREATED', 'UPDATED', 'DELETED', 'UNLINKED', 'UNCHANGED', 'SKIPPED'];
const UNRESOLVED = /^REFERENCE_/;

/** R41: the outcome of a row joins those of its actions. An update takes back what only the create did not find. */
function joined(earlier: Result, later: Result, { only }: Pass): Result {
  const isUpdated = only === 'update' && earlier.status !== 'FAILED' && ['UPDATED', 'UNCHANGED'].includes(later.status);
  const isTakenBack = (problem: RowProblem): boolean =>
    isUpdated && UNRESOLVED.test(problem) && !later.problems.includes(problem);
  return {
    status: PRECEDENCE.find((status) => status === earlier.status || status === later.status) ?? later.status,
    id: later.id ?? earlier.id,
    changed: [...new Set([...earlier.changed, ...later.changed])].sort(),
    alsoDeleted: [...earlier.alsoDeleted, ...later.alsoDeleted],
    problems: [...new Set([...earlier.problems.filter((problem) => !isTakenBack(problem)), ...later.problems])].sort(),
  };
}

/** R16, R20: once for each unknown column that some row carries which says what to do. */
function columnProblems(world: World, { model, rows }: CallSource): RowProblem[] {
  const read = rows.filter((row) => {
    const { action } = readRow(world.schema, world.modelNamed(model), row);
    return action.create || action.update || action.delete;
  });
  const carries = (name: string): boolean => read.some(({ values }) => name in values);
  return [
    ...(carries('nome') ? ['UNKNOWN_FIELD(nome)'] : []),
    ...(carries('nobody=>name') ? ['UNKNOWN_REFERENCE(nobody=>name)'] : []),
  ];
}
