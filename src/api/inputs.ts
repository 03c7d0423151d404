/** Inputs of the schema. */
import { Field, ID, InputType, Int } from 'type-graphql';
import type { SpooledFile } from '../csv';
import type { RowAction as RowActionName } from '../sync';
import { ErrorPolicy, MatchConflictPolicy, RowAction, UnknownFieldPolicy, UnresolvedReferencePolicy } from './enums';
import { DateTime, JsonObject, Upload } from './scalars';

const FLAGS = '`c` create, `u` update, `d` delete, `*` force: "cu", "u*", "d".';
const MATCH =
  'Columns whose values find the object, with the postfix operators `|` `&` `~`: ["employee_id"], ["first_name last_name"], ["address country |"]';

@InputType({ description: 'One row: its actions, how to find its object, and its values.' })
export class RowInput {
  @Field(() => String, { nullable: true, description: `${FLAGS} Default: \`defaults.actionFlags\`.` })
  actionFlags?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: `${MATCH}. An element can hold several names, separated by spaces. Default: \`defaults.matchOn\`.`,
  })
  matchOn?: string[] | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The object’s key in the external system: "12212281".',
  })
  externalKey?: string | null;

  @Field(() => JsonObject, {
    description:
      'Values by field name, and references by path: `{"first_name": "Bruce", "owner=>employee_id": "EMP2"}`. Inside a GraphQL query, write references as objects: `{first_name: "Bruce", owner: {employee_id: "EMP2"}}`.',
  })
  values!: Record<string, unknown>;
}

@InputType({ description: 'Defaults for rows without flags or match fields of their own.' })
export class RowDefaultsInput {
  @Field(() => String, { nullable: true, description: FLAGS })
  actionFlags?: string | null;

  @Field(() => [String], { nullable: true, description: `${MATCH}.` })
  matchOn?: string[] | null;
}

@InputType({ description: 'Options of a run.' })
export class SyncOptionsInput {
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: true,
    description: 'Creates the external system if it does not exist. If false, a call for an unknown system fails.',
  })
  createExternalSystem?: boolean | null;

  @Field(() => [RowAction], {
    nullable: true,
    description:
      'Runs all actions of the first kind for all rows, then the second kind, then the third: `[CREATE, UPDATE, DELETE]` or another order of the three. Default: row by row.',
  })
  order?: RowActionName[] | null;

  @Field(() => ErrorPolicy, {
    nullable: true,
    defaultValue: 'ROLLBACK',
    description: 'What the run does if a row fails.',
  })
  onError?: keyof typeof ErrorPolicy | null;

  @Field(() => MatchConflictPolicy, {
    nullable: true,
    defaultValue: 'DELETE',
    description: 'What a row does if `match_on` finds a different object than its external key.',
  })
  onMatchConflict?: keyof typeof MatchConflictPolicy | null;

  @Field(() => UnresolvedReferencePolicy, {
    nullable: true,
    defaultValue: 'WARN',
    description: 'What a row does if a reference finds no object, or several.',
  })
  onUnresolvedReference?: keyof typeof UnresolvedReferencePolicy | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'Reports what the run would do, and changes nothing.',
  })
  dryRun?: boolean | null;

  @Field(() => UnknownFieldPolicy, {
    nullable: true,
    defaultValue: 'WARN',
    description: 'What the run does if a column is not a field, relation or setter of its model.',
  })
  onUnknownField?: keyof typeof UnknownFieldPolicy | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'The minimum number of rows of the call, over all files. With fewer rows the call fails with `TOO_FEW_ROWS` and changes nothing.',
  })
  minRows?: number | null;
}

@InputType({ description: 'Rows to sync.' })
export class SyncRowsInput {
  @Field(() => String, {
    description: 'The external system of the rows: "HRSystem". Trimmed; up to 100 characters.',
  })
  system!: string;

  @Field(() => String, {
    description: 'The model of the rows: "Person". Upper and lower case may differ if only one model fits.',
  })
  model!: string;

  @Field(() => [RowInput], { description: 'The rows, in the order in which they act.' })
  rows!: RowInput[];

  @Field(() => RowDefaultsInput, {
    nullable: true,
    description: 'Defaults for rows without flags or match fields of their own.',
  })
  defaults?: RowDefaultsInput | null;

  @Field(() => SyncOptionsInput, { nullable: true, description: 'Options of the run.' })
  options?: SyncOptionsInput | null;
}

@InputType({
  description: 'Maps a header of a CSV file to a name. One header can be mapped to several names.',
})
export class ColumnInput {
  @Field(() => String, {
    description: 'The header as the file spells it ("Employee No"), or the position of the column ("#3").',
  })
  header!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'A field, a reference such as "owner=>employee_id", or one of `action_flags`, `match_on` and `external_key`. "field:external_key" is a field named `external_key`.',
  })
  name?: string | null;

  @Field(() => Boolean, { nullable: true, defaultValue: false, description: 'Ignores the column without a warning.' })
  ignore?: boolean | null;
}

@InputType({ description: 'The format of a CSV file.' })
export class CsvFormatInput {
  @Field(() => String, {
    nullable: true,
    description: 'One character, or "tab". Default: `,` `;` tab or `|`, detected from the first lines.',
  })
  delimiter?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'A character that escapes a quote within a quoted cell, such as a backslash. Default: none; a quote is written as two quotes.',
  })
  escape?: string | null;

  @Field(() => String, {
    nullable: true,
    defaultValue: 'utf-8',
    description: '"utf-8", "utf-16", "latin1", "windows-1252", … A byte order mark overrides the setting.',
  })
  encoding?: string | null;

  @Field(() => String, { nullable: true, description: 'The text of a cell that stands for null: "NULL".' })
  nullMarker?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Separates several targets in a cell of a many-to-many column: ";".',
  })
  listDelimiter?: string | null;
}

@InputType({ description: 'A CSV file to sync. Give exactly one of `csv` and `file`.' })
export class SyncCsvInput {
  @Field(() => String, { description: 'The external system of the file: "HRSystem".' })
  system!: string;

  @Field(() => String, { description: 'The model of the rows: "Person".' })
  model!: string;

  @Field(() => String, { nullable: true, description: 'The file as text. The first line is the header.' })
  csv?: string | null;

  @Field(() => Upload, { nullable: true, description: 'The file as an upload.' })
  file?: SpooledFile | null;

  @Field(() => [ColumnInput], { nullable: true, description: 'Maps headers to names, or ignores columns.' })
  columns?: ColumnInput[] | null;

  @Field(() => RowDefaultsInput, {
    nullable: true,
    description: 'Defaults for lines without flags or match fields of their own.',
  })
  defaults?: RowDefaultsInput | null;

  @Field(() => CsvFormatInput, { nullable: true, description: 'The format of the file.' })
  format?: CsvFormatInput | null;

  @Field(() => SyncOptionsInput, { nullable: true, description: 'Options of the run.' })
  options?: SyncOptionsInput | null;
}

@InputType({ description: 'One of several files. Give exactly one of `csv` and `file`.' })
export class CsvFileInput {
  @Field(() => String, {
    nullable: true,
    description:
      'The file’s name. Required for `csv`, unless `system` and `model` are given. Default for an upload: its own name.',
  })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'The file as text. The first line is the header.' })
  csv?: string | null;

  @Field(() => Upload, { nullable: true, description: 'The file as an upload.' })
  file?: SpooledFile | null;

  @Field(() => String, { nullable: true, description: 'The external system. Overrides the one in the file’s name.' })
  system?: string | null;

  @Field(() => String, { nullable: true, description: 'The model. Overrides the one in the file’s name.' })
  model?: string | null;
}

@InputType({ description: 'Several CSV files to sync in one run.' })
export class SyncCsvFilesInput {
  @Field(() => [CsvFileInput], { description: 'The files, in the order in which they are synced.' })
  files!: CsvFileInput[];

  @Field(() => String, {
    nullable: true,
    description:
      'A regular expression for file names, with the named groups `external_system`, `model_name` and optionally `app_name`. Default: reads "System_app_Model.csv".',
  })
  pattern?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: true,
    description:
      'If true, `options.order` defaults to [CREATE, UPDATE, DELETE] over all files. If false, files are synced one by one, row by row.',
  })
  smartOrder?: boolean | null;

  @Field(() => [ColumnInput], {
    nullable: true,
    description: 'Renames or ignores columns in each file that has the header. A header that no file has is an error.',
  })
  columns?: ColumnInput[] | null;

  @Field(() => RowDefaultsInput, {
    nullable: true,
    description: 'Defaults for lines without flags or match fields of their own.',
  })
  defaults?: RowDefaultsInput | null;

  @Field(() => CsvFormatInput, { nullable: true, description: 'The format of the files.' })
  format?: CsvFormatInput | null;

  @Field(() => SyncOptionsInput, { nullable: true, description: 'Options of the run.' })
  options?: SyncOptionsInput | null;
}

@InputType({ description: 'Creates an external system, or changes the one of this name.' })
export class SaveExternalSystemInput {
  @Field(() => String, { description: 'The system’s name: "HRSystem". Trimmed; up to 100 characters.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'The new name of the system.' })
  newName?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'A text about the system, up to 10,000 characters. `null` removes it.',
  })
  description?: string | null;
}

@InputType({ description: 'Removes an external system. Objects stay.' })
export class DeleteExternalSystemInput {
  @Field(() => String, { description: 'The system’s name.' })
  name!: string;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description:
      'Also removes the system’s mappings. If false, a system with mappings is refused with `SYSTEM_IN_USE`.',
  })
  deleteMappings?: boolean | null;
}

@InputType({ description: 'Stops a run.' })
export class CancelRunInput {
  @Field(() => ID, { description: 'The run’s id.' })
  id!: string;
}

@InputType({ description: 'Removes old runs and their outcomes. Mappings and objects stay.' })
export class PruneRunsInput {
  @Field(() => DateTime, { description: 'Removes runs that finished before this time.' })
  finishedBefore!: Date;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: true,
    description: 'Keeps the newest outcome (and its run) per object and system, so that `touchedBy` stays complete.',
  })
  keepLastTouch?: boolean | null;
}

@InputType({ description: 'Selects external key mappings. A mapping must fulfil all given conditions.' })
export class ExternalKeyMappingFilter {
  @Field(() => String, { nullable: true, description: 'Mappings of this external system.' })
  system?: string | null;

  @Field(() => String, { nullable: true, description: 'Mappings of this model.' })
  model?: string | null;

  @Field(() => ID, { nullable: true, description: 'The mapping of this key.' })
  externalKey?: string | null;

  @Field(() => [ID], { nullable: true, description: 'Mappings of these keys.' })
  externalKeys?: string[] | null;

  @Field(() => ID, { nullable: true, description: 'Mappings to the object with this id.' })
  objectId?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'If true, mappings whose object no longer exists. If false, mappings whose object exists.',
  })
  dangling?: boolean | null;
}
