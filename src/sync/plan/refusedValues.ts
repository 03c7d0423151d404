/** Checks that may refuse the values of a create or an update (R17). */
import { type Canonical, type Field, type Model, ModelFailure } from '../../models';
import { type Problem, problem } from '../../problems';
import { shown } from '../../shown';

export const isError = ({ severity }: Problem): boolean => severity === 'ERROR';

/** Problems of fields that the database would refuse with NOT NULL. None if hooks or triggers may still fill them. */
export function notNullProblems(model: Model, fields: Iterable<Field>): Problem[] {
  if (model.behaviour.writeHooks || model.table.hasTriggers) return [];
  return [...fields].map((field) =>
    problem('NOT_NULL_VIOLATION', `Field "${field.name}" must have a value.`, field.name),
  );
}

/** Calls a function that may refuse the values (R17). Returns null after adding a problem. */
export function validated<T>(make: () => T, problems: Problem[]): T | null {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ModelFailure)) throw error;
    problems.push(problem(error.code, error.message, error.field));
    return null;
  }
}

export const unwritableProblem = (field: Field, value: Canonical, reason: string): Problem =>
  problem('INVALID_VALUE', `Cannot set field "${field.name}" to ${shown(value)}: ${reason}.`, field.name);
