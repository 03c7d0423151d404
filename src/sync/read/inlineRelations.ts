/** Relations given as JSON objects (R28), converted to the columns that they stand for. */
import { BOUNDS } from '../../bounds';
import { isObject } from '../../jsonValues';
import type { Relation } from '../../models';
import { type Problem, problem } from '../../problems';
import { shown } from '../../shown';
import { pathName, type Sign } from './columns';

/** A column of one element, with its value. */
export interface SpreadValue {
  readonly name: string;
  readonly value: unknown;
}

export interface SpreadLinks {
  readonly sign: Sign | null;
  readonly elements: readonly (readonly SpreadValue[])[];
}

const SETS: Record<string, Sign> = { add: '+', remove: '-', set: '=' };

/** Whether a name is an operator of a to-many relation. */
export const isLinkOperator = (name: string): boolean => Object.hasOwn(SETS, name);

/**
 * Stands for everything nested deeper than references may lead. Such a column is ignored because of its number of hops.
 */
const DEEPER = '…';

/** Converts `{first_name: "Bruce", home: {city: "Gotham"}}` to `prefix=>first_name` and `prefix=>home=>city`. */
export function spreadObject(
  prefix: readonly string[],
  object: Record<string, unknown>,
  sign: Sign | '' = '',
): SpreadValue[] {
  const values: SpreadValue[] = [];
  const system = object._system;
  for (const [key, value] of Object.entries(object)) {
    // `_system` names the system of `_key`. Alone it is an unknown name.
    if (key === '_system' && '_key' in object) continue;
    if (key === '_key')
      values.push({
        name: pathName(...prefix, `${sign}@${typeof system === 'string' || typeof system === 'number' ? system : ''}`),
        value,
      });
    else if (isObject(value) && prefix.length < BOUNDS.referenceHops)
      values.push(...spreadObject([...prefix, `${sign}${key}`], value));
    else if (isObject(value)) values.push({ name: pathName(...prefix, `${sign}${key}`, DEEPER), value: null });
    else values.push({ name: pathName(...prefix, `${sign}${key}`), value });
  }
  return values;
}

export const tooManyTargets = ({ name }: Relation, count: number): Problem =>
  problem(
    'INVALID_VALUE',
    `"${name}": the list names ${count} objects, more than the limit of ${BOUNDS.targetsPerRow} in one row.`,
    name,
  );

/** The objects of a list, or a single object in place of a list, as columns; null after a problem. */
export function spreadElements(
  relation: Relation,
  list: unknown,
  sign: Sign | null,
  problems: Problem[],
): SpreadLinks['elements'] | null {
  const items = Array.isArray(list) ? (list as unknown[]) : [list];
  if (items.length > BOUNDS.targetsPerRow) {
    problems.push(tooManyTargets(relation, items.length));
    return null;
  }
  if (!items.every(isObject)) {
    const message = `Relation "${relation.name}": ${shown(list)} is not a list of objects.`;
    problems.push(problem('INVALID_VALUE', message, relation.name));
    return null;
  }
  return items.map((item) => spreadObject([relation.name], item, sign ?? ''));
}

/** An object with operators (`add`, `remove`, `set`) and their lists, as columns; null after a problem. */
export function spreadOperators(relation: Relation, value: unknown, problems: Problem[]): SpreadLinks[] | null {
  const fail = (
    code: 'INVALID_VALUE' | 'MIXED_RELATION_OPERATORS' | 'MISSING_RELATION_OPERATOR',
    message: string,
  ): null => {
    problems.push(problem(code, message, relation.name));
    return null;
  };
  if (!isObject(value))
    return fail(
      'INVALID_VALUE',
      `Relation "${relation.name}": ${shown(value)} is not an object with add, remove or set.`,
    );
  const keys = Object.keys(value);
  if (!keys.every(isLinkOperator))
    return fail(
      'MISSING_RELATION_OPERATOR',
      `Relation "${relation.name}" requires an object with add, remove or set. The relation stays unchanged.`,
    );
  if (keys.includes('set') && keys.length > 1)
    return fail(
      'MIXED_RELATION_OPERATORS',
      `Relation "${relation.name}" has set together with ${keys.filter((key) => key !== 'set').join(' and ')}. Use set alone, or add and remove. The relation stays unchanged.`,
    );
  const links: SpreadLinks[] = [];
  for (const key of keys) {
    if (value[key] === null || value[key] === undefined) continue;
    const sign = SETS[key] ?? '=';
    const elements = spreadElements(relation, value[key], sign, problems);
    if (!elements) return null;
    links.push({ sign, elements });
  }
  return links;
}
