/** What can go wrong with a row or a column: a code, how bad it is, and a message. */
import { BOUNDS } from '../bounds';

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
const LONGEST_SHOWN = 60;

/** The first characters of a text, with a sign if there are more; half a character is none. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const characters = Array.from(text.slice(0, 2 * most + 2));
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}

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
  // An escape has up to six characters, so that this is enough of a text to cut it at the same place.
  const given = typeof value === 'string' ? value.slice(0, 2 * LONGEST_SHOWN) : value;
  const text = typeof given === 'bigint' ? String(given) : (JSON.stringify(given) ?? String(given));
  return cut(text.slice(0, 4 * LONGEST_SHOWN).replace(INVISIBLE, spelled), LONGEST_SHOWN);
}
