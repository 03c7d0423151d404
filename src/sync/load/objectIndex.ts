/** Finds the objects of a chunk by values. */
import type { Canonical, Field, Model } from '../../models';
import type { ColumnEquality, EqualityKey } from './equality';
import { EndChunk, type WorkingObject } from './workingObject';

/** One part of a key of several columns. Type and length keep different tuples from having the same key. */
function keyPart(part: EqualityKey): string {
  if (part === null) return '-';
  const text = String(part);
  return `${typeof part === 'string' ? '=' : '#'}${text.length}:${text}`;
}

/** Stands for a list not yet created. An array literal `[object]` takes less memory than an empty array that grows. */
export const NO_OBJECTS: WorkingObject[] = [];

/** Objects of a model by the values of some fields, complete for the requested tuples. */
export class ObjectIndex {
  private readonly entries = new Map<EqualityKey, WorkingObject[]>();
  private readonly columns: readonly string[];

  constructor(
    readonly fields: readonly Field[],
    private readonly equalities: readonly ColumnEquality[],
    requested: Iterable<readonly Canonical[]>,
    objects: Iterable<WorkingObject>,
    /**
     * Whether an object whose values the database has yet to compute may be missing. The database then decides (R17).
     */
    private readonly mayMiss = false,
  ) {
    this.columns = fields.map(({ column }) => column.name);
    for (const tuple of requested) {
      const key = this.key(tuple);
      if (key !== undefined) this.entries.set(key, NO_OBJECTS);
    }
    for (const object of objects) this.add(object);
  }

  private part(value: Canonical | undefined, index: number): EqualityKey | undefined {
    return value === undefined ? undefined : this.equalities[index]?.key(value);
  }

  private key(tuple: readonly (Canonical | undefined)[]): EqualityKey | undefined {
    if (tuple.length === 1) return this.part(tuple[0], 0);
    let key = '';
    for (let index = 0; index < tuple.length; index += 1) {
      const part = this.part(tuple[index], index);
      if (part === undefined) return undefined;
      key += keyPart(part);
    }
    return key;
  }

  private keyOf({ values }: WorkingObject): EqualityKey | undefined {
    const { columns } = this;
    const [only = ''] = columns;
    return columns.length === 1 ? this.part(values[only], 0) : this.key(columns.map((column) => values[column]));
  }

  /** Undefined if the tuple was not requested when the chunk was loaded. */
  find(tuple: readonly Canonical[]): readonly WorkingObject[] | undefined {
    const key = this.key(tuple);
    return key === undefined ? undefined : this.entries.get(key);
  }

  /** Returns false if the object's tuple is not known. */
  add(object: WorkingObject): boolean {
    const key = this.keyOf(object);
    if (key === undefined) return this.mayMiss;
    const entry = this.entries.get(key);
    if (entry === NO_OBJECTS) this.entries.set(key, [object]);
    else entry?.push(object);
    return true;
  }

  remove(object: WorkingObject): void {
    const key = this.keyOf(object);
    const entry = key === undefined ? undefined : this.entries.get(key);
    const place = entry?.indexOf(object) ?? -1;
    if (place >= 0) entry?.splice(place, 1);
  }
}

/**
 * The indexes of a working set, by model and name. Indexes for conditions are named after the shape of the conditions.
 */
export class ObjectIndexes {
  private readonly byModel = new Map<Model, Map<string, ObjectIndex>>();

  add(name: string, model: Model, index: ObjectIndex): void {
    const indexes = this.byModel.get(model);
    if (indexes) indexes.set(name, index);
    else this.byModel.set(model, new Map([[name, index]]));
  }

  of(model: Model): Iterable<ObjectIndex> {
    return this.byModel.get(model)?.values() ?? [];
  }

  has(model: Model, name: string): boolean {
    return this.byModel.get(model)?.has(name) ?? false;
  }

  /** Objects whose fields equal the tuple; undefined if the tuple was not requested. */
  find(model: Model, name: string, tuple: readonly Canonical[]): readonly WorkingObject[] | undefined {
    const objects = this.byModel.get(model)?.get(name)?.find(tuple);
    return objects?.some(({ deleted }) => deleted) ? objects.filter(({ deleted }) => !deleted) : objects;
  }

  /** Like `find`, but ends the chunk if the tuple was not requested. */
  findLoaded(model: Model, name: string, tuple: readonly Canonical[]): readonly WorkingObject[] {
    const objects = this.find(model, name, tuple);
    if (!objects) throw new EndChunk();
    return objects;
  }

  /** Whether rows find objects of the model by a column. */
  haveColumn(model: Model, column: string): boolean {
    for (const { fields } of this.of(model)) if (fields.some((field) => field.column.name === column)) return true;
    return false;
  }
}
