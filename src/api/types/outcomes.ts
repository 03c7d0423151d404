/** The outcomes of rows, with their problems and changes. */
import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { ProblemCode as ProblemCodeName, Severity as SeverityName } from '../../sync';
import { ProblemCode, RowStatus, Severity } from '../enums';
import { Json } from '../scalars';
import { connectionOf } from './pages';

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
class FieldChange {
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
class ObjectRef {
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

export const RowOutcomeConnection = connectionOf(RowOutcome, 'RowOutcome', 'outcomes');
