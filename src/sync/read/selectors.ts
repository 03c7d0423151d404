/** Selectors from reference columns: which objects of the related model a row speaks of (R20, R22, R23). */
import {
  type Canonical,
  type Field,
  longerThan,
  type Model,
  parseValue,
  type Relation,
  unstorable,
} from '../../models';
import { type Problem, problem, shown } from '../problems';
import type { Column } from './columns';
import type { Selector } from './instruction';

export type PathColumn = Extract<Column, { kind: 'path' }>;

/** A reference column's value in a row, under the name that the row gave. */
export interface PathValue {
  readonly name: string;
  readonly column: PathColumn;
  readonly value: unknown;
}

export const LONGEST_KEY = 255;

interface Draft {
  readonly model: Model;
  readonly terms: { field: Field; value: Canonical }[];
  readonly keys: { system: string | null; key: string }[];
  readonly related: Map<Relation, Draft>;
  impossible: boolean;
}

const draftOf = (model: Model): Draft => ({ model, terms: [], keys: [], related: new Map(), impossible: false });

/** Left out of a reference (R20). */
export const isBlank = (value: unknown): boolean => value === '' || value === null || value === undefined;

/** As `isBlank`; a blank key is no key (R18). */
export const isBlankPath = ({ column, value }: PathValue): boolean =>
  isBlank(value) || (column.end.kind === 'key' && typeof value === 'string' && value.trim() === '');

function addKey(draft: Draft, { name, column, value }: PathValue, problems: Problem[]): void {
  if (column.end.kind !== 'key') return;
  if (typeof value !== 'string' && typeof value !== 'number') {
    problems.push(problem('INVALID_VALUE', `"${name}": ${shown(value)} is not an external key.`, name));
    return;
  }
  const key = String(value);
  draft.impossible ||= longerThan(key, LONGEST_KEY) || unstorable(key) !== null;
  draft.keys.push({ system: column.end.system, key });
}

function addTerm(draft: Draft, { name, column, value }: PathValue, text: boolean, problems: Problem[]): void {
  if (column.end.kind !== 'field') return;
  const { field } = column.end;
  const parsed = parseValue(field.column.type, value, { text });
  if ('value' in parsed) draft.terms.push({ field, value: parsed.value });
  else if (parsed.unfit) draft.impossible = true;
  else problems.push(problem('INVALID_VALUE', `"${name}": ${shown(value)} ${parsed.reason}.`, name));
}

function finish(draft: Draft): Selector {
  const terms = draft.terms.sort((a, b) => (a.field.column.name < b.field.column.name ? -1 : 1));
  const related = [...draft.related].map(([relation, sub]) => ({ relation, selector: finish(sub) }));
  const parts = [
    ...terms.map(({ field }) => field.column.name),
    ...draft.keys.map(() => '@'),
    ...related.map(({ relation, selector }) => `${relation.name}=>${selector.shape}`),
  ];
  return {
    model: draft.model,
    fields: terms.map(({ field }) => field),
    values: terms.map(({ value }) => value),
    keys: draft.keys,
    related,
    shape: `select ${draft.model.name}(${parts.join(',')})`,
    impossible: draft.impossible || related.some(({ selector }) => selector.impossible),
  };
}

/** The selector of reference columns that share their first relation; null where all are empty. */
export function readSelector(
  target: Model,
  values: readonly PathValue[],
  text: boolean,
  problems: Problem[],
): Selector | null {
  const given = values.filter((value) => !isBlankPath(value));
  if (given.length === 0) return null;
  const root = draftOf(target);
  for (const item of given) {
    let draft = root;
    for (const hop of item.column.hops) {
      const next = draft.related.get(hop) ?? draftOf(hop.related);
      draft.related.set(hop, next);
      draft = next;
    }
    if (item.column.end.kind === 'key') addKey(draft, item, problems);
    else addTerm(draft, item, text, problems);
  }
  return finish(root);
}
