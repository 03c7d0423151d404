/** Inputs of the schema. */
import { Field, ID, InputType, Int } from 'type-graphql';
import type { SpooledFile } from '../csv';
import type { RowAction as RowActionName } from '../sync';
import { ErrorPolicy, MatchConflictPolicy, RowAction, UnknownFieldPolicy, UnresolvedReferencePolicy } from './enums';
import { DateTime, JsonObject, Upload } from './scalars';

const FLAGS = '`c` create, `u` update, `d` delete, `*` force: "cu", "u*", "d".';
const MATCH =
  'Names of columns that find the object, and the postfix operators `|` `&` `~`: ["employee_id"], ["first_name last_name"], ["address country |"]';

@InputType({ description: 'One row: what may be done, how its object is found, and its values.' })
export class RowInput {
  @Field(() => String, { nullable: true, description: `${FLAGS} Falls back to \`defaults.actionFlags\`.` })
  actionFlags?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: `${MATCH}; an element may hold several, separated by blanks. Falls back to \`defaults.matchOn\`.`,
  })
  matchOn?: string[] | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The key by which the external system knows the object: "12212281".',
  })
  externalKey?: string | null;

  @Field(() => JsonObject, {
    description:
      'Values by field, and references by path: `{"first_name": "Bruce", "owner=>employee_id": "EMP2"}`; inline in GraphQL references are objects: `{first_name: "Bruce", owner: {employee_id: "EMP2"}}`.',
  })
  values!: Record<string, unknown>;
}

@InputType({ description: 'What holds for rows that do not say it themselves.' })
export class RowDefaultsInput {
  @Field(() => String, { nullable: true, description: FLAGS })
  actionFlags?: string | null;

  @Field(() => [String], { nullable: true, description: `${MATCH}.` })
  matchOn?: string[] | null;
}

@InputType({ description: 'How a run goes about its rows.' })
export class SyncOptionsInput {
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: true,
    description: 'Makes the external system where it does not exist; otherwise such a call is refused.',
  })
  createExternalSystem?: boolean | null;

  @Field(() => [RowAction], {
    nullable: true,
    description:
      'Runs all actions of the first kind for all rows, then those of the second, then the third: `[CREATE, UPDATE, DELETE]` or any other order of the three. Not given: row by row.',
  })
  order?: RowActionName[] | null;

  @Field(() => ErrorPolicy, {
    nullable: true,
    defaultValue: 'ROLLBACK',
    description: 'What becomes of the run where a row fails.',
  })
  onError?: keyof typeof ErrorPolicy | null;

  @Field(() => MatchConflictPolicy, {
    nullable: true,
    defaultValue: 'DELETE',
    description: 'What a row does whose match finds another object than its external key.',
  })
  onMatchConflict?: keyof typeof MatchConflictPolicy | null;

  @Field(() => UnresolvedReferencePolicy, {
    nullable: true,
    defaultValue: 'WARN',
    description: 'What a row does whose reference does not find exactly one object.',
  })
  onUnresolvedReference?: keyof typeof UnresolvedReferencePolicy | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'Reports exactly what the run would do, and leaves nothing.',
  })
  dryRun?: boolean | null;

  @Field(() => UnknownFieldPolicy, {
    nullable: true,
    defaultValue: 'WARN',
    description: 'What the run does if a column is no field, relation or setter of its model.',
  })
  onUnknownField?: keyof typeof UnknownFieldPolicy | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Rows that the call must have at least, all files together; with fewer it fails with `TOO_FEW_ROWS` before anything is written.',
  })
  minRows?: number | null;
}

@InputType({ description: 'Rows to sync.' })
export class SyncRowsInput {
  @Field(() => String, {
    description: 'The external system that the rows come from: "HRSystem". Trimmed, up to 100 characters.',
  })
  system!: string;

  @Field(() => String, { description: 'The model that the rows are for: "Person". In any case where that is unique.' })
  model!: string;

  @Field(() => [RowInput], { description: 'The rows, which act one after another.' })
  rows!: RowInput[];

  @Field(() => RowDefaultsInput, { nullable: true, description: 'What holds for rows that do not say it themselves.' })
  defaults?: RowDefaultsInput | null;

  @Field(() => SyncOptionsInput, { nullable: true, description: 'How the run goes about its rows.' })
  options?: SyncOptionsInput | null;
}

@InputType({
  description: 'Renames a header of a file that was not made for this product; one header may feed several names.',
})
export class ColumnInput {
  @Field(() => String, { description: 'As the file spells it: "Employee No". Or its position: "#3".' })
  header!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'A field, a reference such as "owner=>employee_id", or `action_flags`, `match_on`, `external_key`. "field:external_key" is the field of that name.',
  })
  name?: string | null;

  @Field(() => Boolean, { nullable: true, defaultValue: false, description: 'Drops the column without a warning.' })
  ignore?: boolean | null;
}

@InputType({ description: 'How a CSV file is written.' })
export class CsvFormatInput {
  @Field(() => String, {
    nullable: true,
    description: 'One character, or "tab". Not given: found from the first lines among `,` `;` tab and `|`.',
  })
  delimiter?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'A character that escapes a quote, and itself, within quotes, such as a backslash. Not given: only a doubled quote stands for a quote.',
  })
  escape?: string | null;

  @Field(() => String, {
    nullable: true,
    defaultValue: 'utf-8',
    description: '"utf-8", "utf-16", "latin1", "windows-1252", …; a byte order mark wins.',
  })
  encoding?: string | null;

  @Field(() => String, { nullable: true, description: 'A cell equal to it is an explicit null: "NULL".' })
  nullMarker?: string | null;

  @Field(() => String, { nullable: true, description: 'Splits the cells of many-to-many columns: ";".' })
  listDelimiter?: string | null;
}

@InputType({ description: 'A CSV file to sync: exactly one of `csv` and `file`.' })
export class SyncCsvInput {
  @Field(() => String, { description: 'The external system that the file comes from: "HRSystem".' })
  system!: string;

  @Field(() => String, { description: 'The model that the rows are for: "Person".' })
  model!: string;

  @Field(() => String, { nullable: true, description: 'The file as text, header line first.' })
  csv?: string | null;

  @Field(() => Upload, { nullable: true, description: 'The file as an upload.' })
  file?: SpooledFile | null;

  @Field(() => [ColumnInput], { nullable: true, description: 'Renames or drops columns.' })
  columns?: ColumnInput[] | null;

  @Field(() => RowDefaultsInput, { nullable: true, description: 'What holds for lines that do not say it themselves.' })
  defaults?: RowDefaultsInput | null;

  @Field(() => CsvFormatInput, { nullable: true, description: 'How the file is written.' })
  format?: CsvFormatInput | null;

  @Field(() => SyncOptionsInput, { nullable: true, description: 'How the run goes about its rows.' })
  options?: SyncOptionsInput | null;
}

@InputType({ description: 'One of several files: exactly one of `csv` and `file`.' })
export class CsvFileInput {
  @Field(() => String, {
    nullable: true,
    description: 'The file’s name; needed for `csv` unless system and model are given. An upload has its own.',
  })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'The file as text, header line first.' })
  csv?: string | null;

  @Field(() => Upload, { nullable: true, description: 'The file as an upload.' })
  file?: SpooledFile | null;

  @Field(() => String, { nullable: true, description: 'The external system; wins over what the name says.' })
  system?: string | null;

  @Field(() => String, { nullable: true, description: 'The model; wins over what the name says.' })
  model?: string | null;
}

@InputType({ description: 'Several CSV files to sync in one run.' })
export class SyncCsvFilesInput {
  @Field(() => [CsvFileInput], { description: 'The files, in the order in which they act.' })
  files!: CsvFileInput[];

  @Field(() => String, {
    nullable: true,
    description:
      'A regular expression that reads file names, with the named groups `external_system`, `model_name` and, if it likes, `app_name`. Not given: "System_app_Model.csv".',
  })
  pattern?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: true,
    description:
      '`options.order` defaults to [CREATE, UPDATE, DELETE] over all files; false: file by file, row by row.',
  })
  smartOrder?: boolean | null;

  @Field(() => RowDefaultsInput, { nullable: true, description: 'What holds for lines that do not say it themselves.' })
  defaults?: RowDefaultsInput | null;

  @Field(() => CsvFormatInput, { nullable: true, description: 'How the files are written.' })
  format?: CsvFormatInput | null;

  @Field(() => SyncOptionsInput, { nullable: true, description: 'How the run goes about its rows.' })
  options?: SyncOptionsInput | null;
}

@InputType({ description: 'Makes an external system, or changes the one of that name.' })
export class SaveExternalSystemInput {
  @Field(() => String, { description: 'Trimmed, up to 100 characters: "HRSystem".' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'Renames the system.' })
  newName?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'What the system is, up to 10,000 characters; null takes the description away.',
  })
  description?: string | null;
}

@InputType({ description: 'Removes an external system. Never touches objects.' })
export class DeleteExternalSystemInput {
  @Field(() => String, { description: 'The system’s name.' })
  name!: string;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'Removes its mappings too; otherwise a system with mappings is refused with `SYSTEM_IN_USE`.',
  })
  deleteMappings?: boolean | null;
}

@InputType({ description: 'Stops a run.' })
export class CancelRunInput {
  @Field(() => ID, { description: 'The run’s id.' })
  id!: string;
}

@InputType({ description: 'Removes old runs with their outcomes. Never touches mappings or objects.' })
export class PruneRunsInput {
  @Field(() => DateTime, { description: 'Runs that finished before this time are removed.' })
  finishedBefore!: Date;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: true,
    description: 'Keeps the newest outcome of each object and system, with its run, so that `touchedBy` still answers.',
  })
  keepLastTouch?: boolean | null;
}

@InputType({ description: 'Narrows external key mappings: all that is given must hold.' })
export class ExternalKeyMappingFilter {
  @Field(() => String, { nullable: true, description: 'Of this external system.' })
  system?: string | null;

  @Field(() => String, { nullable: true, description: 'Of this model.' })
  model?: string | null;

  @Field(() => ID, { nullable: true, description: 'With exactly this key.' })
  externalKey?: string | null;

  @Field(() => [ID], { nullable: true, description: 'With one of these keys.' })
  externalKeys?: string[] | null;

  @Field(() => ID, { nullable: true, description: 'That point to the object of this id.' })
  objectId?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'true: only mappings whose object no longer exists; false: only those whose object exists.',
  })
  dangling?: boolean | null;
}
