/** What can go wrong with a row or a column: a code, how bad it is, and a message. */

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
  return { code, severity, message, field };
}

const LONGEST_SHOWN = 60;
/** Characters that look like a blank, or like nothing: controls that JSON leaves as they are, marks, other spaces. */
const INVISIBLE =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\ufe00-\ufe0e\uffa0]|(?! )\p{Zs}/gu;

const spelled = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('');

/** A value as messages quote it: JSON, invisible characters as escapes, cut at 60 characters. */
export function shown(value: unknown): string {
  const text = (typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? String(value))).replace(
    INVISIBLE,
    spelled,
  );
  const characters = Array.from(text);
  return characters.length <= LONGEST_SHOWN ? text : `${characters.slice(0, LONGEST_SHOWN - 1).join('')}…`;
}
