/** Models, their objects, and the systems that touched an object. */
import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { Model as ModelInfo } from '../../models';
import { FieldType, RelationKind } from '../enums';
import { DateTime, JsonObject } from '../scalars';
import { connectionOf } from './pages';

@ObjectType({ description: 'A field of a model.' })
class ModelField {
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
class ModelRelation {
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

export const SyncedObjectConnection = connectionOf(SyncedObject, 'SyncedObject', 'objects');
