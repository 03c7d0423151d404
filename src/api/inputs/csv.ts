/** Inputs of `syncCsv` and `syncCsvFiles`. */
import { Field, InputType } from 'type-graphql';
import type { SpooledFile } from '../../csv';
import { Upload } from '../scalars';
import { IDEMPOTENCY_KEY, RowDefaultsInput, SyncOptionsInput } from './rows';

@InputType({
  description: 'Maps a header of a CSV file to a name. One header can be mapped to several names.',
})
class ColumnInput {
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
class CsvFormatInput {
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

  @Field(() => String, { nullable: true, description: IDEMPOTENCY_KEY })
  idempotencyKey?: string | null;
}

@InputType({ description: 'One of several files. Give exactly one of `csv` and `file`.' })
class CsvFileInput {
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

  @Field(() => String, { nullable: true, description: IDEMPOTENCY_KEY })
  idempotencyKey?: string | null;
}
