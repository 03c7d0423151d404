/** What can go wrong with a row or a column: a code, how bad it is, and a message. */
import { BOUNDS } from '../bounds';
import { cut } from '../shown';

export { shown } from '../shown';

export type Severity = 'WARNING' | 'ERROR';

/** Every problem code with its severity when nothing else is said. */
export const PROBLEM_SEVERITY = {
  INVALID_ACTION_FLAGS: 'ERROR',
  NO_ACTION: 'WARNING',
  MATCH_FIELD_MISSING: 'ERROR',
  UNKNOWN_MATCH_FIELD: 'ERROR',
  INVALID_MATCH_EXPRESSION: 'ERROR',
  EMPTY_MATCH: 'ERROR',
  MATCH_AMBIGUOUS: 'ERROR',
  MATCH_CONFLICT: 'WARNING',
  KEYS_SHARE_OBJECT: 'WARNING',
  INVALID_VALUE: 'ERROR',
  UNKNOWN_FIELD: 'WARNING',
  VALIDATION_FAILED: 'ERROR',
  UNIQUE_VIOLATION: 'ERROR',
  NOT_NULL_VIOLATION: 'ERROR',
  FOREIGN_KEY_VIOLATION: 'ERROR',
  CHECK_VIOLATION: 'ERROR',
  DATABASE_REFUSED: 'ERROR',
  REFERENCE_NOT_FOUND: 'WARNING',
  REFERENCE_AMBIGUOUS: 'WARNING',
  UNKNOWN_REFERENCE: 'WARNING',
  MIXED_RELATION_OPERATORS: 'WARNING',
  MISSING_RELATION_OPERATOR: 'WARNING',
  NOT_FOUND: 'WARNING',
  NO_EXTERNAL_KEY: 'WARNING',
  NOT_MAPPED: 'WARNING',
  MAPPED_ELSEWHERE: 'WARNING',
  STILL_REFERENCED: 'WARNING',
  UNINDEXED_LOOKUP: 'WARNING',
  AMBIGUOUS_COLUMN: 'WARNING',
  MALFORMED_CSV_ROW: 'ERROR',
} as const satisfies Record<string, Severity>;

export type ProblemCode = keyof typeof PROBLEM_SEVERITY;

/** One thing that went wrong; `field` is the column, field or constraint it is about. */
export interface Problem {
  readonly code: ProblemCode;
  readonly severity: Severity;
  readonly message: string;
  readonly field: string | null;
}

/** A problem of the severity that its code has by itself, unless another is given (R10, R21). */
export function problem(
  code: ProblemCode,
  message: string,
  field: string | null = null,
  severity: Severity = PROBLEM_SEVERITY[code],
): Problem {
  return { code, severity, message, field: field && cut(field, LONGEST_FIELD) };
}

/**
 * The problems of a row that are told: all, or with more than BOUNDS.problemsPerRow the first ones, errors before
 * warnings, and a last one that stands for the others.
 */
export function toldProblems(problems: readonly Problem[]): readonly Problem[] {
  const most = BOUNDS.problemsPerRow;
  if (problems.length <= most) return problems;
  const worstFirst = (['ERROR', 'WARNING'] as const).flatMap((worst) =>
    problems.filter(({ severity }) => severity === worst),
  );
  const [next] = worstFirst.slice(most - 1);
  const rest = next && problem(next.code, `The row has more problems: ${most - 1} are listed.`, null, next.severity);
  return [...worstFirst.slice(0, most - 1), ...(rest ? [rest] : [])];
}

/** A name that nothing has may be of any length. */
const LONGEST_FIELD = 200;
