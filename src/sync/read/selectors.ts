/** Selectors from reference columns, which find objects of the related model (R20, R22, R23). */
import {
  type Canonical,
  type Field,
  longerThan,
  type Model,
  type ParseOptions,
  parseValue,
  type Relation,
  unstorable,
} from '../../models';
import { type Problem, problem } from '../../problems';
import { shown } from '../../shown';
import type { Column } from './columns';
import type { Selector } from './instruction';

export type PathColumn = Extract<Column, { kind: 'path' }>;

/** A reference column's value in a row, with the name that the row uses. */
export interface PathValue {
  readonly name: string;
  readonly column: PathColumn;
  readonly value: unknown;
}

export const LONGEST_KEY = 255;

/** A blank value is left out of a reference (R20). */
const isBlank = (value: unknown): boolean => value === '' || value === null || value === undefined;

/** Like `isBlank`; also true for a blank key, which is no key (R18). */
export const isBlankPath = ({ column, value }: PathValue): boolean =>
  isBlank(value) || (column.end.kind === 'key' && typeof value === 'string' && value.trim() === '');

/** The common part of selectors with the same columns. `place` is a column's position. */
interface SelectorShape {
  readonly model: Model;
  readonly terms: readonly { readonly field: Field; readonly place: number }[];
  /** The fields of the terms. */
  readonly fields: readonly Field[];
  readonly keys: readonly { readonly system: string | null; readonly place: number }[];
  readonly references: readonly { readonly relation: Relation; readonly shape: SelectorShape }[];
  readonly name: string;
}

interface Draft {
  readonly model: Model;
  readonly terms: { field: Field; place: number }[];
  readonly keys: { system: string | null; place: number }[];
  readonly related: Map<Relation, Draft>;
}

const draftOf = (model: Model): Draft => ({ model, terms: [], keys: [], related: new Map() });

function finish({ model, keys, ...draft }: Draft): SelectorShape {
  const terms = draft.terms.sort((a, b) => (a.field.column.name < b.field.column.name ? -1 : 1));
  const references = [...draft.related].map(([relation, sub]) => ({ relation, shape: finish(sub) }));
  const name = JSON.stringify([
    'select',
    model.name,
    terms.map(({ field }) => field.column.name),
    keys.length,
    references.map(({ relation, shape }) => [relation.name, shape.name]),
  ]);
  return { model, terms, fields: terms.map(({ field }) => field), keys, references, name };
}

function shapeOf(target: Model, columns: readonly PathColumn[]): SelectorShape {
  const root = draftOf(target);
  for (const [place, { hops, end }] of columns.entries()) {
    let draft = root;
    for (const hop of hops) {
      const next = draft.related.get(hop) ?? draftOf(hop.related);
      draft.related.set(hop, next);
      draft = next;
    }
    if (end.kind === 'key') draft.keys.push({ system: end.system, place });
    else draft.terms.push({ field: end.field, place });
  }
  return finish(root);
}

/** A tree of shapes: each level is one more column. */
class KnownShapes {
  shape: SelectorShape | null = null;
  private readonly next = new WeakMap<PathColumn, KnownShapes>();

  after(column: PathColumn): KnownShapes {
    let next = this.next.get(column);
    if (!next) this.next.set(column, (next = new KnownShapes()));
    return next;
  }
}

const KNOWN = new WeakMap<Model, KnownShapes>();

/** The shape of selectors with these columns. It is computed once. */
function knownShape(target: Model, values: readonly PathValue[]): SelectorShape {
  let known = KNOWN.get(target);
  if (!known) KNOWN.set(target, (known = new KnownShapes()));
  for (const { column } of values) known = known.after(column);
  return (known.shape ??= shapeOf(target, values.map(({ column }) => column))); // prettier-ignore
}

/**
 * A value as it is compared; undefined if the value cannot be in its column. Adds a problem if the value does not
 * parse.
 */
function comparedValue(
  { name, column, value }: PathValue,
  options: ParseOptions,
  problems: Problem[],
): Canonical | undefined {
  if (column.end.kind === 'key') {
    if (typeof value === 'string' || typeof value === 'number') return String(value);
    problems.push(problem('INVALID_VALUE', `Column "${name}": ${shown(value)} is not an external key.`, name));
    return undefined;
  }
  const parsed = parseValue(column.end.field.column.type, value, options);
  if ('value' in parsed) return parsed.value;
  if (!parsed.unfit)
    problems.push(problem('INVALID_VALUE', `Column "${name}": ${shown(value)} ${parsed.reason}.`, name));
  return undefined;
}

const canBeKey = (key: string): boolean => !longerThan(key, LONGEST_KEY) && unstorable(key) === null;

const NONE: readonly never[] = [];

function withValues(shape: SelectorShape, values: readonly (Canonical | undefined)[], impossible: boolean): Selector {
  const { model, terms, keys, references } = shape;
  // Messages about an impossible selector leave out values that cannot be compared.
  const given = impossible ? terms.filter(({ place }) => values[place] !== undefined) : terms;
  return {
    model,
    fields: given === terms ? shape.fields : given.map(({ field }) => field),
    values: given.map(({ place }) => values[place] ?? null),
    keys: keys.length === 0 ? NONE : keys.map(({ system, place }) => ({ system, key: String(values[place] ?? '') })),
    references:
      references.length === 0
        ? NONE
        : references.map((hop) => ({ relation: hop.relation, selector: withValues(hop.shape, values, impossible) })),
    shape: shape.name,
    impossible,
  };
}

/** The selector of reference columns that share their first relation; null if all values are blank. */
export function readSelector(
  target: Model,
  values: readonly PathValue[],
  options: ParseOptions,
  problems: Problem[],
): Selector | null {
  const given = values.some(isBlankPath) ? values.filter((value) => !isBlankPath(value)) : values;
  if (given.length === 0) return null;
  const compared = new Array<Canonical | undefined>(given.length);
  let impossible = false;
  for (let place = 0; place < given.length; place += 1) {
    const item = given[place] as PathValue;
    const value = comparedValue(item, options, problems);
    compared[place] = value;
    impossible ||= value === undefined || (item.column.end.kind === 'key' && !canBeKey(String(value)));
  }
  return withValues(knownShape(target, given), compared, impossible);
}
