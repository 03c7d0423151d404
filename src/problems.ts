/** Problems of rows, columns and runs: a code, a severity, and a message. */
import { BOUNDS } from './bounds';
import { cut } from './shown';

export type Severity = 'WARNING' | 'ERROR';

interface ProblemKind {
  /** The default severity. */
  readonly severity: Severity;
  /** The related rules. */
  readonly rules: readonly string[];
  /** A sentence for the schema. */
  readonly description: string;
}

/** All problem codes. */
export const PROBLEMS = {
  INVALID_ACTION_FLAGS: {
    severity: 'ERROR',
    rules: ['R2'],
    description: 'The flags contain an unknown character, or combine `d` with another action.',
  },
  NO_ACTION: {
    severity: 'WARNING',
    rules: ['R3'],
    description: 'The row has no action flags, or only `*`.',
  },
  MATCH_FIELD_MISSING: {
    severity: 'ERROR',
    rules: ['R4'],
    description: '`match_on` names a column that the row does not have.',
  },
  UNKNOWN_MATCH_FIELD: {
    severity: 'ERROR',
    rules: ['R4'],
    description: '`match_on` names a field that the model does not have.',
  },
  INVALID_MATCH_EXPRESSION: {
    severity: 'ERROR',
    rules: ['R5'],
    description: '`match_on` is not a valid postfix expression.',
  },
  EMPTY_MATCH: {
    severity: 'ERROR',
    rules: ['R7'],
    description: 'All compared values are empty, and the row has no external key.',
  },
  MATCH_AMBIGUOUS: { severity: 'ERROR', rules: ['R8'], description: 'More than one object matches.' },
  MATCH_CONFLICT: {
    severity: 'WARNING',
    rules: ['R10'],
    description: '`match_on` finds a different object than the external key.',
  },
  KEYS_SHARE_OBJECT: {
    severity: 'WARNING',
    rules: ['R18'],
    description: 'Another key of the same system is already linked to the object.',
  },
  INVALID_VALUE: {
    severity: 'ERROR',
    rules: ['R14'],
    description: 'A value does not fit the type or the limits of its field.',
  },
  UNKNOWN_FIELD: {
    severity: 'WARNING',
    rules: ['R16'],
    description: 'A column is not a field, relation or setter of the model.',
  },
  VALIDATION_FAILED: {
    severity: 'ERROR',
    rules: ['R17'],
    description: 'The validation of the model refuses the values.',
  },
  UNIQUE_VIOLATION: {
    severity: 'ERROR',
    rules: ['R17'],
    description: 'Another object has the same value in a unique field.',
  },
  NOT_NULL_VIOLATION: { severity: 'ERROR', rules: ['R17'], description: 'A field that requires a value has none.' },
  FOREIGN_KEY_VIOLATION: { severity: 'ERROR', rules: ['R17', 'R34'], description: 'A foreign key refuses the change.' },
  CHECK_VIOLATION: { severity: 'ERROR', rules: ['R17'], description: 'A check constraint refuses the change.' },
  DATABASE_REFUSED: {
    severity: 'ERROR',
    rules: ['R17a'],
    description: 'The database refuses the change for another reason: a trigger, a policy, a limit.',
  },
  REFERENCE_NOT_FOUND: { severity: 'WARNING', rules: ['R21'], description: 'A reference finds no object.' },
  REFERENCE_AMBIGUOUS: { severity: 'WARNING', rules: ['R21'], description: 'A reference finds more than one object.' },
  UNKNOWN_REFERENCE: {
    severity: 'WARNING',
    rules: ['R20'],
    description: 'A reference names a relation or field that does not exist.',
  },
  MIXED_RELATION_OPERATORS: {
    severity: 'WARNING',
    rules: ['R24'],
    description: 'Columns of one relation have different operators.',
  },
  MISSING_RELATION_OPERATOR: {
    severity: 'WARNING',
    rules: ['R24'],
    description: 'A many-to-many column has none of `+`, `-` and `=`.',
  },
  NOT_FOUND: { severity: 'WARNING', rules: ['R12', 'R30', 'R32'], description: 'The object does not exist.' },
  NO_EXTERNAL_KEY: { severity: 'WARNING', rules: ['R31'], description: 'An unforced delete requires an external key.' },
  NOT_MAPPED: { severity: 'WARNING', rules: ['R31'], description: 'The external key is not mapped.' },
  MAPPED_ELSEWHERE: {
    severity: 'WARNING',
    rules: ['R31'],
    description: 'The external key is mapped to another object.',
  },
  STILL_REFERENCED: {
    severity: 'WARNING',
    rules: ['R31'],
    description: 'Other external keys are still mapped to the object.',
  },
  UNINDEXED_LOOKUP: {
    severity: 'WARNING',
    rules: [],
    description: 'A run looked up objects of a large table by columns without an index.',
  },
  AMBIGUOUS_COLUMN: {
    severity: 'WARNING',
    rules: [],
    description:
      'A column of a file has a special name, such as `external_key`, and the model has a field of the same name.',
  },
  MALFORMED_CSV_ROW: { severity: 'ERROR', rules: [], description: 'The line has too many or too few cells.' },
} as const satisfies Readonly<Record<string, ProblemKind>>;

export type ProblemCode = keyof typeof PROBLEMS;

/** A problem. `field` is the column, field or constraint that has the problem. */
export interface Problem {
  readonly code: ProblemCode;
  readonly severity: Severity;
  readonly message: string;
  readonly field: string | null;
}

/** A problem, by default with the severity of its code (R10, R21). */
export function problem(
  code: ProblemCode,
  message: string,
  field: string | null = null,
  severity: Severity = PROBLEMS[code].severity,
): Problem {
  return { code, severity, message, field: field && cut(field, LONGEST_FIELD) };
}

/**
 * The problems of a row that are reported. If there are more than BOUNDS.problemsPerRow, these are the first ones,
 * errors before warnings, and a last one that stands for the rest.
 */
export function reportedProblems(problems: readonly Problem[]): readonly Problem[] {
  const most = BOUNDS.problemsPerRow;
  if (problems.length <= most) return problems;
  const worstFirst = (['ERROR', 'WARNING'] as const).flatMap((worst) =>
    problems.filter(({ severity }) => severity === worst),
  );
  const [next] = worstFirst.slice(most - 1);
  const rest = next && problem(next.code, `The row has more problems: ${most - 1} are listed.`, null, next.severity);
  return [...worstFirst.slice(0, most - 1), ...(rest ? [rest] : [])];
}

/** The most characters of a field, because an unknown name may have any length. */
const LONGEST_FIELD = 200;
