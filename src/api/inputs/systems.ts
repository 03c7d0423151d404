/** Inputs for external systems and their key mappings. */
import { Field, ID, InputType } from 'type-graphql';

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
