/** A row's match expression with its values (R4–R7). */
import { BOUNDS } from '../../bounds';
import { type Canonical, type Field, findNamed, type Model, type ParseOptions, type Relation } from '../../models';
import { didYouMean } from '../../wording';
import { type Problem, problem } from '../../problems';
import { shown } from '../../shown';
import { comparable, readColumn, whyIgnored } from './columns';
import type { MatchAlternative, Selector } from './instruction';
import { type Literal, type Malformed, readMatchExpression, tokensOf } from './matchExpression';
import { isBlankPath, type PathColumn, type PathValue, readSelector } from './selectors';

type Target =
  | { readonly kind: 'field'; readonly name: string; readonly field: Field }
  | { readonly kind: 'reference'; readonly name: string; readonly column: PathColumn };

type TargetOf<K extends Target['kind']> = Extract<Target, { kind: K }>;

/** The part of an alternative that is the same for all rows. Places are positions among the targets. */
export interface CompiledAlternative {
  readonly shape: string;
  readonly fields: readonly Field[];
  readonly fieldPlaces: readonly number[];
  readonly references: readonly { readonly relation: Relation; readonly places: readonly number[] }[];
  readonly notFields: readonly { readonly field: Field; readonly place: number }[];
  readonly notReferences: readonly { readonly relation: Relation; readonly place: number }[];
  /** Whether the alternative only compares fields for equality, in the order of the targets. */
  readonly isPlain: boolean;
}

export interface CompiledMatch {
  readonly problems: readonly Problem[];
  readonly targets: readonly Target[];
  readonly alternatives: readonly CompiledAlternative[];
}

const EMPTY: CompiledMatch = { problems: [], targets: [], alternatives: [] };

/** Characters that users wrongly put between names, or without spaces. */
const SEPARATORS = /[;+/|&~]/;

/** The target of a name in a match expression; null if the name cannot be matched on. */
function findTarget(model: Model, name: string): Target | null {
  const field = findNamed(model.fieldsByName, name);
  if (field) return comparable(field) ? { kind: 'field', name, field } : null;
  const column = name.includes('=>') ? readColumn(model, name) : null;
  return column?.kind === 'path' && column.relation.kind.allowsPaths ? { kind: 'reference', name, column } : null;
}

/** Why a name cannot be matched on. */
function unknownTarget(model: Model, name: string): Problem {
  const field = findNamed(model.fieldsByName, name);
  if (field)
    return problem(
      'UNKNOWN_MATCH_FIELD',
      `match_on: field ${shown(name)} has type ${field.column.sqlType}, which cannot be compared.`,
      name,
    );
  const column = name.includes('=>') ? readColumn(model, name) : null;
  if (column?.kind === 'path')
    return problem(
      'UNKNOWN_MATCH_FIELD',
      `match_on: ${shown(name)} is a to-many relation, which cannot be matched on.`,
      name,
    );
  if (column?.kind === 'ignored')
    return problem('UNKNOWN_MATCH_FIELD', `match_on: ${shown(name)}: ${whyIgnored(column)}`, name);
  const meant = didYouMean(name, [...model.fieldsByName.keys(), ...model.relations.keys()]);
  const advice = SEPARATORS.test(name) ? ' Separate names and operators with spaces.' : '';
  return problem('UNKNOWN_MATCH_FIELD', `match_on: ${model.name} has no field ${shown(name)}${meant}${advice}`, name);
}

function compileAlternative(
  literals: readonly Literal[],
  targets: readonly Target[],
  places: ReadonlyMap<string, number>,
): CompiledAlternative {
  const placed = literals.flatMap(({ name, negated }) => {
    const place = places.get(name) ?? -1;
    const target = targets[place];
    return target ? [{ target, place, negated }] : [];
  });
  const isField = (item: { target: Target }): item is { target: TargetOf<'field'>; place: number; negated: boolean } =>
    item.target.kind === 'field';
  const isReference = (
    item: { target: Target }, // prettier-ignore
  ): item is { target: TargetOf<'reference'>; place: number; negated: boolean } => item.target.kind === 'reference';
  const positive = new Map<Field, number>();
  const together = new Map<Relation, number[]>();
  for (const item of placed.filter(({ negated }) => !negated)) {
    if (isField(item) && !positive.has(item.target.field)) positive.set(item.target.field, item.place);
    if (isReference(item)) {
      const { relation } = item.target.column;
      together.set(relation, [...(together.get(relation) ?? []), item.place]);
    }
  }
  const negative = placed.filter(({ negated }) => negated);
  const fieldPlaces = [...positive.values()];
  return {
    shape: JSON.stringify([
      'match',
      ...[...positive.keys(), ...[...together.keys()].flatMap(({ ownFields }) => ownFields)].map(
        ({ column }) => column.name,
      ),
    ]),
    fields: [...positive.keys()],
    fieldPlaces,
    references: Array.from(together, ([relation, places]) => ({ relation, places })),
    notFields: negative.filter(isField).map(({ target, place }) => ({ field: target.field, place })),
    notReferences: negative
      .filter(isReference)
      .map(({ target, place }) => ({ relation: target.column.relation, place })),
    isPlain:
      negative.length + together.size === 0 &&
      fieldPlaces.length === targets.length &&
      fieldPlaces.every((place, index) => place === index),
  };
}

const malformed = (matchOn: string, { malformed: why }: Malformed): CompiledMatch => ({
  ...EMPTY,
  problems: [problem('INVALID_MATCH_EXPRESSION', `match_on ${shown(matchOn.trim())}: ${why}.`, 'match_on')],
});

/** Parses `match_on` for a model. The result depends only on the text. */
export function compileMatch(model: Model, matchOn: string): CompiledMatch {
  const tokens = tokensOf(matchOn, (name) => findTarget(model, name) !== null);
  if ('malformed' in tokens) return malformed(matchOn, tokens);
  if (tokens.length === 0) return EMPTY;
  const alternatives = readMatchExpression(tokens);
  if ('malformed' in alternatives) return malformed(matchOn, alternatives);
  const targets: Target[] = [];
  const problems: Problem[] = [];
  for (const name of new Set(alternatives.flat().map((literal) => literal.name))) {
    const target = findTarget(model, name);
    if (target) targets.push(target);
    else if (problems.length < BOUNDS.problemsPerRow) problems.push(unknownTarget(model, name));
  }
  const places = new Map(targets.map(({ name }, place) => [name, place]));
  return {
    problems,
    targets,
    alternatives:
      problems.length > 0 ? [] : alternatives.map((literals) => compileAlternative(literals, targets, places)),
  };
}

/** The row's values by name: parsed fields, and raw values of reference columns. */
export interface MatchValues {
  readonly options: ParseOptions;
  /** 'missing': the row has no such field; 'invalid': its value is invalid. */
  field(field: Field): { readonly value: Canonical } | 'missing' | 'invalid';
  path(target: TargetOf<'reference'>): PathValue | undefined;
}

const emptyValue = (value: Canonical): boolean => value === null || value === '';

const NO_REFERENCES: MatchAlternative['references'] = [];
const NOTHING: MatchAlternative['not'] = { fields: [], references: [] };

/** The values that the row compares, by target; null if one is missing or invalid, or if all are empty (R7). */
function comparedValues(
  targets: readonly Target[],
  values: MatchValues,
  problems: Problem[],
): (Canonical | PathValue)[] | null {
  const found = new Array<Canonical | PathValue>(targets.length);
  let count = 0;
  let compared = false;
  let complete = true;
  for (const target of targets) {
    const value = target.kind === 'field' ? values.field(target.field) : (values.path(target) ?? 'missing');
    if (value === 'missing')
      problems.push(
        problem(
          'MATCH_FIELD_MISSING',
          `match_on names ${shown(target.name)}, but the row has no value for ${shown(target.name)}.`,
          target.name,
        ),
      );
    if (typeof value === 'string') complete = false;
    else if ('column' in value) {
      found[count++] = value;
      compared ||= !isBlankPath(value);
    } else {
      found[count++] = value.value;
      compared ||= !emptyValue(value.value);
    }
  }
  return complete && compared ? found : null;
}

/**
 * The alternatives with the row's values; null if nothing is compared, or if every compared value is empty (R7). Adds
 * problems that fail the row.
 */
export function readMatch(match: CompiledMatch, values: MatchValues, problems: Problem[]): MatchAlternative[] | null {
  if (match.problems.length > 0) problems.push(...match.problems);
  const found = comparedValues(match.targets, values, problems);
  if (!found || match.problems.length > 0) return null;
  const [only] = match.alternatives;
  return only?.isPlain && match.alternatives.length === 1
    ? [plainAlternative(only, found as readonly Canonical[])]
    : withValues(match, found, values.options, problems);
}

/** A match alternative that only compares fields for equality. */
export const plainAlternative = (
  { shape, fields }: CompiledAlternative,
  values: readonly Canonical[],
): MatchAlternative => ({
  shape,
  fields,
  values,
  references: NO_REFERENCES,
  not: NOTHING,
});

function withValues(
  { alternatives }: CompiledMatch,
  found: readonly (Canonical | PathValue)[],
  options: ParseOptions,
  problems: Problem[],
): MatchAlternative[] {
  const selector = (relation: Relation, places: readonly number[]): Selector | null =>
    readSelector(
      relation.related,
      places.map((place) => found[place] as PathValue),
      options,
      problems,
    );
  return alternatives.map((alternative): MatchAlternative => {
    if (alternative.isPlain) return plainAlternative(alternative, found as readonly Canonical[]);
    const { fields, fieldPlaces, references, notFields, notReferences, shape } = alternative;
    return {
      shape,
      fields,
      values: fieldPlaces.map((place) => found[place] as Canonical),
      references:
        references.length === 0
          ? NO_REFERENCES
          : references.map(({ relation, places }) => ({ relation, selector: selector(relation, places) })),
      not:
        notFields.length + notReferences.length === 0
          ? NOTHING
          : {
              fields: notFields.map(({ field, place }) => ({ field, value: found[place] as Canonical })),
              references: notReferences.map(({ relation, place }) => ({
                relation,
                selector: selector(relation, [place]),
              })),
            },
    };
  });
}
