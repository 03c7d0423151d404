/** Which systems have changed an object, from the outcomes of runs and from the records of removed outcomes. */
import type { Knex } from 'knex';
import type { Database } from '../database';
import { pointInTime } from './reading';
import { RUNS_TABLE, SOURCES_TABLE } from './runs';
import { OUTCOMES, RELATED_CHANGES, TIMESTAMP } from './tables';

type Row = Record<string, unknown>;
type Query = Knex.QueryBuilder;

export interface TouchRecord {
  readonly objectId: string;
  readonly systemId: number;
  readonly firstTouchedAt: Date;
  readonly lastTouchedAt: Date;
  readonly lastRunId: string;
}

/** Objects of a model that a system has touched. */
export interface ObjectsOfSystem {
  readonly model: string;
  readonly systemId: number;
  readonly ids: readonly string[];
}

const FIRST_TOUCHES_TABLE = 'nsync_first_touches';
const TOUCHING_STATUSES = ['CREATED', 'UPDATED', 'UNLINKED'];
const LAST_TIME = 'COALESCE(r.finished_at, r.started_at)';

/** Whether an outcome contains a change to its object. */
export const isTouch = ({ status, changes }: Row): boolean =>
  TOUCHING_STATUSES.includes(String(status)) || changes !== null;

const whereTouch = (query: Query): Query =>
  query.where((changed) => {
    void changed.whereIn('o.status', TOUCHING_STATUSES).orWhereNotNull('o.changes');
  });

/** Rows of a table about objects, from runs that changed something. */
const changing = (knex: Knex, table: string, objectIds: readonly string[]): Query =>
  knex({ o: table })
    .join({ s: SOURCES_TABLE }, 's.id', 'o.run_source_id')
    .join({ r: RUNS_TABLE }, 'r.id', 's.run_id')
    .whereIn('o.object_id', objectIds as string[])
    .where('r.dry_run', false)
    // A rolled-back run has changed nothing. The committed changes of an interrupted run stay.
    .whereNot('r.status', 'ROLLED_BACK');

/** Touches of objects of a model: by their own rows, and from the other side of a relation. */
const touching = (knex: Knex, model: string, objectIds: readonly string[]): readonly Query[] => [
  whereTouch(changing(knex, OUTCOMES.table, objectIds).where('s.model', model)),
  changing(knex, RELATED_CHANGES.table, objectIds).where('o.model', model),
];

/** First touches whose outcomes were removed, by object and system. */
async function removedFirstTouches(
  knex: Knex,
  model: string,
  objectIds: readonly string[],
): Promise<(objectId: string, systemId: number) => Date | undefined> {
  const rows = (await knex(FIRST_TOUCHES_TABLE)
    .where({ model })
    .whereIn('object_id', objectIds as string[])) as Row[];
  const nameOf = (objectId: string, systemId: number): string => JSON.stringify([objectId, systemId]);
  const times = new Map(
    rows.map((row) => [nameOf(String(row.object_id), Number(row.external_system_id)), pointInTime(row.touched_at)]),
  );
  return (objectId, systemId) => times.get(nameOf(objectId, systemId));
}

/** Which systems have changed objects of a model, with their own rows or from the other side of a relation. */
export async function touchesOfObjects(
  knex: Knex,
  model: string,
  objectIds: readonly string[],
): Promise<TouchRecord[]> {
  const found: Row[] = [];
  for (const query of touching(knex, model, objectIds))
    found.push(
      ...((await query
        .whereNotNull('s.external_system_id')
        .groupBy('o.object_id', 's.external_system_id')
        .select('o.object_id', 's.external_system_id')
        .min({ first: 'r.started_at' })
        .max({ last: knex.raw(LAST_TIME) as unknown as string })
        .max({ run: 'r.id' })) as Row[]),
    );
  if (found.length === 0) return [];
  const removed = await removedFirstTouches(knex, model, objectIds);
  return found.map((row) => {
    const objectId = String(row.object_id);
    const systemId = Number(row.external_system_id);
    const first = pointInTime(row.first);
    const earlier = removed(objectId, systemId);
    return {
      objectId,
      systemId,
      firstTouchedAt: earlier && earlier < first ? earlier : first,
      lastTouchedAt: pointInTime(row.last),
      lastRunId: String(row.run),
    };
  });
}

/** The objects that the system has touched in a later run, or that a later run has deleted. */
export async function supersededObjects(
  knex: Knex,
  { model, systemId, ids }: ObjectsOfSystem,
  run: { readonly id: string; readonly finishedAt: Date },
): Promise<Set<string>> {
  const later = (query: Query): Query => query.where('r.id', '>', run.id).distinct('o.object_id', { last: knex.raw(LAST_TIME) as unknown as string }); // prettier-ignore
  const found: Row[] = [];
  for (const query of touching(knex, model, ids))
    found.push(...((await later(query.where('s.external_system_id', systemId))) as Row[]));
  const deleted = changing(knex, OUTCOMES.table, ids).where({ 's.model': model, 'o.status': 'DELETED' });
  found.push(...((await later(deleted)) as Row[]));
  // Of two concurrent runs, the later one may have finished first.
  return new Set(
    found.filter((row) => pointInTime(row.last) >= run.finishedAt).map(({ object_id }) => String(object_id)),
  );
}

/** Records when a system first touched objects, before the outcomes about it are removed. */
export async function recordFirstTouches(
  trx: Knex.Transaction,
  { dialect }: Database,
  { model, systemId, ids }: ObjectsOfSystem,
  at: Date,
): Promise<void> {
  if (ids.length === 0) return;
  const touched_at = dialect.bind(TIMESTAMP, at.toISOString()) as string;
  const first = { model, external_system_id: systemId };
  await trx(FIRST_TOUCHES_TABLE)
    .where(first)
    .whereIn('object_id', ids as string[])
    .where('touched_at', '>', touched_at)
    .update({ touched_at });
  await trx(FIRST_TOUCHES_TABLE)
    .insert(ids.map((object_id) => ({ ...first, object_id, touched_at })))
    .onConflict(['object_id', 'model', 'external_system_id'])
    .ignore();
}
