/** Converts records to objects of the schema. */
import { tableParts } from '../database';
import { extended } from '../extended';
import { type Model as ModelInfo, type ModelCatalog, whyNotSyncable, whyNotWritable } from '../models';
import { type MappingRecord, NOT_REPORTED, type RowOutcome as OutcomeData, type RunProgressRecord, type RunRecord, type SystemRecord } from '../records'; // prettier-ignore
import type { FieldType } from './enums';
import type { Model } from './types/models';
import type { RowOutcome } from './types/outcomes';
import type { RunProgress, SyncRun } from './types/runs';
import type { ExternalKeyMapping, ExternalSystem } from './types/systems';

export const systemNode = (record: SystemRecord): ExternalSystem => ({ ...record });

export const mappingNode = (record: MappingRecord): ExternalKeyMapping => ({ ...record });

function progressNode(progress: RunProgressRecord): RunProgress {
  const { rowsDone, rowsTotal, rowsPerSecond } = progress;
  const rest = rowsTotal === null ? null : rowsTotal - rowsDone;
  return { ...progress, secondsLeft: rest === null || rowsPerSecond === null ? null : rest / rowsPerSecond };
}

/** `replayed`: the call that is answered repeats the one that started the run. */
export const runNode = (record: RunRecord, replayed = false): SyncRun =>
  extended(record, { replayed, progress: record.progress && progressNode(record.progress) });

/** A run as it was when its call was queued, whatever a worker has done since. */
export const queuedRunNode = (record: RunRecord): SyncRun =>
  runNode({ ...record, status: 'QUEUED', progress: NOT_REPORTED.progress, finishedAt: null, error: null, problems: [], problemGroups: [] }); // prettier-ignore

/** The source of a row. */
interface OutcomeOrigin {
  readonly system: string;
  readonly model: string;
  readonly file: string | null;
}

export const outcomeNode = (
  { alsoChanged, ...outcome }: OutcomeData,
  { system, model, file }: OutcomeOrigin,
): RowOutcome => ({
  ...outcome,
  system,
  model,
  file,
  alsoChanged: alsoChanged.map((other) => ({ model: other.model, id: other.objectId })),
});

const FIELD_TYPES: Record<ModelInfo['fields'][number]['column']['type']['kind'], keyof typeof FieldType> = {
  string: 'STRING',
  enum: 'STRING',
  uuid: 'STRING',
  integer: 'INTEGER',
  decimal: 'DECIMAL',
  float: 'FLOAT',
  boolean: 'BOOLEAN',
  date: 'DATE',
  time: 'TIME',
  datetime: 'DATETIME',
  json: 'JSON',
  binary: 'BINARY',
  other: 'OTHER',
};

/** Puts the primary key first, because databases differ in whether they list it among the unique keys. */
function uniqueKeysOf({ table: { primaryKey }, uniqueKeys }: ModelInfo): (readonly string[])[] {
  const isPrimary = (columns: readonly string[]): boolean => columns.join('\0') === primaryKey.join('\0');
  const others = uniqueKeys.flatMap(({ columns }) => (columns && !isPrimary(columns) ? [columns] : []));
  return primaryKey.length > 0 ? [primaryKey, ...others] : others;
}

export function modelNode(info: ModelInfo): Model {
  const nameOf = (column: string): string => info.fieldsByName.get(column)?.name ?? column;
  const reason = whyNotSyncable(info);
  return {
    info,
    name: info.name,
    table: tableParts(info.table.name).join('.'),
    syncable: reason === null,
    reason,
    idField: info.idFields.map(({ name }) => name).join(','),
    fields: info.fields.map(({ name, column }) => ({
      name,
      type: FIELD_TYPES[column.type.kind],
      nullable: column.nullable,
      hasDefault: column.hasDefault,
      generated: column.generated,
      writable: whyNotWritable({ column }) === null,
      members: column.type.kind === 'enum' ? column.type.members : null,
      maxLength: column.type.kind === 'string' ? (column.type.maxLength ?? null) : null,
    })),
    setters: [...info.setters].sort(),
    relations: [...info.relations.values()].map((relation) => ({
      name: relation.name,
      kind: relation.kind.name,
      model: relation.related.name,
      columns: relation.kind.foreignKeys(relation).flatMap(({ columns }) => columns.map(({ name }) => name)),
      reason: relation.obstacle,
    })),
    uniqueKeys: uniqueKeysOf(info).map((columns) => columns.map(nameOf)),
  };
}

/** All models, ordered by name. */
export const modelNodes = ({ models }: ModelCatalog): Model[] =>
  [...models].sort((a, b) => (a.name < b.name ? -1 : 1)).map(modelNode);
