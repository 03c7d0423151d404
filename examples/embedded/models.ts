/** The shop's own models, as its application has them. */
import { Model, type RelationMappings } from 'objection';

export class Customer extends Model {
  static override tableName = 'customer';
}

export class Purchase extends Model {
  static override tableName = 'purchase';

  static override relationMappings = (): RelationMappings => ({
    customer: {
      relation: Model.BelongsToOneRelation,
      modelClass: Customer,
      join: { from: 'purchase.customer_id', to: 'customer.id' },
    },
  });
}
