/** The limit of nesting. Code that walks through a value needs stack space for each level. */
import { type Problem, problem } from './problems';
import { shown } from './shown';

const MOST_LEVELS = 500;

export const TOO_DEEP = `is nested more than ${MOST_LEVELS} levels deep`;

/** Whether a value has too many levels of arrays and objects. A value that contains itself has. */
export function isTooDeep(value: unknown, levels: number = MOST_LEVELS): boolean {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false;
  return levels === 0 || Object.values(value).some((item) => isTooDeep(item, levels - 1));
}

/** The problem of a row's first value that is nested too deep. The row fails with this problem. */
export function nestingProblem(values: Readonly<Record<string, unknown>>): Problem | undefined {
  for (const name in values)
    if (isTooDeep(values[name])) return problem('INVALID_VALUE', `Field ${shown(name)}: the value ${TOO_DEEP}.`, name);
  return undefined;
}
