/** The outcomes of a row's actions, which a policy puts into separate passes, joined to one (R41). */
import type { FieldChange, RowOutcome, RowStatus } from '../../records';
import type { Problem } from '../../problems';

/** What says most about a row comes first. */
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
  const tells = (problems: readonly Problem[], { code, field, message }: Problem): boolean =>
    problems.some((other) => other.code === code && other.field === field && other.message === message);
  // A reference that the update after the create resolved is no longer a problem; what failed stays as it is told.
  const acted = updates && earlier.status !== 'FAILED' && (later.status === 'UPDATED' || later.status === 'UNCHANGED');
  const kept = earlier.problems.filter(
    (found) => !(acted && found.severity === 'WARNING' && UNRESOLVED.has(found.code) && !tells(later.problems, found)),
  );
  return [...kept, ...later.problems.filter((found) => !tells(kept, found))];
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

/** Of a relation to many: what was removed and added, by both. */
function joinLists(earlier: FieldChange, later: FieldChange): FieldChange {
  const lists = (key: 'before' | 'after') => [...(earlier[key] as unknown[]), ...(later[key] as unknown[])];
  return { field: later.field, before: lists('before'), after: lists('after') };
}

/** `updates`: the later outcome is that of the row's update. */
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

/** The outcome of a row in one pass; `updates`: its update was in it. */
export interface PassOutcome {
  readonly outcome: RowOutcome;
  readonly updates: boolean;
}

/** Merges passes, each of which tells of some of the rows in row order. */
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
