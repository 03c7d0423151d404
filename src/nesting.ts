/** How deep values may be nested: whatever walks through a value needs room on the stack for each level. */
import { type Problem, problem } from './problems';
import { shown } from './shown';

const MOST_LEVELS = 500;

export const TOO_DEEP = `is nested more than ${MOST_LEVELS} levels deep`;

/** Whether a value has more levels of arrays and objects than may be; one that contains itself has. */
export function isTooDeep(value: unknown, levels: number = MOST_LEVELS): boolean {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false;
  return levels === 0 || Object.values(value).some((item) => isTooDeep(item, levels - 1));
}

/** The problem of the first value of a row that is nested too deep: the row fails with it. */
export function nestingProblem(values: Readonly<Record<string, unknown>>): Problem | undefined {
  for (const name in values)
    if (isTooDeep(values[name])) return problem('INVALID_VALUE', `Field ${shown(name)}: the value ${TOO_DEEP}.`, name);
  return undefined;
}
