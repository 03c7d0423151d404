/**
 * Collects the column names of rows, including those of inline objects, for the locks of a run and the limit of
 * columns.
 */
import { BOUNDS, tooManyColumns } from '../../bounds';
import { isObject } from '../../jsonValues';
import type { Model, Relation } from '../../models';
import { pathName, relationNamed } from './columns';
import { sameNames } from './columnSet';
import { isLinkOperator } from './inlineRelations';

type Values = Readonly<Record<string, unknown>>;

const isNested = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Collects the `columns` of a source (SyncSource) from its rows. */
export class RowColumns {
  private readonly found = new Set<string>();
  /** The names of the previous row. Most rows have the same names. */
  private last: readonly string[] = [];

  /** Without a model, relations are not known. A run without a model fails anyway. */
  constructor(private readonly model: Model | undefined) {}

  get names(): ReadonlySet<string> {
    return this.found;
  }

  /** Throws TOO_MANY_COLUMNS if all rows together have more than BOUNDS.columns. */
  add(values: Values): void {
    const own = Object.keys(values);
    if (sameNames(own, this.last) && !own.some((name) => isNested(values[name]))) return;
    this.last = own;
    this.addNames(values, this.model, []);
  }

  private addNames(values: Values, model: Model | undefined, prefix: readonly string[]): void {
    for (const [name, value] of Object.entries(values)) {
      this.found.add(pathName(...prefix, name));
      if (this.found.size > BOUNDS.columns) throw tooManyColumns('The rows have');
      const relation = model && isNested(value) ? relationNamed(model, name) : null;
      if (relation && prefix.length < BOUNDS.referenceHops)
        this.addNested(value, relation, [...prefix, name], relation.kind.takesOperators);
    }
  }

  /** Adds the names of nested objects. Objects of to-many relations are in lists, by operator. */
  private addNested(value: unknown, relation: Relation, prefix: readonly string[], takesOperators: boolean): void {
    for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (!isObject(item)) continue;
      const lists = takesOperators ? Object.keys(item).filter(isLinkOperator) : [];
      if (lists.length === 0) this.addNames(item, relation.related, prefix);
      for (const name of lists) this.addNested(item[name], relation, prefix, false);
    }
  }
}
