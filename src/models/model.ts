/** What the engine knows of a model: a table, its fields and its relations. */
import type { Model as ObjectionModel } from 'objection';
import type { ColumnInfo, ForeignKey, TableInfo, UniqueKey } from '../database';
import { emptyRecord } from '../emptyRecord';
import type { Relation } from './relations';
import type { Canonical } from './values';

export interface Field {
  /** As models name it (Objection's property); rows may use this or the column's name. */
  readonly name: string;
  readonly column: ColumnInfo;
  /** What a new object holds where nothing is given; undefined: the database computes it. */
  readonly initial: Canonical | undefined;
}

/** How much of Objection a model makes use of: what it does not, the engine may do without. */
export interface ModelBehaviour {
  /** Values pass through a model instance when written: jsonSchema, setters, instance hooks, own parsing or formatting. */
  readonly instances: boolean;
  /** The class has its own way of parsing or formatting values, so that they are not stored as they are given. */
  readonly formats: boolean;
  /** Instance hooks around writes, which may do anything, so no row sees an object that is not written yet. */
  readonly writeHooks: boolean;
  /** Reads pass through a model instance too. */
  readonly readHooks: boolean;
  /** Static hooks or a `query()` of its own: each object is written by itself. */
  readonly oneByOne: boolean;
}

export interface Model {
  readonly name: string;
  /** Other names that find it, where no other model has them. */
  readonly aliases: readonly string[];
  readonly table: TableInfo;
  readonly objection: typeof ObjectionModel;
  readonly idFields: readonly Field[];
  readonly fields: readonly Field[];
  /** Those that a new object cannot be without, unless the database has a default for them. */
  readonly requiredFields: readonly Field[];
  /** By field and by column name. */
  readonly fieldsByName: ReadonlyMap<string, Field>;
  readonly relations: ReadonlyMap<string, Relation>;
  readonly setters: ReadonlySet<string>;
  readonly uniqueKeys: readonly UniqueKey[];
  /** Foreign keys of other tables, or of this one, that point here. */
  readonly referencedBy: readonly ForeignKey[];
  readonly behaviour: ModelBehaviour;
}

/** Why no row can be synced into a model, as a sentence; null where rows can. */
export function whyNotSyncable({ idFields, table }: Model): string | null {
  if (table.obstacle !== null) return table.obstacle;
  if (idFields.length > 0) return null;
  return table.isView
    ? 'The table is a view.'
    : 'The table has no primary key, and no unique key with NOT NULL columns only.';
}

/** Why no row can set a field, as the end of a sentence; null if rows can (R46). */
export function whyNotWritable({ column }: Pick<Field, 'column'>): string | null {
  if (column.generated) return 'the database computes its value';
  return (column.type.kind === 'other' && column.type.unwritable) || null;
}

/** The entries of the records, the last one's of a name, in one of its own. */
export const columnValues = <T>(...given: readonly Readonly<Record<string, T>>[]): Record<string, T> =>
  Object.assign(emptyRecord<T>(), ...given) as Record<string, T>;

/** Whether triggers or hooks may store other values than those that are written (R12a). */
export const mayStoreOtherwise = ({ behaviour, table }: Model): boolean =>
  behaviour.writeHooks || behaviour.oneByOne || table.hasTriggers;
