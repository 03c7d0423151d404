/** The tables of random models on each database. */
import type { Knex } from 'knex';
import type { DatabaseKind } from '../support/databases';
import { type BelongsTo, columnOf, FIRST_ID, type OnDelete, type Schema, tableOf, TOO_HIGH } from './schema';

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
