/** Random models: what tables, fields and relations a program of rows works on. */
import fc from 'fast-check';
import type { Knex } from 'knex';
import { Model, type RelationMappings } from 'objection';
import type { DatabaseKind } from '../support/databases';

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

const FOLDED: Record<DatabaseKind['name'], string> = {
  SQLite: 'varchar(20) COLLATE NOCASE',
  MariaDB: 'varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci',
  PostgreSQL: 'citext',
};
const EXACT: Record<DatabaseKind['name'], string> = {
  SQLite: 'varchar(20)',
  MariaDB: 'varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin',
  PostgreSQL: 'varchar(20)',
};

/** The first id that the database gives by itself. */
const FIRST_ID_OF: Record<DatabaseKind['name'], (table: string) => string> = {
  SQLite: (table) => `INSERT INTO sqlite_sequence (name, seq) VALUES ('${table}', ${FIRST_ID - 1})`,
  MariaDB: (table) => `ALTER TABLE ${table} AUTO_INCREMENT = ${FIRST_ID}`,
  PostgreSQL: (table) => `ALTER SEQUENCE ${table}_id_seq RESTART ${FIRST_ID}`,
};

/** Statements that have a table store its codes in lower case. */
const LOWERING: Record<DatabaseKind['name'], (table: string) => readonly string[]> = {
  SQLite: (table) =>
    ['INSERT', 'UPDATE OF code'].map(
      (event, index) =>
        `CREATE TRIGGER ${table}_lower${index} AFTER ${event} ON ${table} BEGIN UPDATE ${table} SET code = lower(code) WHERE id = NEW.id AND hex(code) <> hex(lower(code)); END`,
    ),
  MariaDB: (table) =>
    ['INSERT', 'UPDATE'].map(
      (event) =>
        `CREATE TRIGGER ${table}_${event} BEFORE ${event} ON ${table} FOR EACH ROW SET NEW.code = LOWER(NEW.code)`,
    ),
  PostgreSQL: (table) => [
    'CREATE OR REPLACE FUNCTION lower_code() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.code := lower(NEW.code::text); RETURN NEW; END $$',
    `CREATE TRIGGER lower_code BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION lower_code()`,
  ],
};

/** What is restricted at once cannot be checked later. */
const deferredRule = (onDelete: OnDelete): string => (onDelete === 'RESTRICT' ? 'NO ACTION' : onDelete);

/** On SQLite part of the column's type: knex leaves DEFERRABLE out. */
const deferredType = (target: string, { onDelete }: BelongsTo): string =>
  `integer REFERENCES ${target} (id) ON DELETE ${deferredRule(onDelete)} DEFERRABLE INITIALLY DEFERRED`;

/** Makes a foreign key of the column. */
function refer(column: Knex.ReferencingColumnBuilder, database: DatabaseKind['name'], key: BelongsTo): void {
  if (key.deferred && database === 'PostgreSQL') column.onDelete(deferredRule(key.onDelete)).deferrable('deferred');
  else void column.onDelete(key.onDelete);
}

export async function createTables(knex: Knex, database: DatabaseKind['name'], schema: Schema): Promise<void> {
  const nameAt = (index: number): string => tableOf(schema.models[index]?.name ?? '');
  // Elsewhere a foreign key needs its target's table.
  const isLater = (target: number, index: number): boolean => database !== 'SQLite' && target > index;
  for (const [index, model] of schema.models.entries())
    await knex.schema.createTable(tableOf(model.name), (table) => {
      table.increments('id');
      for (const { name, type, nullable, unique } of model.fields) {
        const column =
          type === 'integer'
            ? table.integer(name)
            : table.specificType(name, (type === 'folded' ? FOLDED : EXACT)[database]);
        if (nullable) void column.nullable();
        else void column.notNullable();
        if (unique) void column.unique();
        else void column.index();
      }
      for (const key of model.belongsTo) {
        const { name, target, nullable } = key;
        const inType = key.deferred && database === 'SQLite';
        const column = inType
          ? table.specificType(columnOf(name), deferredType(nameAt(target), key))
          : table.integer(columnOf(name)).unsigned();
        if (nullable) void column.nullable();
        else void column.notNullable();
        if (!inType && !isLater(target, index)) refer(column.references(`${nameAt(target)}.id`), database, key);
      }
      if (model.uniqueTogether) table.unique(['code', 'rank']);
      if (model.checked) table.check(`?? < ${TOO_HIGH}`, ['rank'], `${tableOf(model.name)}_rank`);
    });
  for (const [index, { name: model, belongsTo }] of schema.models.entries())
    for (const key of belongsTo.filter(({ target }) => isLater(target, index)))
      await knex.schema.alterTable(tableOf(model), (table) => {
        refer(table.foreign(columnOf(key.name)).references(`${nameAt(key.target)}.id`), database, key);
      });
  for (const { name, lowers } of schema.models) {
    await knex.raw(FIRST_ID_OF[database](tableOf(name)));
    if (lowers) for (const statement of LOWERING[database](tableOf(name))) await knex.raw(statement);
  }
  for (const { table: name, one, other } of schema.links)
    await knex.schema.createTable(name, (table) => {
      for (const [column, side] of [
        ['one_id', one],
        ['other_id', other],
      ] as const)
        table
          .integer(column)
          .unsigned()
          .notNullable()
          .references(`${nameAt(side)}.id`)
          .onDelete('CASCADE');
      table.primary(['one_id', 'other_id']);
    });
}

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
