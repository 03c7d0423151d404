/** Joins the outcomes of a row's actions from separate passes into one (R41). */
import type { FieldChange, RowOutcome, RowStatus } from '../../records';
import type { Problem } from '../../problems';

/** The most telling status comes first. */
export const PRECEDENCE: readonly RowStatus[] = [
  'FAILED',
  'CREATED',
  'UPDATED',
  'DELETED',
  'UNLINKED',
  'UNCHANGED',
  'SKIPPED',
];

const UNRESOLVED = new Set<Problem['code']>(['REFERENCE_NOT_FOUND', 'REFERENCE_AMBIGUOUS']);

function joinProblems(earlier: RowOutcome, later: RowOutcome, updates: boolean): Problem[] {
  const contains = (problems: readonly Problem[], { code, field, message }: Problem): boolean =>
    problems.some((other) => other.code === code && other.field === field && other.message === message);
  // A reference that the update has resolved after the create is no longer a problem. Problems of a failed create stay.
  const acted = updates && earlier.status !== 'FAILED' && (later.status === 'UPDATED' || later.status === 'UNCHANGED');
  const kept = earlier.problems.filter(
    (found) =>
      !(acted && found.severity === 'WARNING' && UNRESOLVED.has(found.code) && !contains(later.problems, found)),
  );
  return [...kept, ...later.problems.filter((found) => !contains(kept, found))];
}

function joinChanges(earlier: readonly FieldChange[], later: readonly FieldChange[]): FieldChange[] {
  const changes = new Map(earlier.map((change) => [change.field, change]));
  for (const change of later) {
    const before = changes.get(change.field);
    const lists = Array.isArray(change.before) && Array.isArray(before?.before);
    changes.set(
      change.field,
      before && !lists ? { ...change, before: before.before } : before ? joinLists(before, change) : change,
    );
  }
  return [...changes.values()];
}

/** The changes of a to-many relation: everything that both removed and added. */
function joinLists(earlier: FieldChange, later: FieldChange): FieldChange {
  const lists = (key: 'before' | 'after') => [...(earlier[key] as unknown[]), ...(later[key] as unknown[])];
  return { field: later.field, before: lists('before'), after: lists('after') };
}

/** Joins two outcomes of one row (R41). `updates`: whether the later outcome is that of the row's update. */
export function joinOutcomes(earlier: RowOutcome, later: RowOutcome, updates: boolean): RowOutcome {
  const status =
    PRECEDENCE.find((candidate) => candidate === earlier.status || candidate === later.status) ?? later.status;
  return {
    ...earlier,
    status,
    objectId: later.objectId ?? earlier.objectId,
    changes: joinChanges(earlier.changes, later.changes),
    alsoDeleted: [...earlier.alsoDeleted, ...later.alsoDeleted],
    alsoChanged: [...earlier.alsoChanged, ...later.alsoChanged],
    problems: joinProblems(earlier, later, updates),
  };
}

/** The outcome of a row in one pass. `updates`: whether the row's update is in this pass. */
export interface PassOutcome {
  readonly outcome: RowOutcome;
  readonly updates: boolean;
}

/** Merges the outcomes of passes, each in row order. */
export async function* mergePasses(passes: readonly AsyncIterable<PassOutcome>[]): AsyncGenerator<RowOutcome> {
  const readers = passes.map((outcomes) => outcomes[Symbol.asyncIterator]());
  const heads = await Promise.all(readers.map((reader) => reader.next()));
  for (;;) {
    const rows = heads.flatMap((head) => (head.done ? [] : [head.value.outcome.row]));
    if (rows.length === 0) return;
    const row = Math.min(...rows);
    let joined: RowOutcome | null = null;
    for (const [index, head] of heads.entries()) {
      if (head.done || head.value.outcome.row !== row) continue;
      const { outcome, updates } = head.value;
      joined = joined ? joinOutcomes(joined, outcome, updates) : outcome;
      const reader = readers[index];
      if (reader) heads[index] = await reader.next();
    }
    if (joined) yield joined;
  }
}
