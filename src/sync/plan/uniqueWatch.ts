/**
 * Rows act one after another, but a bulk statement writes them at once. If a row frees a unique value that an earlier
 * row took, the two must not be in one chunk: the database would accept the earlier row. The reverse order is safe,
 * because a refused chunk is tried again in smaller chunks.
 */
import type { Canonical, Model } from '../../models';
import { withoutAtEnd } from '../../trimming';
import { EndChunk, type WorkingObject } from '../load/workingObject';

const ANY = '*';

/** A coarse key: the same for all texts that some collation might call equal. */
function coarse(value: Canonical): string {
  const text = typeof value === 'object' ? ANY : String(value);
  return /^[ -~]*$/.test(text) ? withoutAtEnd(text.toLowerCase(), ' ') : ANY;
}

/** Whether only the database can compare values of the column. */
const isNative = ({ fieldsByName }: Model, column = ''): boolean =>
  fieldsByName.get(column)?.column.type.kind === 'other';

type Values = Readonly<Record<string, Canonical | undefined>>;

interface Taking {
  readonly model: Model;
  readonly values: Values;
  readonly changed: Values | null;
}

export class UniqueWatch {
  private readonly taken = new Map<string, Set<string>>();
  /** Not evaluated yet, because in most chunks no row gives up a value. */
  private waiting: Taking[] = [];

  private *keys(model: Model, values: Values, changed: Values | null): Iterable<{ name: string; value: string }> {
    for (const key of model.uniqueKeys) {
      const name = JSON.stringify([model.name, key.name]);
      if (!key.columns) {
        yield { name, value: ANY };
        continue;
      }
      if (changed && !key.columns.some((column) => column in changed)) continue;
      const parts = key.columns.map((column) => values[column]);
      // NULLs never conflict, and values that the database computes are not known here.
      if (parts.some((part) => part === undefined || part === null)) continue;
      const texts = parts.map((part, index) =>
        isNative(model, key.columns?.[index]) ? ANY : coarse(part as Canonical),
      );
      yield { name, value: texts.includes(ANY) ? ANY : texts.join('\u0000') };
    }
  }

  /** Called before an object gives up values. Throws EndChunk if this chunk took one of them. */
  release(object: WorkingObject, changed: Values | null): void {
    for (const taking of this.waiting) this.note(taking);
    this.waiting = [];
    for (const { name, value } of this.keys(object.model, object.values, changed)) {
      const taken = this.taken.get(name);
      if (taken && (value === ANY || taken.has(ANY) || taken.has(value))) throw new EndChunk();
    }
  }

  take(model: Model, values: Values, changed: Values | null): void {
    const taking = { model, values, changed };
    // Evaluated now, because a hook may change the values later.
    if (model.behaviour.writeHooks) this.note(taking);
    else this.waiting.push(taking);
  }

  private note({ model, values, changed }: Taking): void {
    for (const { name, value } of this.keys(model, values, changed)) {
      const taken = this.taken.get(name);
      if (taken) taken.add(value);
      else this.taken.set(name, new Set([value]));
    }
  }
}
