/** The models of django-nsync's documentation, with tags to show many-to-many relations. */
import { Model, type RelationMappings } from 'objection';

export class Person extends Model {
  static override tableName = 'person';

  declare photo?: string | null;

  /** The original path of a photo. The stored path is `person_photos/<base name>`. */
  set photo_filename(path: string | null) {
    this.photo = path === null ? null : `person_photos/${path.split(/[/\\]/).pop() ?? ''}`;
  }

  static override relationMappings = (): RelationMappings => ({
    houses: { relation: Model.HasManyRelation, modelClass: House, join: { from: 'person.id', to: 'house.owner_id' } },
    cars: { relation: Model.HasManyRelation, modelClass: Car, join: { from: 'person.id', to: 'car.assigned_to_id' } },
    tags: {
      relation: Model.ManyToManyRelation,
      modelClass: Tag,
      join: { from: 'person.id', through: { from: 'person_tag.person_id', to: 'person_tag.tag_id' }, to: 'tag.id' },
    },
  });
}

export class House extends Model {
  static override tableName = 'house';

  static override relationMappings = (): RelationMappings => ({
    owner: {
      relation: Model.BelongsToOneRelation,
      modelClass: Person,
      join: { from: 'house.owner_id', to: 'person.id' },
    },
  });
}

export class Car extends Model {
  static override tableName = 'car';

  static override relationMappings = (): RelationMappings => ({
    assigned_to: {
      relation: Model.BelongsToOneRelation,
      modelClass: Person,
      join: { from: 'car.assigned_to_id', to: 'person.id' },
    },
  });
}

export class Tag extends Model {
  static override tableName = 'tag';

  static override relationMappings = (): RelationMappings => ({
    people: {
      relation: Model.ManyToManyRelation,
      modelClass: Person,
      join: { from: 'tag.id', through: { from: 'person_tag.tag_id', to: 'person_tag.person_id' }, to: 'person.id' },
    },
  });
}
