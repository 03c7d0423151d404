/** Mappings whose object no longer exists. */
import type { Knex } from 'knex';
import type { Database } from '../database';
import type { Model } from '../models';
import { SYSTEMS_TABLE } from './systems';
import { MAPPINGS } from './tables';

type Query = Knex.QueryBuilder;
type Count = number | string | null;

/** The objects of a model whose id is in a column. */
export const objectOf = ({ reader, dialect }: Database, { table, idFields }: Model, column: string): Query => {
  const keys = idFields.map((field) => field.column);
  return reader(table.name)
    .select(reader.raw('1'))
    .whereRaw(dialect.objectIdEquals(table.name, keys, column));
};

const OBJECT_ID = `${MAPPINGS.table}.object_id`;

/**
 * Narrows mappings to those whose object does not exist, or does exist. Mappings of unreadable tables are in neither
 * group.
 */
export function whereDangling(
  database: Database,
  models: readonly Model[],
  readable: readonly Model[],
  dangling: boolean,
): (query: Query) => void {
  return (query) => {
    void query.where((outer) => {
      if (readable.length === 0 && !dangling) void outer.whereRaw('1 = 0');
      for (const model of readable) {
        void outer.orWhere((inner) => {
          void inner.where('model', model.name);
          const exists = objectOf(database, model, OBJECT_ID);
          void (dangling ? inner.whereNotExists(exists) : inner.whereExists(exists));
        });
      }
      // A removed model has no objects.
      if (dangling)
        void outer.orWhereNotIn(
          'model',
          models.map(({ name }) => name),
        );
    });
  };
}

/** SQL for a whole number in a text column that is not below another one. Each number must have only one spelling. */
export function notBelow(reader: Knex, column: string, least: bigint): Knex.Raw {
  const text = String(least);
  return reader.raw(`(${column} NOT LIKE '-%' AND (LENGTH(${column}) > ? OR (LENGTH(${column}) = ? AND ${column} >= ?)))`, [
    text.length,
    text.length,
    text,
  ]); // prettier-ignore
}

const danglingOf = (database: Database, model: Model): Query =>
  database
    .reader(MAPPINGS.table)
    .where({ [`${MAPPINGS.table}.model`]: model.name })
    .whereNotExists(objectOf(database, model, OBJECT_ID)) as Query;

interface DanglingCount {
  readonly count: number;
  /** Mappings whose ids are not below the id of the next object. */
  readonly ahead: number;
}

/**
 * Counts the dangling mappings of a model. `next`: the id of the next object; null if the database assigns no numbers.
 */
export async function countDangling(database: Database, model: Model, next: bigint | null): Promise<DanglingCount> {
  const { reader } = database;
  const ahead = next === null ? reader.raw('0') : reader.raw(`SUM(CASE WHEN ? THEN 1 ELSE 0 END)`, [notBelow(reader, OBJECT_ID, next)]); // prettier-ignore
  const [row] = (await danglingOf(database, model).select({ count: reader.raw('COUNT(*)'), ahead })) as {
    count: Count;
    ahead: Count;
  }[];
  return { count: Number(row?.count ?? 0), ahead: Number(row?.ahead ?? 0) };
}

/** A mapping as messages show it: `HRSystem 1001 -> 17`. */
interface Example {
  readonly system: string;
  readonly external_key: string;
  readonly object_id: string;
}

/** The first dangling mappings. With `next`, only those whose ids are not below it (`ahead`), or only the others. */
export async function danglingExamples(
  database: Database,
  model: Model,
  next: bigint | null,
  ahead: boolean,
  most: number,
): Promise<string[]> {
  const { reader } = database;
  const query = danglingOf(database, model);
  if (next !== null) {
    const isAhead = notBelow(reader, OBJECT_ID, next);
    void query.whereRaw(ahead ? '?' : 'NOT ?', [isAhead]);
  }
  const rows = (await query
    .join({ s: SYSTEMS_TABLE }, 's.id', `${MAPPINGS.table}.external_system_id`)
    .orderBy(`${MAPPINGS.table}.id`)
    .limit(most)
    .select({ system: 's.name' }, 'external_key', 'object_id')) as Example[];
  return rows.map(({ system, external_key, object_id }) => `${system} ${external_key} -> ${object_id}`);
}

/** The number of mappings by model name. */
export async function mappingsByModel(reader: Knex): Promise<Map<string, number>> {
  const rows = (await reader(MAPPINGS.table).select('model').count({ count: '*' }).groupBy('model').orderBy('model')) as {
    model: string;
    count: Count;
  }[]; // prettier-ignore
  return new Map(rows.map(({ model, count }) => [model, Number(count)]));
}
