/** A model: a table, its fields and its relations. */
import type { Model as ObjectionModel } from 'objection';
import type { ColumnInfo, ForeignKey, TableInfo, UniqueKey } from '../database';
import { emptyRecord } from '../emptyRecord';
import type { Relation } from './relations';
import type { Canonical } from './values';

export interface Field {
  /** The model's name for the field (Objection's property). Rows may use this name or the column's. */
  readonly name: string;
  readonly column: ColumnInfo;
  /** The default value of a new object; undefined: the database computes it. */
  readonly initial: Canonical | undefined;
}

/** The features of Objection that a model uses. The engine skips the others. */
export interface ModelBehaviour {
  /**
   * Written values pass through a model instance, because of a jsonSchema, setters, instance hooks, or own parsing or
   * formatting.
   */
  readonly instances: boolean;
  /** The class parses or formats values itself, so that they are not stored as given. */
  readonly formats: boolean;
  /** Instance hooks for writes. They may change anything, so no row may see an object that is not written yet. */
  readonly writeHooks: boolean;
  /** Values that are read also pass through a model instance. */
  readonly readHooks: boolean;
  /** Static hooks or an own `query()`: each object is written separately. */
  readonly oneByOne: boolean;
}

export interface Model {
  readonly name: string;
  /** Other names of the model. A name that another model has too finds neither. */
  readonly aliases: readonly string[];
  readonly table: TableInfo;
  readonly objection: typeof ObjectionModel;
  readonly idFields: readonly Field[];
  readonly fields: readonly Field[];
  /** Fields that a new object requires, unless the database has a default for them. */
  readonly requiredFields: readonly Field[];
  /** By field name and by column name. */
  readonly fieldsByName: ReadonlyMap<string, Field>;
  readonly relations: ReadonlyMap<string, Relation>;
  readonly setters: ReadonlySet<string>;
  readonly uniqueKeys: readonly UniqueKey[];
  /** Foreign keys of other tables, or of this one, that point to this model. */
  readonly referencedBy: readonly ForeignKey[];
  readonly behaviour: ModelBehaviour;
}

/** Why no row can be synced into a model, as a sentence; null if rows can. */
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

/** A new record without a prototype, with the entries of all records. Later records win. */
export const columnValues = <T>(...given: readonly Readonly<Record<string, T>>[]): Record<string, T> =>
  Object.assign(emptyRecord<T>(), ...given) as Record<string, T>;

/** Whether triggers or hooks may change the values that are written (R12a). */
export const mayStoreOtherwise = ({ behaviour, table }: Model): boolean =>
  behaviour.writeHooks || behaviour.oneByOne || table.hasTriggers;
