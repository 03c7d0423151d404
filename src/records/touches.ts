/** Which systems have changed an object, as the outcomes of runs tell. */
import type { Knex } from 'knex';
import { pointInTime } from './reading';
import { RUNS_TABLE, SOURCES_TABLE } from './runs';
import { OUTCOMES, RELATED_CHANGES } from './tables';

type Row = Record<string, unknown>;
type Query = Knex.QueryBuilder;

export interface TouchRecord {
  readonly objectId: string;
  readonly systemId: number;
  readonly firstTouchedAt: Date;
  readonly lastTouchedAt: Date;
  readonly lastRunId: string;
}

/** Which systems have changed objects of a model, with their own rows or from the other side of a relation. */
export async function touchesOfObjects(
  knex: Knex,
  model: string,
  objectIds: readonly string[],
): Promise<TouchRecord[]> {
  const touching = (table: string): Query =>
    knex({ o: table })
      .join({ s: SOURCES_TABLE }, 's.id', 'o.run_source_id')
      .join({ r: RUNS_TABLE }, 'r.id', 's.run_id')
      .whereIn('o.object_id', objectIds as string[])
      .where('r.dry_run', false)
      // What was rolled back has changed nothing; an interrupted run keeps what it had committed.
      .whereNot('r.status', 'ROLLED_BACK')
      .whereNotNull('s.external_system_id')
      .groupBy('o.object_id', 's.external_system_id')
      .select('o.object_id', 's.external_system_id')
      .min({ first: 'r.started_at' })
      .max({ last: knex.raw('COALESCE(r.finished_at, r.started_at)') as unknown as string })
      .max({ run: 'r.id' });
  const rows = [
    ...((await touching(OUTCOMES.table)
      .where('s.model', model)
      .where((changed) => {
        void changed.whereIn('o.status', ['CREATED', 'UPDATED', 'UNLINKED']).orWhereNotNull('o.changes');
      })) as Row[]),
    ...((await touching(RELATED_CHANGES.table).where('o.model', model)) as Row[]),
  ];
  return rows.map((row) => ({
    objectId: String(row.object_id),
    systemId: Number(row.external_system_id),
    firstTouchedAt: pointInTime(row.first),
    lastTouchedAt: pointInTime(row.last),
    lastRunId: String(row.run),
  }));
}
