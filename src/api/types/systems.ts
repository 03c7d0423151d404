/** External systems and their key mappings. */
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { DateTime } from '../scalars';
import { connectionOf } from './pages';

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
