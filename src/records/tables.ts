/** nsync's own tables, as the bulk statements need them (see migrations/). */
import { type ColumnInfo, type ColumnType, type Dialect, EXACT, integerType } from '../database';

function column(name: string, sqlType: string, type: ColumnType, autoIncrement = false): ColumnInfo {
  return {
    name,
    sqlType,
    type,
    nullable: true,
    hasDefault: autoIncrement,
    autoIncrement,
    generated: false,
    changesOnUpdate: false,
  };
}

const text = (name: string): ColumnInfo => column(name, 'varchar', { kind: 'string', collation: EXACT });
const longText = (name: string): ColumnInfo => column(name, 'text', { kind: 'string', collation: EXACT });
const id = (name: string, autoIncrement = false): ColumnInfo => column(name, 'bigint', integerType(64n), autoIncrement);
const integer = (name: string): ColumnInfo => column(name, 'integer', integerType(32n));

/** How points in time are stored: in milliseconds, UTC. */
export const TIMESTAMP: ColumnType = { kind: 'datetime', fraction: 3, zoned: true };
const timestamp = (name: string): ColumnInfo => column(name, 'timestamptz', TIMESTAMP);

export const MAPPINGS = {
  table: 'nsync_external_key_mappings',
  id: id('id', true),
  systemId: integer('external_system_id'),
  model: text('model'),
  key: text('external_key'),
  objectId: text('object_id'),
  createdAt: timestamp('created_at'),
  updatedAt: timestamp('updated_at'),
} as const;

export const RUNS = {
  table: 'nsync_runs',
  id: id('id', true),
  status: text('status'),
  dryRun: column('dry_run', 'boolean', { kind: 'boolean' }),
  startedBy: text('started_by'),
  startedAt: timestamp('started_at'),
  finishedAt: timestamp('finished_at'),
  attempt: integer('attempt'),
  problems: longText('problems'),
  problemGroups: longText('problem_groups'),
} as const;

export const RUN_SOURCES = {
  table: 'nsync_run_sources',
  id: id('id', true),
  runId: id('run_id'),
  position: integer('position'),
  systemId: integer('external_system_id'),
  systemName: text('system_name'),
  model: text('model'),
  file: longText('file'),
  /** By count: the column's name is the count's. */
  countOf: (count: string): ColumnInfo => integer(`${count}_count`),
} as const;

export const OUTCOMES = {
  table: 'nsync_row_outcomes',
  sourceId: id('run_source_id'),
  row: integer('row'),
  line: integer('line'),
  key: text('external_key'),
  status: text('status'),
  severity: text('severity'),
  objectId: text('object_id'),
  changes: longText('changes'),
  alsoDeleted: longText('also_deleted'),
  alsoChanged: longText('also_changed'),
  problems: longText('problems'),
} as const;

export const RELATED_CHANGES = {
  table: 'nsync_related_changes',
  sourceId: id('run_source_id'),
  model: text('model'),
  objectId: text('object_id'),
} as const;

/** A SELECT from one of nsync's own tables. The names are quoted, so that an error of a missing table is not mistaken for one of a trigger. */
export const selectFrom = (dialect: Dialect, table: string, columns: readonly string[]): string =>
  `SELECT ${columns.map((name) => dialect.columnName({ name })).join(', ')} FROM ${dialect.tableName(table)}`;
