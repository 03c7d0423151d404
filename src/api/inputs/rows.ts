/** Inputs of `syncRows`, and the defaults and options that file syncs share with it. */
import { Field, Float, ID, InputType, Int } from 'type-graphql';
import { namedFlags } from '../../actionFlags';
import type { RowAction as RowActionName } from '../../sync';
import { ErrorPolicy, MatchConflictPolicy, RowAction, UnknownFieldPolicy, UnresolvedReferencePolicy } from '../enums';
import { JsonObject } from '../scalars';

const FLAGS = `${namedFlags((flag, meaning) => `\`${flag}\` ${meaning}`).join(', ')}: "cu", "u*", "d".`;
const MATCH =
  'Columns whose values find the object, with the postfix operators `|` `&` `~`: ["employee_id"], ["first_name last_name"], ["address country |"]';

export const IDEMPOTENCY_KEY =
  'Names the call, so that it can be repeated: a call with the same key and content is answered with the run of the first one. 1 to 255 visible ASCII characters. The header `Idempotency-Key` says the same.';

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

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description:
      'Answers at once with a run that has the status `QUEUED`. A server or worker carries it out later. `run(id)` tells how far it is.',
  })
  async?: boolean | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'How long the call waits for other runs on its models. After this time it fails with `RUN_BUSY` and changes nothing. Default: as long as it takes.',
  })
  maxWaitSeconds?: number | null;
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

  @Field(() => String, { nullable: true, description: IDEMPOTENCY_KEY })
  idempotencyKey?: string | null;
}
