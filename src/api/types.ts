/** Object types of the schema. Fields that need a look at the database are in the resolvers. */
import { type ClassType, Field, Float, ID, Int, ObjectType } from 'type-graphql';
import type { RunCounts as Counts } from '../records';
import type { Model as ModelInfo } from '../models';
import type { ProblemCode as ProblemCodeName, Severity as SeverityName } from '../sync';
import { FieldType, ProblemCode, RelationKind, RowStatus, RunPhase, RunStatus, Severity } from './enums';
import { DateTime, Json, JsonObject } from './scalars';

@ObjectType({ description: 'A problem of a row, a column or a run.' })
export class Problem {
  @Field(() => ProblemCode, { description: 'The kind of the problem.' })
  code!: ProblemCodeName;

  @Field(() => Severity, { description: 'Whether the problem made the row fail.' })
  severity!: SeverityName;

  @Field(() => String, {
    description: 'A message for people. Names the field, the value and, if there is one, the nearest correct spelling.',
  })
  message!: string;

  @Field(() => String, { nullable: true, description: 'The column, field, relation or constraint of the problem.' })
  field!: string | null;
}

@ObjectType({ description: 'All problems of one kind in a run.' })
export class ProblemGroup extends Problem {
  @Field(() => String, { nullable: true, description: 'The file of the rows.' })
  file!: string | null;

  @Field(() => Int, { description: 'The number of problems.' })
  count!: number;

  @Field(() => String, { description: 'The row numbers as ranges: "1-40, 52". At most the first 100 ranges.' })
  rows!: string;
}

@ObjectType({ description: 'A change of a field or a relation.' })
export class FieldChange {
  @Field(() => String, { description: 'The name of the field, or of the to-many relation.' })
  field!: string;

  @Field(() => Json, {
    nullable: true,
    description: 'The value before the row. For a to-many relation, the ids that were removed.',
  })
  before!: unknown;

  @Field(() => Json, {
    nullable: true,
    description: 'The value after the row. For a to-many relation, the ids that were added.',
  })
  after!: unknown;
}

@ObjectType({ description: 'An object by its model and id.' })
export class ObjectRef {
  @Field(() => String, { description: 'Its model.' })
  model!: string;

  @Field(() => ID, { description: 'Its primary key. A composite key is a JSON array.' })
  id!: string;
}

@ObjectType({ description: 'The result of a row.' })
export class RowOutcome {
  @Field(() => String, { description: 'The model of the row.' })
  model!: string;

  @Field(() => String, { description: 'The external system of the row.' })
  system!: string;

  @Field(() => Int, { description: 'The number of the row in its source, from 1.' })
  row!: number;

  @Field(() => Int, { nullable: true, description: 'The line of the CSV file where the row starts, from 1.' })
  line!: number | null;

  @Field(() => String, { nullable: true, description: 'The file of the row.' })
  file!: string | null;

  @Field(() => ID, { nullable: true, description: 'The row’s external key.' })
  externalKey!: string | null;

  @Field(() => RowStatus, { description: 'What the row did.' })
  status!: keyof typeof RowStatus;

  @Field(() => ID, { nullable: true, description: 'The id of the row’s object.' })
  objectId!: string | null;

  @Field(() => [FieldChange], { description: 'The changes of the object.' })
  changes!: readonly FieldChange[];

  @Field(() => [ID], {
    description:
      'Ids of matched objects that a forced update deleted because the row’s key is linked to another object (R10).',
  })
  alsoDeleted!: readonly string[];

  @Field(() => [ObjectRef], { description: 'Objects on the other side of relations that the row changed.' })
  alsoChanged!: readonly ObjectRef[];

  @Field(() => [Problem], { description: 'The problems of the row.' })
  problems!: readonly Problem[];
}

@ObjectType({ description: 'The results of rows, counted.' })
export class RunCounts {
  @Field(() => Int, { description: 'All rows.' })
  rows!: number;

  @Field(() => Int, { description: 'Rows that created their object.' })
  created!: number;

  @Field(() => Int, { description: 'Rows that changed their object.' })
  updated!: number;

  @Field(() => Int, { description: 'Rows whose object already had all the values.' })
  unchanged!: number;

  @Field(() => Int, { description: 'Deleted objects: those of rows, and those in `alsoDeleted`.' })
  deleted!: number;

  @Field(() => Int, { description: 'Rows that removed only their mapping.' })
  unlinked!: number;

  @Field(() => Int, { description: 'Rows that did nothing.' })
  skipped!: number;

  @Field(() => Int, { description: 'Rows that failed.' })
  failed!: number;

  @Field(() => Int, { description: 'Warnings. A row can have several.' })
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

@ObjectType({ description: 'A named source of data, such as "HRSystem".' })
export class ExternalSystem {
  id!: number | null;

  @Field(() => String, { description: 'The unique name: "HRSystem".' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'A text about the system.' })
  description!: string | null;

  @Field(() => DateTime, { description: 'When the system was created.' })
  createdAt!: Date;
}

@ObjectType({ description: 'The rows of one system for one model in a run.' })
export class RunSource {
  id!: string;

  systemId!: number | null;

  systemName!: string;

  runStartedAt!: Date;

  @Field(() => String, { description: 'The model of the rows.' })
  model!: string;

  @Field(() => String, { nullable: true, description: 'The file’s name.' })
  file!: string | null;

  @Field(() => RunCounts, { description: 'The results of the source’s rows, counted.' })
  counts!: Counts;
}

@ObjectType({ description: 'The progress of a run.' })
export class RunProgress {
  @Field(() => RunPhase, { description: 'The current step.' })
  phase!: keyof typeof RunPhase;

  @Field(() => Int, {
    description: 'Rows that are done. With `order`, each pass over the rows counts for a part of a row.',
  })
  rowsDone!: number;

  @Field(() => Int, { nullable: true, description: 'The estimated number of rows; null if unknown.' })
  rowsTotal!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'The average rows per second since the first row; null before the first row.',
  })
  rowsPerSecond!: number | null;

  @Field(() => Float, { nullable: true, description: 'The estimated remaining seconds; null if unknown.' })
  secondsLeft!: number | null;
}

@ObjectType({ description: 'A run: one sync call, its sources and the results of their rows.' })
export class SyncRun {
  @Field(() => ID, { description: 'The run’s number.' })
  id!: string;

  @Field(() => RunStatus, { description: 'The state of the run.' })
  status!: keyof typeof RunStatus;

  @Field(() => Boolean, { description: 'Whether the run is a preview that changed nothing.' })
  dryRun!: boolean;

  @Field(() => DateTime, { description: 'When the call arrived.' })
  startedAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When the run finished.' })
  finishedAt!: Date | null;

  @Field(() => RunProgress, { nullable: true, description: 'The progress; null once the run has finished.' })
  progress!: RunProgress | null;

  @Field(() => [Problem], { description: 'Problems of columns and of the whole run, each reported once (R16, R20).' })
  problems!: readonly Problem[];

  @Field(() => [ProblemGroup], { description: 'Problems of rows, grouped by kind. The most frequent kind is first.' })
  problemGroups!: readonly ProblemGroup[];
}

@ObjectType({ description: 'The start and end of a page.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether more items follow the page.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Whether items precede the page.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'The cursor of the first item.' })
  startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the last item. Pass it as `after` to get the next page.',
  })
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
  @ObjectType(`${name}Edge`, { description: `An item in a page of ${what}.` })
  class Edge {
    @Field(() => String, { description: 'The cursor of the item, for `after`.' })
    cursor!: string;

    @Field(() => node, { description: 'The item.' })
    node!: T;
  }
  @ObjectType(`${name}Connection`, { description: `A page of ${what}.` })
  class ConnectionType {
    @Field(() => [Edge], { description: 'The items with their cursors.' })
    edges!: Edge[];

    @Field(() => [node], { description: 'The items.' })
    nodes!: T[];

    @Field(() => PageInfo, { description: 'The start and end of the page.' })
    pageInfo!: PageInfo;

    countAll!: () => Promise<number>;

    @Field(() => Int, { description: 'The number of items on all pages.' })
    totalCount(): Promise<number> {
      return this.countAll();
    }
  }
  return ConnectionType;
}

@ObjectType({ description: 'A mapping from a key of an external system to an object.' })
export class ExternalKeyMapping {
  systemId!: number;

  @Field(() => ID, { description: 'The id of the mapping itself.' })
  id!: string;

  @Field(() => String, { description: 'The model of the object.' })
  model!: string;

  @Field(() => ID, { description: 'The key in the external system. Keys are compared byte for byte.' })
  externalKey!: string;

  @Field(() => ID, { description: 'The object’s id: its primary key. A composite key is a JSON array.' })
  objectId!: string;

  @Field(() => DateTime, { description: 'When the mapping was created.' })
  createdAt!: Date;

  @Field(() => DateTime, { description: 'When the mapping last moved to another object.' })
  updatedAt!: Date;
}

@ObjectType({ description: 'An object of a model.' })
export class SyncedObject {
  @Field(() => String, { description: 'The object’s model.' })
  model!: string;

  @Field(() => ID, { description: 'Its primary key. A composite key is a JSON array.' })
  id!: string;

  @Field(() => JsonObject, { description: 'The values by field name: `{"first_name": "Bruce"}`.' })
  values!: Record<string, unknown>;
}

@ObjectType({ description: 'A system that has a mapping to an object or has changed the object.' })
export class SystemTouch {
  systemId!: number;

  lastRunId!: string | null;

  @Field(() => [ID], { description: 'The system’s keys that are mapped to the object now.' })
  externalKeys!: readonly string[];

  @Field(() => DateTime, {
    nullable: true,
    description: 'When the system first changed the object or was first mapped to it.',
  })
  firstTouchedAt!: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When the system last changed the object or was last mapped to it.',
  })
  lastTouchedAt!: Date | null;
}

@ObjectType({ description: 'A field of a model.' })
export class ModelField {
  @Field(() => String, { description: 'The name that rows use.' })
  name!: string;

  @Field(() => FieldType, { description: 'The format of the values.' })
  type!: keyof typeof FieldType;

  @Field(() => Boolean, { description: 'Whether the field can be null.' })
  nullable!: boolean;

  @Field(() => Boolean, { description: 'Whether the database sets a value if a new object has none.' })
  hasDefault!: boolean;

  @Field(() => Boolean, { description: 'Whether the database computes the field, so that rows cannot set it.' })
  generated!: boolean;

  @Field(() => Boolean, { description: 'Whether rows can set the field.' })
  writable!: boolean;

  @Field(() => Int, { nullable: true, description: 'The maximum length of text, in characters.' })
  maxLength!: number | null;

  @Field(() => [String], { nullable: true, description: 'The allowed values of an enum.' })
  members!: readonly string[] | null;
}

@ObjectType({ description: 'A relation of a model.' })
export class ModelRelation {
  @Field(() => String, { description: 'The name that rows use, before `=>`.' })
  name!: string;

  @Field(() => RelationKind, { description: 'How the models are related.' })
  kind!: keyof typeof RelationKind;

  @Field(() => String, { description: 'The related model.' })
  model!: string;

  @Field(() => [String], {
    description: 'The columns of the foreign key. For a many-to-many relation, the columns of the join table.',
  })
  columns!: string[];

  @Field(() => String, { nullable: true, description: 'Why rows cannot set the relation; null if they can.' })
  reason!: string | null;
}

@ObjectType({ description: 'A table or view of the database.' })
export class Model {
  info!: ModelInfo;

  @Field(() => String, { description: 'The name to use in `syncRows`.' })
  name!: string;

  @Field(() => String, { description: 'The table’s name. Includes the schema, unless it is the default schema.' })
  table!: string;

  @Field(() => Boolean, { description: 'Whether rows can be synced into the model.' })
  syncable!: boolean;

  @Field(() => String, { nullable: true, description: 'Why rows cannot be synced into the model; null if they can.' })
  reason!: string | null;

  @Field(() => String, { description: 'The field of the primary key. Several fields are separated by commas.' })
  idField!: string;

  @Field(() => [ModelField], { description: 'The fields of the model, one per column.' })
  fields!: ModelField[];

  @Field(() => [String], {
    description: 'Virtual setters of the Objection model. Rows can use them like fields (R15).',
  })
  setters!: string[];

  @Field(() => [ModelRelation], { description: 'The relations to other models.' })
  relations!: ModelRelation[];

  @Field(() => [[String]], { description: 'The unique keys, each as a list of fields.' })
  uniqueKeys!: string[][];
}

@ObjectType({ description: 'The models after a reload, and what has changed.' })
export class ReloadModelsPayload {
  @Field(() => [Model], { description: 'All models, by name.' })
  models!: Model[];

  @Field(() => [String], { description: 'The names of new models.' })
  added!: string[];

  @Field(() => [String], { description: 'The names of models that no longer exist.' })
  removed!: string[];

  @Field(() => [String], { description: 'The names of models whose fields, keys or relations have changed.' })
  changed!: string[];
}

@ObjectType({ description: 'The limits for clients. 0 means no limit.' })
export class Limits {
  @Field(() => Int, { description: 'The maximum number of rows of a `syncRows` call.' })
  rowsPerCall!: number;

  @Field(() => Float, { description: 'The maximum size of a request body, in bytes.' })
  bodyBytes!: number;

  @Field(() => Float, { description: 'The maximum size of an uploaded file, in bytes.' })
  uploadBytes!: number;

  @Field(() => Float, { description: 'The maximum size of an unpacked gzip file, in bytes.' })
  unpackedBytes!: number;

  @Field(() => Int, { description: 'The maximum number of items of a page.' })
  pageSize!: number;

  @Field(() => Int, { description: 'The maximum number of tokens and comments of a GraphQL document.' })
  operationTokens!: number;

  @Field(() => Int, { description: 'The maximum number of operations and fragments of a GraphQL document.' })
  operationDefinitions!: number;

  @Field(() => Int, { description: 'The maximum number of nested levels of fields and fragments.' })
  operationDepth!: number;

  @Field(() => Int, { description: 'The maximum number of fields, each counted as often as fragments repeat it.' })
  operationFields!: number;

  @Field(() => Int, { description: 'The maximum number of fields of `Query` or `Mutation` in an operation.' })
  operationRootFields!: number;

  @Field(() => Int, { description: 'The maximum number of aliases in an operation.' })
  operationAliases!: number;

  @Field(() => Int, { description: 'The maximum number of directives in an operation.' })
  operationDirectives!: number;

  @Field(() => Int, { description: 'The maximum number of pages that an operation can read.' })
  operationPages!: number;

  @Field(() => Int, {
    description:
      'The maximum number of objects that an operation can read. Page sizes of nested lists are multiplied: 50 systems with 100 mappings each are about 5,000 objects.',
  })
  operationNodes!: number;

  @Field(() => Int, {
    description: 'The maximum number of values that an operation can read: its fields, multiplied by the page sizes.',
  })
  operationValues!: number;

  @Field(() => Int, {
    description:
      'The maximum number of items of lists in the variables of an operation, except rows and the content of JSON values.',
  })
  operationListItems!: number;

  @Field(() => Float, {
    description: 'The maximum number of values in the JSON of a request. A higher `rowsPerCall` raises it.',
  })
  requestValues!: number;

  @Field(() => Int, {
    description: 'The maximum number of nested levels of lists and objects in variables and arguments.',
  })
  valueDepth!: number;

  @Field(() => Int, {
    description: 'The maximum number of different columns of a file, or of the rows of a call. Inline objects count.',
  })
  columns!: number;

  @Field(() => Int, { description: 'The maximum length of the name of a column, in characters.' })
  columnNameLength!: number;

  @Field(() => Int, { description: 'The maximum number of relations in the path of a reference.' })
  referenceHops!: number;

  @Field(() => Int, { description: 'The maximum number of objects that a row names for one to-many relation.' })
  targetsPerRow!: number;

  @Field(() => Int, { description: 'The maximum length of a `match_on`, in characters.' })
  matchLength!: number;

  @Field(() => Int, { description: 'The maximum number of names and operators in a `match_on`.' })
  matchTerms!: number;

  @Field(() => Int, {
    description:
      'The maximum number of alternatives in a `match_on`: `a b | c d | &` has four, because either name of the first pair goes with either name of the second.',
  })
  matchAlternatives!: number;

  @Field(() => Int, { description: 'The maximum number of files of a `syncCsvFiles` call.' })
  filesPerCall!: number;

  @Field(() => Int, { description: 'The maximum number of problems that the outcome of a row lists.' })
  problemsPerRow!: number;

  @Field(() => Int, { description: 'The maximum number of problem groups of a run.' })
  problemGroups!: number;
}

@ObjectType({ description: 'The result of `syncRows`.' })
export class SyncRowsPayload {
  @Field(() => SyncRun, { description: 'The run.' })
  run!: SyncRun;

  @Field(() => [RowOutcome], { description: 'The outcomes, one per row, in row order.' })
  outcomes!: RowOutcome[];
}

@ObjectType({ description: 'The result of `syncCsv` and `syncCsvFiles`.' })
export class SyncCsvPayload {
  @Field(() => SyncRun, { description: 'The run.' })
  run!: SyncRun;
}

@ObjectType({ description: 'The result of `cancelRun`.' })
export class CancelRunPayload {
  @Field(() => SyncRun, {
    description: 'The run. Its status is still `RUNNING` if the current chunk takes longer than five seconds.',
  })
  run!: SyncRun;
}

@ObjectType({ description: 'The result of `pruneRuns`.' })
export class PruneRunsPayload {
  @Field(() => Int, { description: 'The number of removed runs.' })
  runs!: number;

  @Field(() => Int, { description: 'The number of removed outcomes, including those of runs that stay.' })
  outcomes!: number;
}

@ObjectType({ description: 'The result of `saveExternalSystem`.' })
export class SaveExternalSystemPayload {
  @Field(() => ExternalSystem, { description: 'The saved system.' })
  externalSystem!: ExternalSystem;

  @Field(() => Boolean, { description: 'Whether the system was created.' })
  created!: boolean;
}

@ObjectType({ description: 'The result of `deleteExternalSystem`.' })
export class DeleteExternalSystemPayload {
  @Field(() => String, { description: 'The name of the removed system.' })
  deletedName!: string;

  @Field(() => Int, { description: 'The number of removed mappings.' })
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
