/** The values of a row, parsed for its model. */
import { isObject } from '../../jsonValues';
import type { Canonical, Field, Model, ParseOptions } from '../../models';
import { type Problem, problem } from '../../problems';
import { shown } from '../../shown';
import type { ColumnSet, PlacedField } from './columnSet';
import { readField } from './fieldValues';
import type { Assignment } from './instruction';
import type { MatchValues } from './match';
import type { RowRelations } from './rowRelations';
import type { PathColumn, PathValue } from './selectors';

/** A field's value, which the model may still format. */
type GivenField = { -readonly [K in keyof Assignment]: Assignment[K] };
type FieldValue = GivenField | 'missing' | 'invalid';

/** Whether the value is an object and belongs to the relation with the same name as the field (R28). */
export const isInline = ({ relation, place }: PlacedField, values: readonly unknown[]): boolean =>
  relation !== null && isObject(values[place]);

/** The columns of a row. Each value is parsed once, when it is needed. */
export class ParsedValues implements MatchValues {
  private readonly parsed: (FieldValue | undefined)[];

  constructor(
    private readonly model: Model,
    readonly options: ParseOptions,
    private readonly columns: ColumnSet,
    private readonly values: readonly unknown[],
    private readonly relations: RowRelations,
    readonly problems: Problem[],
  ) {
    this.parsed = new Array<FieldValue | undefined>(values.length);
  }

  at(field: Field, column: PlacedField): FieldValue {
    return (this.parsed[column.place] ??= isInline(column, this.values) ? 'missing' : this.read(field, column));
  }

  /** All fields that can be parsed. */
  all(): GivenField[] {
    return Array.from(this.columns.fields, ([field, column]) => this.at(field, column)).filter(
      (found) => typeof found !== 'string',
    );
  }

  field(field: Field): { readonly value: Canonical } | 'missing' | 'invalid' {
    const column = this.columns.fields.get(field);
    if (!column || this.values[column.place] === undefined || isInline(column, this.values)) return 'missing';
    const found = this.at(field, column);
    // An empty key, which the database or the model supplies, matches nothing.
    return found === 'missing' ? EMPTY_KEY : found;
  }

  path({ name, column }: { readonly name: string; readonly column: PathColumn }): PathValue | undefined {
    const { groups, cleared } = this.relations;
    const paths = groups.find(({ relation }) => relation === column.relation)?.paths;
    return (
      paths?.findLast((path) => path.column.spelling === column.spelling) ??
      (cleared.includes(column.relation) ? { name, column, value: null } : undefined)
    );
  }

  private read(field: Field, { name, place }: PlacedField): FieldValue {
    const raw = this.values[place];
    const found = readField(this.model, field, raw, this.options);
    if (found === 'missing') return found;
    if ('value' in found) return { field, value: found.value, given: found.value };
    this.problems.push(problem('INVALID_VALUE', `Field "${name}": ${shown(raw)} ${found.reason}.`, name));
    return 'invalid';
  }
}

const EMPTY_KEY = { value: null };
