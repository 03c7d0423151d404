/** Inputs of the mutations that stop and remove runs. */
import { Field, ID, InputType } from 'type-graphql';
import { DateTime } from '../scalars';

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
