/** The meaning of the columns of rows with the same names. It is computed once, not per row. */
import { type Field, type Relation, whyNotWritable } from '../../models';
import { type Problem, problem } from '../../problems';
import { shown } from '../../shown';
import { type Column, type IgnoredColumn, pathName } from './columns';
import type { PathColumn } from './selectors';

/** A column by its name. `place`: the position of its value among the row's values. */
interface PlacedColumn {
  readonly name: string;
  readonly place: number;
}

/** `relation`: the relation that is meant if the value is an object. */
export interface PlacedField extends PlacedColumn {
  readonly relation: Relation | null;
}

export interface ColumnSet {
  readonly names: readonly string[];
  readonly fields: ReadonlyMap<Field, PlacedField>;
  /** Fields that are set twice: under both of their names, or in two spellings. */
  readonly repeated: readonly { readonly field: Field; readonly columns: readonly [PlacedColumn, PlacedColumn] }[];
  /** The same fields as a list, in the order of `fields`. */
  readonly written: readonly (PlacedField & { readonly field: Field })[];
  /** Whether some of the fields cannot be written (R46). */
  readonly hasUnwritable: boolean;
  readonly setters: readonly PlacedColumn[];
  readonly paths: readonly (PlacedColumn & { readonly column: PathColumn })[];
  /** Relations by their bare names. */
  readonly relations: readonly (PlacedColumn & { readonly relation: Relation })[];
  /** Fields that share their name with a relation, which is meant if the value is an object. */
  readonly inline: readonly (PlacedField & { readonly field: Field; readonly relation: Relation })[];
  /** R16, R20. */
  readonly ignored: readonly IgnoredColumn[];
}

const normalName = (name: string): string => pathName(...name.split('=>').map((part) => part.trim()));

export function sortColumns(names: readonly string[], columnOf: (name: string) => Column): ColumnSet {
  const fields = new Map<Field, PlacedField>();
  const repeated: ColumnSet['repeated'][number][] = [];
  const setters: ColumnSet['setters'][number][] = [];
  const paths: ColumnSet['paths'][number][] = [];
  const relations: ColumnSet['relations'][number][] = [];
  const ignored: IgnoredColumn[] = [];
  for (const [place, name] of names.entries()) {
    const column = columnOf(name);
    switch (column.kind) {
      case 'field': {
        const given = { name: name.trim(), place, relation: column.relation };
        const other = fields.get(column.field);
        if (other) repeated.push({ field: column.field, columns: [other, given] });
        fields.set(column.field, given);
        break;
      }
      case 'setter':
        setters.push({ name: column.name, place });
        break;
      case 'path':
        paths.push({ name: normalName(name), place, column });
        break;
      case 'relation':
        relations.push({ name, place, relation: column.relation });
        break;
      case 'ignored':
        ignored.push(column);
    }
  }
  const inline = [...fields].flatMap(([field, column]) =>
    column.relation ? [{ ...column, field, relation: column.relation }] : [],
  );
  const written = Array.from(fields, ([field, column]) => ({ ...column, field }));
  const hasUnwritable = written.some(({ field }) => whyNotWritable(field) !== null);
  return { names, fields, repeated, written, hasUnwritable, setters, paths, relations, inline, ignored };
}

/** Problems of fields with two different values, one of which would be lost. */
export const repeatedProblems = ({ repeated }: ColumnSet, values: readonly unknown[]): Problem[] =>
  repeated
    .filter(({ columns }) => new Set(columns.map(({ place }) => values[place])).size > 1)
    .map(({ field, columns: [first, second] }) =>
      problem(
        'INVALID_VALUE',
        `Columns ${shown(first.name)} and ${shown(second.name)} both set field ${shown(field.name)}, to different values. Leave one of them out.`,
        field.name,
      ),
    );

export function sameNames(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false;
  for (let place = 0; place < one.length; place += 1) if (one[place] !== other[place]) return false;
  return true;
}
