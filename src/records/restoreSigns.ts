/**
 * Signs that the objects and nsync's own tables are from different times, such as after a restore of some tables. They
 * compare the records of the newest runs with the current objects and mappings. Objects created or changed outside of
 * nsync leave no such sign.
 */
import type { Knex } from 'knex';
import type { Database } from '../database';
import type { Model } from '../models';
import { notBelow, objectOf } from './dangling';
import { RUNS_TABLE, SOURCES_TABLE } from './runs';
import { SYSTEMS_TABLE } from './systems';
import { MAPPINGS, OUTCOMES } from './tables';

type Query = Knex.QueryBuilder;
type Count = number | string | null;

/** The most sources per model to check, newest first, and the most outcomes of all of them. */
const SOURCES = 10;
const MOST_OUTCOMES = 10_000;

const numberOf = (count: Count | undefined): number => Number(count ?? 0);

interface Source {
  readonly id: string;
  readonly runId: string;
}

/** The newest sources whose runs created objects of a model and committed them. */
async function creatingSources(reader: Knex, model: Model): Promise<Source[]> {
  const rows = (await reader({ s: SOURCES_TABLE })
    .join({ r: RUNS_TABLE }, 'r.id', 's.run_id')
    .where({ 's.model': model.name, 'r.dry_run': false })
    .where('s.created_count', '>', 0)
    .whereNotIn('r.status', ['ROLLED_BACK', 'RUNNING', 'QUEUED'])
    .orderBy('s.id', 'desc')
    .limit(SOURCES)
    .select({ id: 's.id', run: 'r.id' })) as { id: unknown; run: unknown }[];
  return rows.map(({ id, run }) => ({ id: String(id), runId: String(run) }));
}

/** Outcomes of sources that created an object. */
const creations = (reader: Knex, sources: readonly Source[]): Query =>
  reader({ o: OUTCOMES.table })
    .whereIn(
      'o.run_source_id',
      sources.map(({ id }) => Number(id)),
    )
    .where('o.status', 'CREATED')
    .whereNotNull('o.object_id')
    .limit(MOST_OUTCOMES);

/** Outcomes with one of the statuses for the object that row `c` created. */
const laterOutcomes = (reader: Knex, model: Model, statuses: readonly string[]): Query =>
  reader({ d: OUTCOMES.table })
    .join({ ds: SOURCES_TABLE }, 'ds.id', 'd.run_source_id')
    .select(reader.raw('1'))
    .whereRaw('d.object_id = c.object_id')
    .where('ds.model', model.name)
    .whereIn('d.status', statuses as string[]);

async function hasDeletedSince(reader: Knex, { runId }: Source): Promise<boolean> {
  const found = (await reader(SOURCES_TABLE)
    .where('run_id', '>=', runId)
    .where('deleted_count', '>', 0)
    .first('id')) as unknown;
  return found !== undefined;
}

interface MissingObjects {
  readonly runId: string;
  readonly created: number;
  /** Objects that do not exist, and that no run deleted. */
  readonly missing: number;
  /** Missing objects whose ids are not below the id of the next object. */
  readonly ahead: number;
  /** Whether a later run deleted objects, which may have deleted these by a cascade. */
  readonly isExplained: boolean;
}

/**
 * How many of the objects created by the newest run with new objects of a model still exist; null if there is no such
 * run.
 */
export async function missingObjects(
  database: Database,
  model: Model,
  next: bigint | null,
): Promise<MissingObjects | null> {
  const { reader } = database;
  const [newest] = await creatingSources(reader, model);
  if (!newest) return null;
  const isMissing = objectOf(database, model, 'c.object_id');
  const [all] = (await reader
    .from(creations(reader, [newest]).select('o.object_id').as('c'))
    .count({ count: '*' })) as { count: Count }[];
  const ahead = next === null ? reader.raw('0') : reader.raw(`SUM(CASE WHEN ? THEN 1 ELSE 0 END)`, [notBelow(reader, 'c.object_id', next)]); // prettier-ignore
  const [row] = (await reader
    .from(creations(reader, [newest]).select('o.object_id').as('c'))
    .whereNotExists(isMissing)
    .whereNotExists(laterOutcomes(reader, model, ['DELETED']))
    .select({ missing: reader.raw('COUNT(*)'), ahead })) as { missing: Count; ahead: Count }[];
  return {
    runId: newest.runId,
    created: numberOf(all?.count),
    missing: numberOf(row?.missing),
    ahead: numberOf(row?.ahead),
    isExplained: await hasDeletedSince(reader, newest),
  };
}

interface LostMappings {
  readonly count: number;
  /** `HRSystem 1001 -> 17` */
  readonly examples: readonly string[];
}

/**
 * Keys with which the newest runs created objects of a model that still exist, but that are no longer mapped although
 * no run removed the mapping.
 */
export async function lostMappings(database: Database, model: Model, most: number): Promise<LostMappings> {
  const { reader } = database;
  const sources = await creatingSources(reader, model);
  if (sources.length === 0) return { count: 0, examples: [] };
  const created = creations(reader, sources)
    .join({ s: SOURCES_TABLE }, 's.id', 'o.run_source_id')
    .join({ y: SYSTEMS_TABLE }, 'y.id', 's.external_system_id')
    .whereNotNull('o.external_key')
    .select('o.object_id', 'o.external_key', { system_id: 'y.id', system: 'y.name' });
  const mapping = reader({ m: MAPPINGS.table })
    .select(reader.raw('1'))
    .whereRaw('m.external_system_id = c.system_id AND m.external_key = c.external_key')
    .where('m.model', model.name);
  const lost = reader
    .from(created.as('c'))
    .whereNotExists(mapping)
    .whereExists(objectOf(database, model, 'c.object_id'))
    .whereNotExists(laterOutcomes(reader, model, ['DELETED', 'UNLINKED']));
  const [row] = (await lost.clone().count({ count: '*' })) as { count: Count }[];
  const count = numberOf(row?.count);
  if (count === 0) return { count, examples: [] };
  const rows = (await lost.orderBy('c.object_id').limit(most).select('c.system', 'c.external_key', 'c.object_id')) as {
    system: string;
    external_key: string;
    object_id: string;
  }[];
  return { count, examples: rows.map(({ system, external_key, object_id }) => `${system} ${external_key} -> ${object_id}`) }; // prettier-ignore
}
