/** Objects and mappings as the rows of a chunk leave them. */
import { type Canonical, type Field, type Model, objectIdOf } from '../../models';

/** Values in the order of some fields. */
export type Tuple = readonly Canonical[];

/** Ends the chunk before the row being planned, which needs something that only the database knows. */
export class EndChunk extends Error {}

/** Undoes a change of the working set. */
export type Undo = () => void;

/** An object as the rows so far leave it. A value is undefined if the database or a hook will compute it. */
export class WorkingObject {
  deleted = false;
  /** The step of the chunk (from 1) that inserted or updated the object; 0: the database has these values. */
  touched = 0;
  /** Whether a row of this chunk mapped or linked the object. */
  involved = false;
  /** Loaded mappings that point or once pointed to the object. */
  mappedBy: WorkingMapping[] | null = null;
  private knownId: string | null = null;

  constructor(
    readonly model: Model,
    readonly values: Record<string, Canonical | undefined>,
    /** Whether this chunk creates the object. Its id may then be unknown until it is written. */
    public isNew = false,
  ) {}

  /** Called when the chunk is written. The object is then like any other. */
  settle(): this {
    this.isNew = false;
    this.touched = 0;
    this.involved = false;
    this.mappedBy = null;
    return this;
  }

  /** Null until the database has assigned a key. The id never changes afterwards (R12). */
  get id(): string | null {
    if (this.knownId === null) {
      const key = this.tuple(this.model.idFields);
      this.knownId = key && objectIdOf(key);
    }
    return this.knownId;
  }

  /** The values of the fields; null if one is NULL or not known. */
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
  /** The id of the stored row; null if the row does not exist yet. */
  readonly rowId: string | null;
  objectId: string | null;
  /** Null if the object no longer exists (a dangling mapping). */
  object: WorkingObject | null;
}

/** The name of a mapping among those that point to one object. */
export const pointingName = (systemId: number, key: string): string => `${systemId} ${key}`;
