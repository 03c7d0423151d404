/** The changes that a row makes to an object. */
import { type Canonical, columnValues, type Field, sameValue } from '../../models';
import type { WorkingObject } from '../load/workingObject';
import { currentValue } from './context';
import type { Change } from './operations';

type Values = Readonly<Record<string, Canonical>>;

const NO_VALUES: Values = Object.freeze(columnValues<Canonical>());
const NO_CHANGES: readonly Change[] = [];

/** The changes of an object, most often none. If a field is set twice, the last value counts. */
export class Changes {
  private changed: { readonly values: Record<string, Canonical>; readonly list: Change[] } | null = null;
  private readonly givenByColumn: Record<string, Canonical> | null;

  constructor(private readonly object: WorkingObject) {
    this.givenByColumn = object.model.behaviour.instances ? columnValues() : null;
  }

  get values(): Values {
    return this.changed?.values ?? NO_VALUES;
  }

  /** The values as the row passes them to the model (R17); empty for a model without instances. */
  get given(): Values {
    return this.givenByColumn ?? NO_VALUES;
  }

  get list(): readonly Change[] {
    return this.changed?.list ?? NO_CHANGES;
  }

  get size(): number {
    return this.list.length;
  }

  set(field: Field, value: Canonical, given: Canonical = value): void {
    const column = field.column.name;
    const before = currentValue(this.object, column);
    if (sameValue(before, value)) this.withdraw(field);
    else {
      const change = { field: field.name, before, after: value };
      const { values, list } = (this.changed ??= { values: columnValues(), list: [] });
      const place = list.findIndex((earlier) => earlier.field === field.name);
      list[place < 0 ? list.length : place] = change;
      values[column] = value;
      if (this.givenByColumn) this.givenByColumn[column] = given;
    }
  }

  private withdraw(field: Field): void {
    const place = this.changed?.list.findIndex((earlier) => earlier.field === field.name) ?? -1;
    if (!this.changed || place < 0) return;
    this.changed.list.splice(place, 1);
    for (const values of [this.changed.values, this.givenByColumn ?? {}])
      Reflect.deleteProperty(values, field.column.name);
  }
}
