/** Object types of the schema. Fields that need a look at the database are in the resolvers. */
import { type ClassType, Field, Float, ID, Int, ObjectType } from 'type-graphql';
import type { RunCounts as Counts } from '../records';
import type { Model as ModelInfo } from '../models';
import type { ProblemCode as ProblemCodeName, Severity as SeverityName } from '../sync';
import { FieldType, ProblemCode, RelationKind, RowStatus, RunPhase, RunStatus, Severity } from './enums';
import { DateTime, Json, JsonObject } from './scalars';

@ObjectType({ description: 'One thing that went wrong.' })
export class Problem {
  @Field(() => ProblemCode, { description: 'What kind of problem it is.' })
  code!: ProblemCodeName;

  @Field(() => Severity, { description: 'Whether the row failed.' })
  severity!: SeverityName;

  @Field(() => String, {
    description: 'For people: names the field, the value and, where there is one, the nearest right spelling.',
  })
  message!: string;

  @Field(() => String, { nullable: true, description: 'The column, field, relation or constraint.' })
  field!: string | null;
}

@ObjectType({ description: 'Problems of one kind, summed up.' })
export class ProblemGroup extends Problem {
  @Field(() => String, { nullable: true, description: 'The file that the rows are in.' })
  file!: string | null;

  @Field(() => Int, { description: 'How many there are.' })
  count!: number;

  @Field(() => String, { description: 'The rows, as ranges such as "1-40, 52"; at most the first 100 ranges.' })
  rows!: string;
}

@ObjectType({ description: 'What a row changed in a field or a relation.' })
export class FieldChange {
  @Field(() => String, { description: 'The field; of a relation to many its name.' })
  field!: string;

  @Field(() => Json, {
    nullable: true,
    description: 'Before the row; of a relation to many the ids that were removed.',
  })
  before!: unknown;

  @Field(() => Json, { nullable: true, description: 'After the row; of a relation to many the ids that were added.' })
  after!: unknown;
}

@ObjectType({ description: 'An object by its model and id.' })
export class ObjectRef {
  @Field(() => String, { description: 'Its model.' })
  model!: string;

  @Field(() => ID, { description: 'Its primary key; of a composite one a JSON array.' })
  id!: string;
}

@ObjectType({ description: 'What became of a row.' })
export class RowOutcome {
  @Field(() => String, { description: 'The model that the row is for.' })
  model!: string;

  @Field(() => String, { description: 'The external system that the row comes from.' })
  system!: string;

  @Field(() => Int, { description: 'From 1, in its source.' })
  row!: number;

  @Field(() => Int, { nullable: true, description: 'Of the CSV file, from 1, where the row starts.' })
  line!: number | null;

  @Field(() => String, { nullable: true, description: 'The file that the row is in.' })
  file!: string | null;

  @Field(() => ID, { nullable: true, description: 'The row’s external key.' })
  externalKey!: string | null;

  @Field(() => RowStatus, { description: 'What became of it.' })
  status!: keyof typeof RowStatus;

  @Field(() => ID, { nullable: true, description: 'The object that it acted on, or would have.' })
  objectId!: string | null;

  @Field(() => [FieldChange], { description: 'What it changed.' })
  changes!: readonly FieldChange[];

  @Field(() => [ID], {
    description: 'Objects that it deleted because they were matched while another was linked (R10).',
  })
  alsoDeleted!: readonly string[];

  @Field(() => [ObjectRef], { description: 'Objects on the other side of relations that it changed.' })
  alsoChanged!: readonly ObjectRef[];

  @Field(() => [Problem], { description: 'What went wrong.' })
  problems!: readonly Problem[];
}

@ObjectType({ description: 'How many rows came to what.' })
export class RunCounts {
  @Field(() => Int, { description: 'Rows in all.' })
  rows!: number;

  @Field(() => Int, { description: 'Rows that made their object.' })
  created!: number;

  @Field(() => Int, { description: 'Rows that changed their object.' })
  updated!: number;

  @Field(() => Int, { description: 'Rows whose object was as it should be.' })
  unchanged!: number;

  @Field(() => Int, { description: 'Objects that rows deleted: their own, and those in `alsoDeleted`.' })
  deleted!: number;

  @Field(() => Int, { description: 'Rows that only removed their mapping.' })
  unlinked!: number;

  @Field(() => Int, { description: 'Rows that had nothing to do.' })
  skipped!: number;

  @Field(() => Int, { description: 'Rows that failed.' })
  failed!: number;

  @Field(() => Int, { description: 'Warnings, of which a row may have several.' })
  warnings!: number;
}

/** The counts of several sources as one. */
export function sumCounts(all: readonly Counts[]): RunCounts {
  const sum = new RunCounts();
  for (const key of [
    'rows',
    'created',
    'updated',
    'unchanged',
    'deleted',
    'unlinked',
    'skipped',
    'failed',
    'warnings',
  ] as const)
    sum[key] = all.reduce((total, counts) => total + counts[key], 0);
  return sum;
}

@ObjectType({ description: 'A named source of data.' })
export class ExternalSystem {
  id!: number | null;

  @Field(() => String, { description: 'Unique: "HRSystem".' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'What the system is.' })
  description!: string | null;

  @Field(() => DateTime, { description: 'When it was first heard of.' })
  createdAt!: Date;
}

@ObjectType({ description: 'Rows of one system for one model in a run.' })
export class RunSource {
  id!: string;

  systemId!: number | null;

  systemName!: string;

  runStartedAt!: Date;

  @Field(() => String, { description: 'The model that the rows are for.' })
  model!: string;

  @Field(() => String, { nullable: true, description: 'The file’s name.' })
  file!: string | null;

  @Field(() => RunCounts, { description: 'What its rows came to.' })
  counts!: Counts;
}

@ObjectType({ description: 'How far a run is.' })
export class RunProgress {
  @Field(() => RunPhase, { description: 'What it does at the moment.' })
  phase!: keyof typeof RunPhase;

  @Field(() => Int, { description: 'Rows that are done. With an `order`, a row is done in parts.' })
  rowsDone!: number;

  @Field(() => Int, { nullable: true, description: 'About how many rows there are; null if that is not known.' })
  rowsTotal!: number | null;

  @Field(() => Float, { nullable: true, description: 'Since it has begun with its rows; null until it has.' })
  rowsPerSecond!: number | null;

  @Field(() => Float, { nullable: true, description: 'At this speed; null if that is not known.' })
  secondsLeft!: number | null;
}

@ObjectType({ description: 'One call: its sources, and what became of their rows.' })
export class SyncRun {
  @Field(() => ID, { description: 'Counts up.' })
  id!: string;

  @Field(() => RunStatus, { description: 'How far it has come.' })
  status!: keyof typeof RunStatus;

  @Field(() => Boolean, { description: 'Whether it only reported what it would do.' })
  dryRun!: boolean;

  @Field(() => DateTime, { description: 'When the call came.' })
  startedAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it was done.' })
  finishedAt!: Date | null;

  @Field(() => RunProgress, { nullable: true, description: 'How far it is; null once it has finished.' })
  progress!: RunProgress | null;

  @Field(() => [Problem], { description: 'Problems of a column or of the whole run, told once (R16, R20).' })
  problems!: readonly Problem[];

  @Field(() => [ProblemGroup], { description: 'Problems of rows, summed up; the most frequent first.' })
  problemGroups!: readonly ProblemGroup[];
}

@ObjectType({ description: 'Where a page of a list starts and ends.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether there is more after the page.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Whether there is more before the page.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'Of the first item.' })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: 'Of the last item; give it as `after` for the next page.' })
  endCursor!: string | null;
}

export interface Connection<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly nodes: readonly T[];
  readonly pageInfo: PageInfo;
  readonly countAll: () => Promise<number>;
}

/** The connection and edge types of a node, after the Relay specification. */
function connectionOf<T extends object>(node: ClassType<T>, name: string, what: string): ClassType<Connection<T>> {
  @ObjectType(`${name}Edge`, { description: `A place in a list of ${what}.` })
  class Edge {
    @Field(() => String, { description: 'The place, to be given as `after`.' })
    cursor!: string;

    @Field(() => node, { description: 'What is there.' })
    node!: T;
  }
  @ObjectType(`${name}Connection`, { description: `A page of ${what}.` })
  class ConnectionType {
    @Field(() => [Edge], { description: 'Items with their places.' })
    edges!: Edge[];

    @Field(() => [node], { description: 'Items alone.' })
    nodes!: T[];

    @Field(() => PageInfo, { description: 'Where the page starts and ends.' })
    pageInfo!: PageInfo;

    countAll!: () => Promise<number>;

    @Field(() => Int, { description: 'Items of the whole list.' })
    totalCount(): Promise<number> {
      return this.countAll();
    }
  }
  return ConnectionType;
}

@ObjectType({ description: 'Says which object an external system knows under a key.' })
export class ExternalKeyMapping {
  systemId!: number;

  @Field(() => ID, { description: 'Of the mapping itself.' })
  id!: string;

  @Field(() => String, { description: 'The object’s model.' })
  model!: string;

  @Field(() => ID, { description: 'The key in the external system, byte for byte.' })
  externalKey!: string;

  @Field(() => ID, { description: 'The object’s id: its primary key, of a composite one a JSON array.' })
  objectId!: string;

  @Field(() => DateTime, { description: 'When the mapping was made.' })
  createdAt!: Date;

  @Field(() => DateTime, { description: 'When it was last pointed to another object.' })
  updatedAt!: Date;
}

@ObjectType({ description: 'An object of a model.' })
export class SyncedObject {
  @Field(() => String, { description: 'The model.' })
  model!: string;

  @Field(() => ID, { description: 'Its primary key; of a composite one a JSON array.' })
  id!: string;

  @Field(() => JsonObject, { description: 'Its fields: `{"first_name": "Bruce"}`.' })
  values!: Record<string, unknown>;
}

@ObjectType({ description: 'A system that is mapped to an object or has changed it.' })
export class SystemTouch {
  systemId!: number;

  lastRunId!: string | null;

  @Field(() => [ID], { description: 'Its keys that point to the object now.' })
  externalKeys!: readonly string[];

  @Field(() => DateTime, { nullable: true, description: 'When it first changed the object or was mapped to it.' })
  firstTouchedAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When it last did.' })
  lastTouchedAt!: Date | null;
}

@ObjectType({ description: 'A field of a model.' })
export class ModelField {
  @Field(() => String, { description: 'As rows name it.' })
  name!: string;

  @Field(() => FieldType, { description: 'How its values are written.' })
  type!: keyof typeof FieldType;

  @Field(() => Boolean, { description: 'Whether it may have no value.' })
  nullable!: boolean;

  @Field(() => Boolean, { description: 'Whether a new object gets a value by itself.' })
  hasDefault!: boolean;

  @Field(() => Boolean, { description: 'Whether the database computes it, so that rows cannot set it.' })
  generated!: boolean;

  @Field(() => Boolean, { description: 'Whether rows can set it.' })
  writable!: boolean;

  @Field(() => Int, { nullable: true, description: 'Of text, in characters.' })
  maxLength!: number | null;

  @Field(() => [String], { nullable: true, description: 'Of an enum, the values that there are.' })
  members!: readonly string[] | null;
}

@ObjectType({ description: 'A relation of a model.' })
export class ModelRelation {
  @Field(() => String, { description: 'As rows name it, before `=>`.' })
  name!: string;

  @Field(() => RelationKind, { description: 'How the models are related.' })
  kind!: keyof typeof RelationKind;

  @Field(() => String, { description: 'The related model.' })
  model!: string;

  @Field(() => [String], {
    description: 'The foreign key’s columns; of a many-to-many relation those of the join table.',
  })
  columns!: string[];

  @Field(() => String, { nullable: true, description: 'Why rows cannot set it; null if they can.' })
  reason!: string | null;
}

@ObjectType({ description: 'A table or view of the database.' })
export class Model {
  info!: ModelInfo;

  @Field(() => String, { description: 'As `syncRows` takes it.' })
  name!: string;

  @Field(() => String, { description: 'The table’s name, with its schema where that is not the default one.' })
  table!: string;

  @Field(() => Boolean, { description: 'Whether rows can be synced into it.' })
  syncable!: boolean;

  @Field(() => String, { nullable: true, description: 'Why rows cannot be synced into it, where they cannot.' })
  reason!: string | null;

  @Field(() => String, { description: 'The primary key; several fields are separated by commas.' })
  idField!: string;

  @Field(() => [ModelField], { description: 'Its columns.' })
  fields!: ModelField[];

  @Field(() => [String], {
    description: 'Virtual setters of the Objection model, which rows may name like fields (R15).',
  })
  setters!: string[];

  @Field(() => [ModelRelation], { description: 'Its relations to other models.' })
  relations!: ModelRelation[];

  @Field(() => [[String]], { description: 'Sets of fields whose values no two objects share.' })
  uniqueKeys!: string[][];
}

@ObjectType({ description: 'The models as they are now, and what is new about them.' })
export class ReloadModelsPayload {
  @Field(() => [Model], { description: 'All models, by name.' })
  models!: Model[];

  @Field(() => [String], { description: 'Models that there were not before.' })
  added!: string[];

  @Field(() => [String], { description: 'Models that are gone.' })
  removed!: string[];

  @Field(() => [String], { description: 'Models with other fields, keys or relations than before.' })
  changed!: string[];
}

@ObjectType({ description: 'What a client may send; each is a setting of the server. 0: no limit.' })
export class Limits {
  @Field(() => Int, { description: 'Rows of one `syncRows`.' })
  rowsPerCall!: number;

  @Field(() => Float, { description: 'Bytes of a request’s body.' })
  bodyBytes!: number;

  @Field(() => Float, { description: 'Bytes of an uploaded file.' })
  uploadBytes!: number;

  @Field(() => Float, { description: 'Bytes that a gzip file unpacks to.' })
  unpackedBytes!: number;

  @Field(() => Int, { description: 'Items of a page.' })
  pageSize!: number;
}

@ObjectType({ description: 'What `syncRows` did.' })
export class SyncRowsPayload {
  @Field(() => SyncRun, { description: 'The run.' })
  run!: SyncRun;

  @Field(() => [RowOutcome], { description: 'One for each row, in row order.' })
  outcomes!: RowOutcome[];
}

@ObjectType({ description: 'What `syncCsv` or `syncCsvFiles` did.' })
export class SyncCsvPayload {
  @Field(() => SyncRun, { description: 'The run.' })
  run!: SyncRun;
}

@ObjectType({ description: 'The run that was asked to stop.' })
export class CancelRunPayload {
  @Field(() => SyncRun, { description: 'The run; still `RUNNING` if its chunk takes longer.' })
  run!: SyncRun;
}

@ObjectType({ description: 'What was removed.' })
export class PruneRunsPayload {
  @Field(() => Int, { description: 'Runs of which nothing is left.' })
  runs!: number;

  @Field(() => Int, { description: 'Outcomes, also of runs that keep others.' })
  outcomes!: number;
}

@ObjectType({ description: 'The system that was saved.' })
export class SaveExternalSystemPayload {
  @Field(() => ExternalSystem, { description: 'As it is now.' })
  externalSystem!: ExternalSystem;

  @Field(() => Boolean, { description: 'Whether it was made.' })
  created!: boolean;
}

@ObjectType({ description: 'What was removed.' })
export class DeleteExternalSystemPayload {
  @Field(() => String, { description: 'The system’s name.' })
  deletedName!: string;

  @Field(() => Int, { description: 'How many mappings went with it.' })
  deletedMappings!: number;
}

export const ExternalSystemConnection = connectionOf(ExternalSystem, 'ExternalSystem', 'external systems');
export const ExternalKeyMappingConnection = connectionOf(
  ExternalKeyMapping,
  'ExternalKeyMapping',
  'external key mappings',
);
export const SyncedObjectConnection = connectionOf(SyncedObject, 'SyncedObject', 'objects');
export const SyncRunConnection = connectionOf(SyncRun, 'SyncRun', 'runs');
export const RowOutcomeConnection = connectionOf(RowOutcome, 'RowOutcome', 'outcomes');
