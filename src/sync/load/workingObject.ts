/** Objects and mappings as the rows of a chunk leave them. */
import { type Canonical, type Field, type Model, objectIdOf } from '../../models';

/** Values in the order of some fields. */
export type Tuple = readonly Canonical[];

/** Ends the chunk before the row that is being planned: it needs something that only the database can tell now. */
export class EndChunk extends Error {}

/** Takes a change of the working set back. */
export type Undo = () => void;

/** An object as the rows so far leave it. A value is undefined where the database or a hook will compute it. */
export class WorkingObject {
  deleted = false;
  /** The step of the chunk (from 1) that inserted or updated it; 0: it is in the database as it stands here. */
  touched = 0;
  /** Mapped or linked by a row of this chunk. */
  involved = false;
  /** Loaded mappings that point to it, or pointed to it. */
  mappedBy: WorkingMapping[] | null = null;
  private knownId: string | null = null;

  constructor(
    readonly model: Model,
    readonly values: Record<string, Canonical | undefined>,
    /** Not in the database before this chunk; its id may be unknown until it is. */
    public isNew = false,
  ) {}

  /** Its chunk is written: from now on it is an object like any other. */
  settle(): this {
    this.isNew = false;
    this.touched = 0;
    this.involved = false;
    this.mappedBy = null;
    return this;
  }

  /** Null until the database has given it a key, which does not change then (R12). */
  get id(): string | null {
    if (this.knownId === null) {
      const key = this.tuple(this.model.idFields);
      this.knownId = key && objectIdOf(key);
    }
    return this.knownId;
  }

  /** Values of the fields; null where one of them is not known or NULL. */
  tuple(fields: readonly Field[]): Canonical[] | null {
    const values: Canonical[] = [];
    for (const field of fields) {
      const value = this.values[field.column.name];
      if (value === undefined || value === null) return null;
      values.push(value);
    }
    return values;
  }
}

/** A mapping as the rows so far leave it. */
export interface WorkingMapping {
  readonly systemId: number;
  readonly model: Model;
  readonly key: string;
  /** Of the stored row; null for one that does not exist yet. */
  readonly rowId: string | null;
  objectId: string | null;
  /** Null where the object no longer exists (a dangling mapping). */
  object: WorkingObject | null;
}

/** A mapping's name among those that point to one object. */
export const pointingName = (systemId: number, key: string): string => `${systemId} ${key}`;
