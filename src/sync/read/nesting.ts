/** Values that are nested so deep that nothing can walk through them fail their row. */
import { isTooDeep, TOO_DEEP } from '../../nesting';
import { type Problem, problem, shown } from '../problems';

/** The problem of the first such value. */
export function nestingProblem(values: Readonly<Record<string, unknown>>): Problem | undefined {
  for (const name in values)
    if (isTooDeep(values[name])) return problem('INVALID_VALUE', `Field ${shown(name)}: the value ${TOO_DEEP}.`, name);
  return undefined;
}
