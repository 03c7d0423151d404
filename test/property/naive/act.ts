/** One row, as if it were alone (R40): nothing stays of a row that fails. */
import type { Call, CallSource, ProgramRow } from '../program';
import { type Attempt, Failure, failure, Refused, type Result } from './attempt';
import { create } from './create';
import { remove } from './delete';
import { isShared, linkedThing, mapKey } from './mappings';
import { matches } from './match';
import { type Action, keyOf, readRow, type RowProblem } from './row';
import { update } from './update';
import type { Blocked } from './waiting';
import type { World } from './world';

/** R41: a pass over all rows. */
export interface Pass {
  /** The action that rows do in the pass; null: all of them. */
  readonly only: 'create' | 'update' | 'delete' | null;
  readonly isFirst: boolean;
}

/** The outcome of a row in a pass; null if the row has no part in the pass. */
export function tryRow(
  world: World,
  { system, model: modelName }: CallSource,
  row: ProgramRow,
  options: Call['options'],
  pass: Pass,
): Result | null {
  const model = world.modelNamed(modelName);
  const { action: asked, errors, warnings } = readRow(world.schema, model, row);
  // What fails whatever the database holds is told once.
  if (errors.length > 0) return pass.only === null || pass.isFirst ? failed([...errors, ...warnings], null) : null;
  const action = actionIn(pass, asked);
  if (!action) return null;
  const result: Result = { status: 'SKIPPED', id: null, changed: [], alsoDeleted: [], problems: [...warnings] };
  const restore = world.save();
  try {
    act({ world, system, model, row, action, options, result, isUnresolved: false });
    return { ...result, problems: [...result.problems].sort(), changed: [...new Set(result.changed)].sort() };
  } catch (error) {
    if (!(error instanceof Failure || error instanceof Refused)) throw error;
    restore();
    if (error instanceof Failure) return failed(error.problems, error.id);
    return failed([...warnings, error.problem], null, error.blocked);
  }
}

const failed = (problems: readonly RowProblem[], id: number | null, blocked?: Blocked): Result => ({
  status: 'FAILED',
  id,
  changed: [],
  alsoDeleted: [],
  problems: [...problems].sort(),
  blocked,
});

const asksForAny = (action: Action): boolean => action.create || action.update || action.delete;

/** R41: each action stands alone. A row without any is told in the first pass. */
function actionIn({ only, isFirst }: Pass, asked: Action): Action | null {
  if (!only) return asked;
  if (!asksForAny(asked)) return isFirst ? asked : null;
  return asked[only] ? { create: false, update: false, delete: false, force: asked.force, [only]: true } : null;
}

function act(attempt: Attempt): void {
  const { action, result } = attempt;
  // R3
  if (!asksForAny(action)) return;
  const linked = linkedThing(attempt);
  const [matched, ...others] = matches(attempt);
  // R8
  if (others.length > 0) throw failure(attempt, ['MATCH_AMBIGUOUS(match_on)']);
  // R10: a linked object wins over a matched one.
  const thing = linked ?? matched;
  if (action.delete) remove(attempt, linked, matched);
  else if (!thing && action.create) create(attempt);
  // R12: an update never creates.
  else if (!thing) result.problems.push('NOT_FOUND()');
  else {
    result.id = thing.id;
    result.status = 'UNCHANGED';
    if (!linked) warnOfShared(attempt, thing.id);
    if (action.update) update(attempt, thing, linked ? matched : undefined);
    mapKey(attempt, thing);
  }
}

/** R18: two records of one source are about to become one object. */
function warnOfShared(attempt: Attempt, id: number): void {
  if (keyOf(attempt.row) === null || !isShared(attempt, id)) return;
  if (attempt.options.onMatchConflict === 'FAIL') throw failure(attempt, ['KEYS_SHARE_OBJECT(external_key)'], id);
  attempt.result.problems.push('KEYS_SHARE_OBJECT(external_key)');
}
