/** A row's match expression with its values (R4–R7). */
import type { Canonical, Field, Model, Relation } from '../../models';
import { nearest } from '../../nearest';
import { type Problem, problem } from '../problems';
import { comparable, readColumn } from './columns';
import type { MatchAlternative, Selector } from './instruction';
import { type Alternatives, readMatchExpression, tokensOf } from './matchExpression';
import { isBlank, type PathColumn, type PathValue, readSelector } from './selectors';

type Target =
  { readonly kind: 'field'; readonly field: Field } | { readonly kind: 'reference'; readonly column: PathColumn };

export interface CompiledMatch {
  readonly problems: readonly Problem[];
  readonly targets: ReadonlyMap<string, Target>;
  readonly alternatives: Alternatives;
}

const EMPTY: CompiledMatch = { problems: [], targets: new Map(), alternatives: [] };

function targetOf(model: Model, name: string): Target | Problem {
  const field = model.fieldsByName.get(name);
  if (field && comparable(field)) return { kind: 'field', field };
  if (field)
    return problem(
      'UNKNOWN_MATCH_FIELD',
      `match_on: a ${field.column.type.kind} field such as "${name}" cannot be compared.`,
      name,
    );
  const column = name.includes('=>') ? readColumn(model, name) : null;
  if (column?.kind === 'path' && !column.relation.join) return { kind: 'reference', column };
  if (column?.kind === 'path')
    return problem('UNKNOWN_MATCH_FIELD', `match_on: "${name}" leads to many, so it cannot be matched on.`, name);
  const near = nearest(name, model.fieldsByName.keys());
  return problem(
    'UNKNOWN_MATCH_FIELD',
    `match_on: ${model.name} has no field "${name}"${near ? `: did you mean "${near}"?` : '.'}`,
    name,
  );
}

/** Understands `match_on` for a model; the same text always compiles to the same. */
export function compileMatch(model: Model, matchOn: string): CompiledMatch {
  const tokens = tokensOf(matchOn);
  if (tokens.length === 0) return EMPTY;
  const alternatives = readMatchExpression(tokens);
  if ('malformed' in alternatives)
    return {
      ...EMPTY,
      problems: [
        problem('INVALID_MATCH_EXPRESSION', `match_on "${matchOn.trim()}": ${alternatives.malformed}.`, 'match_on'),
      ],
    };
  const targets = new Map<string, Target>();
  const problems: Problem[] = [];
  for (const name of new Set(alternatives.flat().map((literal) => literal.name))) {
    const target = targetOf(model, name);
    if ('code' in target) problems.push(target);
    else targets.set(name, target);
  }
  return { problems, targets, alternatives };
}

/** What the row says of the names: parsed fields, and raw values of reference columns. */
export interface MatchValues {
  readonly text: boolean;
  /** undefined: the row does not carry the field, or its value is invalid. */
  field(field: Field): { readonly value: Canonical } | 'missing' | 'invalid';
  path(name: string): PathValue | undefined;
}

const emptyValue = (value: Canonical): boolean => value === null || value === '';

/**
 * The alternatives with the row's values; null where nothing is compared or every compared value is empty (R7).
 * Adds the problems that make the row fail.
 */
export function readMatch(match: CompiledMatch, values: MatchValues, problems: Problem[]): MatchAlternative[] | null {
  problems.push(...match.problems);
  const fields = new Map<string, Canonical>();
  const paths = new Map<string, PathValue>();
  let compared = false;
  let complete = match.problems.length === 0;
  for (const [name, target] of match.targets) {
    if (target.kind === 'field') {
      const found = values.field(target.field);
      if (found === 'missing')
        problems.push(problem('MATCH_FIELD_MISSING', `match_on names "${name}", which the row does not carry.`, name));
      if (typeof found === 'string') complete = false;
      else {
        fields.set(name, found.value);
        compared ||= !emptyValue(found.value);
      }
      continue;
    }
    const found = values.path(name);
    if (!found) {
      problems.push(problem('MATCH_FIELD_MISSING', `match_on names "${name}", which the row does not carry.`, name));
      complete = false;
      continue;
    }
    paths.set(name, found);
    compared ||= !isBlank(found.value);
  }
  if (!complete || !compared) return null;
  return match.alternatives.map((literals): MatchAlternative => {
    const positive: Field[] = [];
    const compare: Canonical[] = [];
    const notFields: { field: Field; value: Canonical }[] = [];
    const together = new Map<Relation, PathValue[]>();
    const notReferences: { relation: Relation; selector: Selector | null }[] = [];
    for (const { name, negated } of literals) {
      const target = match.targets.get(name);
      const path = paths.get(name);
      if (target?.kind === 'field') {
        const value = fields.get(name) ?? null;
        if (negated) notFields.push({ field: target.field, value });
        else if (!positive.includes(target.field)) {
          positive.push(target.field);
          compare.push(value);
        }
      } else if (target && path) {
        const { relation } = target.column;
        if (negated)
          notReferences.push({ relation, selector: readSelector(relation.related, [path], values.text, problems) });
        else together.set(relation, [...(together.get(relation) ?? []), path]);
      }
    }
    return {
      fields: positive,
      values: compare,
      references: Array.from(together, ([relation, items]) => ({
        relation,
        selector: readSelector(relation.related, items, values.text, problems),
      })),
      not: { fields: notFields, references: notReferences },
    };
  });
}
