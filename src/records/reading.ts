/** Reads nsync's own tables for the API: pages in a stable order, and batches for the dataloaders. */
import type { Knex } from 'knex';
import type { Database, SqlFragment } from '../database';
import { readValue, unstorable } from '../models';
import type { Severity } from '../problems';
import { type OutcomeRow, readOutcome, type RowOutcome, type RowStatus } from './outcomes';
import { SOURCES_TABLE } from './runs';
import { SYSTEMS_TABLE } from './systems';
import { MAPPINGS, OUTCOMES, TIMESTAMP } from './tables';

export interface SystemRecord {
  /** Null for a system that only a dry run has used. */
  readonly id: number | null;
  readonly name: string;
  readonly description: string | null;
  readonly createdAt: Date;
}

export interface MappingRecord {
  readonly id: string;
  readonly systemId: number;
  readonly model: string;
  readonly externalKey: string;
  readonly objectId: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** An outcome with its place in the run and its source. */
export interface OutcomeRecord extends RowOutcome {
  readonly id: string;
  readonly sourceId: string;
}

/** A part of a list: the first items after an id. */
export interface PageRequest {
  readonly first: number;
  /** The id of the last item before the page. */
  readonly after: string | null;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly hasNextPage: boolean;
  /** The length of the whole list. A function, because counting takes time. */
  totalCount(): Promise<number>;
}

export const pointInTime = (raw: unknown): Date => new Date(String(readValue(TIMESTAMP, raw)));

type Row = Record<string, unknown>;
type Query = Knex.QueryBuilder;

const readSystem = (row: Row): SystemRecord => ({
  id: Number(row.id),
  name: String(row.name),
  description: (row.description as string | null) ?? null,
  createdAt: pointInTime(row.created_at),
});

const readMapping = (row: Row): MappingRecord => ({
  id: String(row.id),
  systemId: Number(row.external_system_id),
  model: String(row.model),
  externalKey: String(row.external_key),
  objectId: String(row.object_id),
  createdAt: pointInTime(row.created_at),
  updatedAt: pointInTime(row.updated_at),
});

async function countOf(query: Query): Promise<number> {
  const [row] = (await query.count({ count: '*' })) as { count: number | string }[];
  return Number(row?.count ?? 0);
}

/** A page in the order of ids; with `newest`, in reverse order. */
export async function page<T>(
  query: Query,
  { first, after }: PageRequest,
  read: (row: Row) => T,
  newest = false,
): Promise<Page<T>> {
  const counted = query.clone();
  if (after !== null) query.where('id', newest ? '<' : '>', after);
  const rows = (await query.orderBy('id', newest ? 'desc' : 'asc').limit(first + 1)) as Row[];
  return {
    items: rows.slice(0, first).map(read),
    hasNextPage: rows.length > first,
    totalCount: () => countOf(counted),
  };
}

/** A condition that no row fulfils. */
const NOTHING: SqlFragment = { sql: '1 = 0', bindings: [] };

/** Equality with a text from a client, which may contain characters that the database cannot store. */
export function whereText(query: Query, column: string, text: string): Query {
  return unstorable(text) ? query.whereRaw(NOTHING.sql) : query.where(column, text);
}

/** Ids of systems have 32 bits. */
export const LARGEST_SYSTEM_ID = 2n ** 31n - 1n;

/** A page of all systems, or of those with the names. */
export function systemsPage(knex: Knex, request: PageRequest, names?: readonly string[]): Promise<Page<SystemRecord>> {
  const query = knex(SYSTEMS_TABLE) as Query;
  return page(names ? query.whereIn('name', names as string[]) : query, request, readSystem);
}

export async function systemsByIds(knex: Knex, ids: readonly number[]): Promise<SystemRecord[]> {
  return ((await knex(SYSTEMS_TABLE).whereIn('id', ids as number[])) as Row[]).map(readSystem);
}

export async function systemByName(knex: Knex, name: string): Promise<SystemRecord | null> {
  const row = (await whereText(knex(SYSTEMS_TABLE), 'name', name).first()) as Row | undefined;
  return row ? readSystem(row) : null;
}

export interface MappingFilter {
  readonly systemId?: number;
  readonly model?: string;
  readonly externalKeys?: readonly string[];
  readonly objectId?: string;
  /** Narrows to mappings whose object does or does not exist. */
  readonly narrow?: (query: Query) => void;
}

export function mappingsPage(
  { reader, dialect }: Database,
  filter: MappingFilter,
  request: PageRequest,
): Promise<Page<MappingRecord>> {
  const query = reader(MAPPINGS.table) as Query;
  if (filter.systemId !== undefined) query.where('external_system_id', filter.systemId);
  if (filter.model !== undefined) whereText(query, 'model', filter.model);
  if (filter.externalKeys !== undefined) {
    const keys = filter.externalKeys.filter((key) => unstorable(key) === null).map((key) => [key]);
    const { sql, bindings } = keys.length > 0 ? dialect.tupleCondition(reader, [MAPPINGS.key], keys) : NOTHING;
    query.whereRaw(sql, bindings as Knex.RawBinding[]);
  }
  if (filter.objectId !== undefined) whereText(query, 'object_id', filter.objectId);
  filter.narrow?.(query);
  return page(query, request, readMapping);
}

/** All mappings of objects of one model. */
export async function mappingRecordsOfObjects(
  knex: Knex,
  model: string,
  objectIds: readonly string[],
): Promise<MappingRecord[]> {
  const rows = (await knex(MAPPINGS.table)
    .where({ model })
    .whereIn('object_id', objectIds as string[])
    .orderBy('id')) as Row[];
  return rows.map(readMapping);
}

/** The number of mappings by system and model. */
export async function mappingCounts(
  knex: Knex,
  systemIds: readonly number[],
): Promise<{ systemId: number; model: string; count: number }[]> {
  const rows = (await knex(MAPPINGS.table)
    .select('external_system_id', 'model')
    .count({ count: '*' })
    .whereIn('external_system_id', systemIds as number[])
    .groupBy('external_system_id', 'model')) as Row[];
  return rows.map((row) => ({
    systemId: Number(row.external_system_id),
    model: String(row.model),
    count: Number(row.count),
  }));
}

export interface OutcomeFilter {
  readonly statuses?: readonly RowStatus[];
  readonly severity?: Severity;
}

/** In the order of sources and rows. The id of an outcome consists of its source's id and its row number: `12:345`. */
export async function outcomesPage(
  knex: Knex,
  runId: string,
  filter: OutcomeFilter,
  { first, after }: PageRequest,
): Promise<Page<OutcomeRecord>> {
  const sourceIds = ((await knex(SOURCES_TABLE).where({ run_id: runId }).pluck('id')) as unknown[]).map(Number);
  const query = knex(OUTCOMES.table).whereIn('run_source_id', sourceIds) as Query;
  if (filter.statuses) query.whereIn('status', filter.statuses as string[]);
  if (filter.severity) query.where('severity', filter.severity);
  const counted = query.clone();
  if (after !== null) {
    const [source = 0, row = 0] = after.split(':').map(Number);
    query.where((part) => {
      void part.where('run_source_id', '>', source).orWhere((same) => {
        void same.where('run_source_id', source).where('row', '>', row);
      });
    });
  }
  const rows = (await query.orderBy(['run_source_id', 'row']).limit(first + 1)) as OutcomeRow[];
  return {
    items: rows.slice(0, first).map((row) => ({
      ...readOutcome(row),
      id: `${row.run_source_id}:${row.row}`,
      sourceId: String(row.run_source_id),
    })),
    hasNextPage: rows.length > first,
    totalCount: () => countOf(counted),
  };
}
