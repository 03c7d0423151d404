/** Descriptions of what rows look for, for messages. */
import type { Canonical, Field } from '../../models';
import { listed } from '../../wording';
import { shown } from '../../shown';
import type { Condition, Instruction, MatchAlternative, Selector } from '../read/instruction';

/** `first_name "Bruce" and last_name "Wayne"`. */
export const namedValues = (fields: readonly Field[], values: readonly Canonical[]): string =>
  listed(fields.map(({ name }, index) => `${name} ${shown(values[index])}`));

const fieldTerms = ({ fields, values }: Condition): string[] =>
  fields.map((field, index) => namedValues([field], [values[index] ?? null]));

/** `Person with first_name "Bruce" and last_name "Wayne"`. */
export function describeSelector(selector: Selector): string {
  const terms = [
    ...fieldTerms(selector),
    ...selector.keys.map(({ system, key }) => `external key ${shown(key)}${system === null ? '' : ` in ${system}`}`),
    ...selector.references.map(({ relation, selector: sub }) => `${relation.name} (${describeSelector(sub)})`),
  ];
  return `${selector.model.name} with ${listed(terms) || 'the given value'}`;
}

const describeReference = ({ relation, selector }: Condition['references'][number]): string =>
  selector ? `${relation.name} (${describeSelector(selector)})` : `no ${relation.name}`;

const describeAlternative = (alternative: MatchAlternative): string =>
  listed([
    ...fieldTerms(alternative),
    ...alternative.references.map(describeReference),
    ...alternative.not.fields.map(({ field, value }) => `not ${namedValues([field], [value])}`),
    ...alternative.not.references.map((reference) => `not ${describeReference(reference)}`),
  ]);

/** The most alternatives that a message names. */
const MOST_ALTERNATIVES = 3;

/** What a row matches on: `employee_id "EMP2"`. */
export function describeMatch({ match, row }: Pick<Instruction, 'match' | 'row'>): string {
  const alternatives = match ?? [];
  return alternatives.length <= MOST_ALTERNATIVES
    ? listed(alternatives.map(describeAlternative), 'or')
    : `the values of match_on ${shown(row.matchOn?.trim())}`;
}
