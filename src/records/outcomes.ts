/** The outcomes of rows, as they are stored and shown. */
import type { Knex } from 'knex';
import type { Binding, ColumnInfo, Dialect } from '../database';
import type { Canonical } from '../models';
import { yieldAfter } from '../eventLoop';
import type { Problem, Severity } from '../problems';
import { type Referred, referring } from './referring';
import { OUTCOMES, RELATED_CHANGES } from './tables';

export type RowStatus = 'CREATED' | 'UPDATED' | 'UNCHANGED' | 'DELETED' | 'UNLINKED' | 'SKIPPED' | 'FAILED';

export interface FieldChange {
  readonly field: string;
  readonly before: Canonical;
  readonly after: Canonical;
}

/** An object other than its own that a row has changed, on the other side of a relation. */
export interface RelatedChange {
  readonly model: string;
  readonly objectId: string;
}

/** A row's outcome, as plain data. */
export interface RowOutcome {
  readonly row: number;
  readonly line: number | null;
  readonly externalKey: string | null;
  readonly status: RowStatus;
  readonly objectId: string | null;
  readonly changes: readonly FieldChange[];
  readonly alsoDeleted: readonly string[];
  readonly alsoChanged: readonly RelatedChange[];
  readonly problems: readonly Problem[];
}

/** The highest severity among problems; null if there are none. */
function worstSeverity(problems: readonly Problem[]): Severity | null {
  if (problems.length === 0) return null;
  return problems.some(({ severity }) => severity === 'ERROR') ? 'ERROR' : 'WARNING';
}

/** Whether an outcome is recorded: the row changed something or has a problem. Other rows are only counted. */
export const isRecorded = ({ status, problems }: Pick<RowOutcome, 'status' | 'problems'>): boolean =>
  status !== 'UNCHANGED' || problems.length > 0;

const json = (list: readonly unknown[]): string | null => (list.length > 0 ? JSON.stringify(list) : null);

/**
 * The stored form of changes: field, value before unless it was null, value after. Property names would double the
 * size.
 */
const storedChanges = (changes: readonly FieldChange[]): string | null =>
  changes.length > 0
    ? JSON.stringify(
        changes.map(({ field, before, after }) => (before === null ? [field, after] : [field, before, after])),
      )
    : null;

async function insertRelatedChanges(
  trx: Knex.Transaction,
  dialect: Dialect,
  sources: Referred,
  source: number,
  outcomes: readonly RowOutcome[],
): Promise<void> {
  const byObject = new Map<string, RelatedChange>();
  for (const { alsoChanged } of outcomes)
    for (const change of alsoChanged) byObject.set(JSON.stringify([change.model, change.objectId]), change);
  if (byObject.size === 0) return;
  const { table, sourceId, model, objectId } = RELATED_CHANGES;
  const changed = [...byObject.values()];
  const { columns, values, keptIds } = referring(
    sourceId,
    sources,
    changed.map(() => source),
  );
  await dialect.insertRows(trx, {
    table,
    columns: [...columns, model, objectId],
    values: [...values, changed.map((change) => change.model), changed.map((change) => change.objectId)],
    keptIds,
    count: changed.length,
    returning: [],
  });
}

/** Records the outcomes of each source, all in one statement. */
export async function insertOutcomes(
  trx: Knex.Transaction,
  dialect: Dialect,
  sources: Referred,
  bySource: readonly (readonly RowOutcome[])[],
): Promise<void> {
  const outcomes = bySource.flat();
  if (outcomes.length === 0) return;
  const { table, sourceId, row, line, key, status, severity, objectId, changes, alsoDeleted, alsoChanged, problems } =
    OUTCOMES;
  const values: readonly (readonly [ColumnInfo, readonly Binding[]])[] = [
    [row, outcomes.map((outcome) => outcome.row)],
    [line, outcomes.map((outcome) => outcome.line)],
    [key, outcomes.map((outcome) => outcome.externalKey)],
    [status, outcomes.map((outcome) => outcome.status)],
    [severity, outcomes.map((outcome) => worstSeverity(outcome.problems))],
    [objectId, outcomes.map((outcome) => outcome.objectId)],
    [changes, outcomes.map((outcome) => storedChanges(outcome.changes))],
    [alsoDeleted, outcomes.map((outcome) => json(outcome.alsoDeleted))],
    [alsoChanged, outcomes.map((outcome) => json(outcome.alsoChanged.map(({ model, objectId: id }) => [model, id])))],
    [problems, outcomes.map((outcome) => json(outcome.problems))],
  ];
  // In most runs, several columns are empty and need not be sent.
  const used = values.filter(([, items]) => items.some((item) => item !== null));
  const owners = bySource.flatMap((own, index) => own.map(() => index));
  const { columns, values: references, keptIds } = referring(sourceId, sources, owners);
  // Lets pending answers be processed first.
  await yieldAfter(outcomes.length);
  await dialect.insertRows(trx, {
    table,
    columns: [...columns, ...used.map(([column]) => column)],
    values: [...references, ...used.map(([, items]) => items)],
    keptIds,
    count: outcomes.length,
    returning: [],
  });
  for (const [index, own] of bySource.entries()) await insertRelatedChanges(trx, dialect, sources, index, own);
}

export interface OutcomeRow {
  run_source_id: string | number;
  row: number;
  line: number | null;
  external_key: string | null;
  status: string;
  object_id: string | null;
  changes: string | null;
  also_deleted: string | null;
  also_changed: string | null;
  problems: string | null;
}

type StoredChange =
  readonly [field: string, after: Canonical] | readonly [field: string, before: Canonical, after: Canonical];

const list = <T>(text: string | null): T[] => (text === null ? [] : (JSON.parse(text) as T[]));

export function readOutcome(row: OutcomeRow): RowOutcome {
  return {
    row: row.row,
    line: row.line,
    externalKey: row.external_key,
    status: row.status as RowStatus,
    objectId: row.object_id,
    changes: list<StoredChange>(row.changes).map(([field, ...values]) => ({
      field,
      before: values.length > 1 ? (values[0] ?? null) : null,
      after: values.at(-1) ?? null,
    })),
    alsoDeleted: list<string>(row.also_deleted),
    alsoChanged: list<readonly [model: string, objectId: string]>(row.also_changed).map(([model, objectId]) => ({
      model,
      objectId,
    })),
    problems: list<Problem>(row.problems),
  };
}

const READ_AT_ONCE = 5000;

/** The recorded outcomes of a source, in row order. */
export const recordedOutcomes = (knex: Knex, sourceId: string): AsyncGenerator<readonly RowOutcome[]> =>
  outcomesOf(knex(OUTCOMES.table).where({ run_source_id: sourceId }));

/** The recorded outcomes of a source that have problems, in row order. */
export const recordedProblems = (knex: Knex, sourceId: string): AsyncGenerator<readonly RowOutcome[]> =>
  outcomesOf(knex(OUTCOMES.table).where({ run_source_id: sourceId }).whereNotNull('severity'));

async function* outcomesOf(query: Knex.QueryBuilder): AsyncGenerator<readonly RowOutcome[]> {
  for (let after = 0; ;) {
    const rows = (await query.clone().where('row', '>', after).orderBy('row').limit(READ_AT_ONCE)) as OutcomeRow[];
    if (rows.length === 0) return;
    yield rows.map(readOutcome);
    after = rows.at(-1)?.row ?? after;
  }
}
