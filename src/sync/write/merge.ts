/** Moves everything that points to an object to another one, into which the object is merged (R10). */
import type { Knex } from 'knex';
import { type Binding, type ColumnInfo, SwallowedWrite } from '../../database';
import { type Canonical, type Model, type ModelCatalog, objectIdOf } from '../../models';
import { moveMappings } from '../../records/mappings';
import { DatabaseReader } from '../load/chunkReader';
import type { Operation } from '../plan/operations';
import type { ChunkWriteContext } from './writer';

type Merge = Extract<Operation, { kind: 'merge' }>;

/** Columns of a table that contain values of another table. */
interface Reference {
  readonly table: string;
  readonly columns: readonly ColumnInfo[];
  readonly targetColumns: readonly string[];
}

type Tuple = readonly Canonical[];

/**
 * Everything that points to a model's table: relations, which need no foreign key in the database, and all foreign
 * keys.
 */
export function referencesTo({ table: target }: Model, { models, foreignKeys }: ModelCatalog): Reference[] {
  const ofRelations = models
    .flatMap(({ relations }) => [...relations.values()])
    .flatMap((relation) => relation.kind.foreignKeys(relation))
    .filter((key) => key.target.table.name === target.name)
    .map(({ table, columns, targetFields }): Reference => ({
      table,
      columns,
      targetColumns: targetFields.map(({ column }) => column.name),
    }));
  const ofKeys = foreignKeys
    .filter(({ targetTable }) => targetTable === target.name)
    .map(({ table, columns, targetColumns }): Reference => {
      const known = models.find((model) => model.table.name === table)?.table.columns ?? [];
      return {
        table,
        targetColumns,
        columns: columns.flatMap((name, index) => {
          const own = known.find((column) => column.name === name);
          const pointed = target.columns.find((column) => column.name === targetColumns[index]);
          return own ?? (pointed ? { ...pointed, name } : []);
        }),
      };
    });
  const byName = new Map<string, Reference>();
  for (const reference of [...ofRelations, ...ofKeys]) {
    const { table, columns, targetColumns } = reference;
    const name = JSON.stringify([table, columns.map((column) => column.name), targetColumns]);
    if (!byName.has(name)) byName.set(name, reference);
  }
  return [...byName.values()];
}

/** The columns that make up a link, if the table is the join table of a relation. */
function linkColumns(table: string, { models }: ModelCatalog): readonly ColumnInfo[] {
  for (const { relations } of models)
    for (const { join } of relations.values())
      if (join?.table === table) return [...join.ownColumns, ...join.relatedColumns];
  return [];
}

/** Moves one reference from the key of one object to the key of another. */
class Move {
  constructor(
    private readonly context: ChunkWriteContext,
    private readonly reference: Reference,
    private readonly from: Tuple,
    private readonly into: Tuple,
  ) {}

  /** Throws SwallowedWrite if a row still points to the old key (R12a). */
  async carryOut(): Promise<void> {
    const { trx } = this.context;
    await this.moveIds();
    await this.deleteRepeatedLinks();
    await this.update();
    const left = (await this.rows(this.from).select(trx.raw('1')).limit(1)) as unknown[];
    if (left.length > 0) throw new SwallowedWrite();
  }

  private name({ name }: ColumnInfo): Knex.Raw {
    const { trx, dialect } = this.context;
    return trx.raw(dialect.columnName({ name }));
  }

  private bind(key: Tuple): Binding[] {
    return this.reference.columns.map(({ type }, index) => this.context.dialect.bind(type, key[index] ?? null));
  }

  /** Rows that point to a key. */
  private rows(key: Tuple): Knex.QueryBuilder {
    const { trx, dialect } = this.context;
    const { table, columns } = this.reference;
    const { sql, bindings } = dialect.tupleCondition(trx, columns, [this.bind(key)]);
    return trx(table).whereRaw(sql, bindings as Knex.RawBinding[]);
  }

  /** Moves the mappings of objects whose own id contains the reference. */
  private async moveIds(): Promise<void> {
    const { trx, dialect, catalog, now } = this.context;
    const { table, columns } = this.reference;
    const place = (name: string): number => columns.findIndex((column) => column.name === name);
    for (const model of catalog.models) {
      if (model.table.name !== table || !model.idFields.some(({ column }) => place(column.name) >= 0)) continue;
      const fields = columns.flatMap(({ name }) => model.fields.find(({ column }) => column.name === name) ?? []);
      const objects = await new DatabaseReader({ knex: trx, dialect }).objects(model, fields, [this.from]);
      const moves = new Map(
        objects.map((values) => {
          const key = model.idFields.map(({ column }) => values[column.name] ?? null);
          const moved = model.idFields.map(({ column }, index) => this.into[place(column.name)] ?? key[index] ?? null);
          return [objectIdOf(key), objectIdOf(moved)];
        }),
      );
      await moveMappings(trx, dialect, model.name, moves, now);
    }
  }

  /** Deletes links that the move would duplicate. */
  private async deleteRepeatedLinks(): Promise<void> {
    const { trx, catalog } = this.context;
    const own = new Set(this.reference.columns.map(({ name }) => name));
    const link = linkColumns(this.reference.table, catalog);
    const others = link.filter(({ name }) => !own.has(name)).map((column) => this.name(column));
    if (others.length === 0 || others.length + own.size !== link.length) return;
    // MariaDB cannot delete from a table that the condition reads, unless a derived table reads it.
    const kept = trx.select(others).from(this.rows(this.into).select(others).as('kept'));
    await this.rows(this.from)
      .whereIn(others as never, kept as never)
      .delete();
  }

  private async update(): Promise<void> {
    const { trx, dialect } = this.context;
    const { table, columns } = this.reference;
    const { sql, bindings } = dialect.tupleCondition(trx, columns, [this.bind(this.from)]);
    const set = columns.map((column) => `${dialect.columnName(column)} = ?`).join(', ');
    const given = [table, ...this.bind(this.into), ...bindings] as Knex.RawBinding[];
    await trx.raw(`${dialect.strictUpdate} ?? SET ${set} WHERE ${sql}`, given);
  }
}

/**
 * Moves what points to the merged objects. These objects still exist afterwards, and only keys that contain NULL may
 * point to them.
 */
export async function writeMerges(context: ChunkWriteContext, merges: readonly Merge[]): Promise<void> {
  const { trx, dialect, catalog, now } = context;
  for (const { from, into, before } of merges) {
    const { model } = from;
    for (const { name, table } of catalog.models)
      if (table.name === model.table.name)
        await moveMappings(trx, dialect, name, new Map([[from.id ?? '', into.id ?? '']]), now);
    for (const reference of referencesTo(model, catalog)) {
      const tuple = (values: Merge['before']): Tuple => reference.targetColumns.map((name) => values[name] ?? null);
      const [old, key] = [tuple(from.values), tuple(before)];
      if (!old.includes(null) && !key.includes(null)) await new Move(context, reference, old, key).carryOut();
    }
  }
}
