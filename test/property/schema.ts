/** Random models: what tables, fields and relations a program of rows works on. */
import fc from 'fast-check';
import { Model, type RelationMappings } from 'objection';

export type OnDelete = 'SET NULL' | 'CASCADE' | 'RESTRICT';

export interface FieldSpec {
  readonly name: 'name' | 'code' | 'rank';
  /** `folded`: texts that differ in case alone are equal. */
  readonly type: 'exact' | 'folded' | 'integer';
  readonly nullable: boolean;
  readonly unique: boolean;
}

/** A foreign key, and the relation back. */
export interface BelongsTo {
  readonly name: string;
  readonly target: number;
  readonly onDelete: OnDelete;
  readonly nullable: boolean;
  /** Declared to be checked at the commit, where the database could; the rules say: with its row all the same (R34). */
  readonly deferred: boolean;
  readonly back: string;
  readonly backIsOne: boolean;
}

export interface ModelSpec {
  readonly name: string;
  readonly fields: readonly FieldSpec[];
  readonly belongsTo: readonly BelongsTo[];
  /** No two objects have the same code and rank. */
  readonly uniqueTogether: boolean;
  /** The rank must be below TOO_HIGH. */
  readonly checked: boolean;
  /** A trigger stores the code in lower case (R12a). */
  readonly lowers: boolean;
}

/** A join table, with a relation on either side: to many, or to one through the table. */
export interface Link {
  readonly table: string;
  readonly one: number;
  readonly other: number;
  readonly toOne: Readonly<Record<LinkSide, boolean>>;
}

export type LinkSide = 'one' | 'other';

export interface Schema {
  readonly models: readonly ModelSpec[];
  readonly links: readonly Link[];
}

const MODELS = ['Alpha', 'Beta', 'Gamma'];

/** A rank that the check refuses. */
export const TOO_HIGH = 9;
/** Ids of objects that are there at the beginning are smaller. */
export const FIRST_ID = 1000;

export const tableOf = (model: string): string => `t_${model.toLowerCase()}`;
export const columnOf = (relation: string): string => `${relation}_id`;
/** Names of a link's relation on its two sides. */
export const linkNames = (link: Link): { one: string; other: string } => ({
  one: `${link.table}_there`,
  other: `${link.table}_back`,
});

const fields = fc.tuple(
  fc.record({
    name: fc.constant<FieldSpec['name']>('name'),
    type: fc.constantFrom<FieldSpec['type']>('exact', 'folded'),
    nullable: fc.constant(false),
    unique: fc.boolean(),
  }),
  fc.record({
    name: fc.constant<FieldSpec['name']>('code'),
    type: fc.constantFrom<FieldSpec['type']>('exact', 'folded'),
    nullable: fc.constant(true),
    unique: fc.boolean(),
  }),
  fc.record({
    name: fc.constant<FieldSpec['name']>('rank'),
    type: fc.constant<FieldSpec['type']>('integer'),
    nullable: fc.constant(true),
    unique: fc.constant(false),
  }),
);

export const schemas: fc.Arbitrary<Schema> = fc
  .record({
    count: fc.integer({ min: 2, max: 3 }),
    rule: fc.constantFrom<OnDelete>('CASCADE', 'RESTRICT'),
    fields: fc.array(fields, { minLength: 3, maxLength: 3 }),
    keys: fc.array(
      fc.record({
        from: fc.nat(2),
        target: fc.nat(2),
        setsNull: fc.boolean(),
        nullable: fc.boolean(),
        deferred: fc.boolean(),
        backIsOne: fc.boolean(),
      }),
      { minLength: 2, maxLength: 4 },
    ),
    links: fc.array(
      fc.record({
        one: fc.nat(2),
        other: fc.nat(2),
        toOne: fc.record({ one: fc.boolean(), other: fc.boolean() }),
      }),
      { minLength: 1, maxLength: 2 },
    ),
    constraints: fc.array(fc.record({ uniqueTogether: fc.boolean(), checked: fc.boolean(), lowers: fc.nat(3) }), {
      minLength: 3,
      maxLength: 3,
    }),
  })
  .map(({ count, rule, fields: fieldsOf, keys, links, constraints }): Schema => {
    const models = MODELS.slice(0, count).map((name, index): ModelSpec => {
      const own = keys.map((key, place) => ({ ...key, place })).filter(({ from }) => from % count === index);
      return {
        name,
        fields: fieldsOf[index] ?? [],
        uniqueTogether: constraints[index]?.uniqueTogether ?? false,
        checked: constraints[index]?.checked ?? false,
        lowers: constraints[index]?.lowers === 0,
        belongsTo: own.map(({ target, setsNull, nullable, deferred, backIsOne, place }): BelongsTo => {
          // What goes with its target never comes round to it, so that no row deletes the object that it is about.
          const onDelete = setsNull || target % count >= index ? 'SET NULL' : rule;
          return {
            name: `ref${place}`,
            target: target % count,
            onDelete,
            nullable: nullable || onDelete === 'SET NULL',
            deferred,
            back: `back${place}`,
            backIsOne,
          };
        }),
      };
    });
    return {
      models,
      links: links.map(({ one, other, toOne }, index) => ({
        table: `link${index}`,
        one: one % count,
        other: other % count,
        toOne,
      })),
    };
  });

/** Tables in an order in which they can be emptied, or dropped. */
export const tablesOf = (schema: Schema): string[] => [
  ...schema.links.map(({ table }) => table),
  ...[...schema.models].reverse().map(({ name }) => tableOf(name)),
];

/** Objection classes of the models. */
export function classesOf(schema: Schema): (typeof Model)[] {
  const classes = schema.models.map(
    ({ name }) => ({ [name]: class extends Model {} })[name] as unknown as typeof Model,
  );
  schema.models.forEach((model, index) => {
    const modelClass = classes[index] as typeof Model;
    modelClass.tableName = tableOf(model.name);
    modelClass.relationMappings = (): RelationMappings => {
      const mappings: RelationMappings = {};
      const own = tableOf(model.name);
      for (const { name, target } of model.belongsTo)
        mappings[name] = {
          relation: Model.BelongsToOneRelation,
          modelClass: classes[target] as typeof Model,
          join: { from: `${own}.${columnOf(name)}`, to: `${tableOf(schema.models[target]?.name ?? '')}.id` },
        };
      schema.models.forEach((other, place) => {
        for (const { name, target, back, backIsOne } of other.belongsTo)
          if (target === index)
            mappings[back] = {
              relation: backIsOne ? Model.HasOneRelation : Model.HasManyRelation,
              modelClass: classes[place] as typeof Model,
              join: { from: `${own}.id`, to: `${tableOf(other.name)}.${columnOf(name)}` },
            };
      });
      for (const link of schema.links)
        for (const [side, from, to, there] of [
          ['one', 'one_id', 'other_id', link.other],
          ['other', 'other_id', 'one_id', link.one],
        ] as const)
          if (link[side] === index)
            mappings[linkNames(link)[side]] = {
              relation: link.toOne[side] ? Model.HasOneThroughRelation : Model.ManyToManyRelation,
              modelClass: classes[there] as typeof Model,
              join: {
                from: `${own}.id`,
                through: { from: `${link.table}.${from}`, to: `${link.table}.${to}` },
                to: `${tableOf(schema.models[there]?.name ?? '')}.id`,
              },
            };
      return mappings;
    };
  });
  return classes;
}
