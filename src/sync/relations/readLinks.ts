/** Which objects the columns of a row mean by a relation to many: one for each element of a list (R24, R25). */
import { BOUNDS } from '../../bounds';
import type { Relation } from '../../models';
import { listed } from '../../wording';
import { type Problem, problem } from '../../problems';
import type { Sign } from '../read/columns';
import { type SpreadLinks, tooManyTargets } from '../read/inlineRelations';
import type { LinkAssignment, Selector } from '../read/instruction';
import type { PathValue } from '../read/selectors';
import type { RelationReader } from './behaviour';

/** One selector for each element of the lists; values that are no list stand beside every element. */
function listSelectors(
  relation: Relation,
  paths: readonly PathValue[],
  reader: RelationReader,
  problems: Problem[],
): Selector[] | null {
  const lengths = new Set(paths.flatMap(({ value }) => (Array.isArray(value) ? [value.length] : [])));
  if (lengths.size > 1) {
    problems.push(
      problem(
        'INVALID_VALUE',
        `Lists for relation "${relation.name}" have different lengths: ${listed([...lengths].map(String))}.`,
        relation.name,
      ),
    );
    return null;
  }
  const [length = 1] = lengths;
  if (length > BOUNDS.targetsPerRow) {
    problems.push(tooManyTargets(relation, length));
    return null;
  }
  const selectors: Selector[] = [];
  for (let index = 0; index < length; index += 1) {
    const element = paths.map((path) => ({
      ...path,
      value: Array.isArray(path.value) ? (path.value as unknown[])[index] : path.value,
    }));
    const selector = reader.selector(relation, element, problems);
    if (selector) selectors.push(selector);
  }
  return selectors;
}

const isEmptyList = ({ value }: PathValue): boolean => value === null || (Array.isArray(value) && value.length === 0);

/**
 * The links that columns make; empty columns are left out before their operators are compared. `assumed`: the operator of a
 * column without one; undefined if each column needs one.
 */
export function linksOfColumns(
  relation: Relation,
  columns: readonly PathValue[],
  assumed: Sign | null | undefined,
  reader: RelationReader,
  problems: Problem[],
): LinkAssignment | null {
  const paths = columns.filter(({ value }) => value !== '' && value !== undefined);
  const [first] = paths;
  if (!first) return null;
  const signs = new Set(paths.map(({ column }) => column.sign ?? assumed));
  if (signs.size > 1) {
    problems.push(
      problem(
        'MIXED_RELATION_OPERATORS',
        `Columns of relation "${relation.name}" have different operators. Use one operator. The relation stays unchanged.`,
        relation.name,
      ),
    );
    return null;
  }
  const sign = first.column.sign ?? assumed;
  if (sign === undefined) {
    problems.push(
      problem(
        'MISSING_RELATION_OPERATOR',
        `Column "${first.name}" requires an operator (+, - or =) after "=>". The relation stays unchanged.`,
        relation.name,
      ),
    );
    return null;
  }
  const selectors = listSelectors(relation, paths, reader, problems);
  const clears = sign === '=' && paths.every(isEmptyList);
  return selectors && (selectors.length > 0 || clears) ? { relation, sign, selectors } : null;
}

/** The links that objects make which were spread into columns (R28); null if they say nothing. */
export function linksOfObjects(
  relation: Relation,
  { sign, elements }: SpreadLinks,
  reader: RelationReader,
  problems: Problem[],
): LinkAssignment | null {
  const selectors: Selector[] = [];
  let unclear = false;
  for (const element of elements) {
    const paths = reader.pathsOf(element);
    const selector = reader.selector(relation, paths, problems);
    if (selector) selectors.push(selector);
    else unclear ||= paths.length < element.length;
  }
  // Elements that are empty say nothing, and a set is refused if one of its elements cannot be parsed.
  return elements.length === 0 || (selectors.length > 0 && !(sign === '=' && unclear))
    ? { relation, sign, selectors }
    : null;
}
