/**
 * Errors in the log. Messages of databases and of JavaScript quote values ("Duplicate entry 'x'"), and drivers attach statements with their values.
 * Therefore the log contains the type, codes, names and stack of an error. Its message is at level debug only.
 */
import pino, { type Logger } from 'pino';
import { sentenceOf } from '../../database';

/** Properties of drivers' and Node's errors that never contain a value of a row. */
const SAFE_FIELDS = [
  'code',
  'errno',
  'sqlState',
  'syscall',
  'schema',
  'table',
  'column',
  'constraint',
  'routine',
] as const;

/** Longer texts, or texts with other characters, are neither codes nor useful names. */
const WORD = /^[\w.$ -]{1,100}$/;
const MOST_CAUSES = 5;
const MOST_FRAMES = 20;

interface LoggedError extends Partial<Record<(typeof SAFE_FIELDS)[number], string | number>> {
  readonly type: string;
  /** The frames of its stack. */
  readonly stack: readonly string[];
  readonly cause?: LoggedError;
}

const isWord = (value: unknown): value is string | number =>
  typeof value === 'number' || (typeof value === 'string' && WORD.test(value));

/** The frames of a stack, without the message at its beginning. */
function framesOf(error: Error): string[] {
  const messages = [error.message, sentenceOf(error)].filter((message) => message !== '');
  let stack = error.stack ?? '';
  for (const message of messages) stack = stack.replaceAll(message, '');
  return stack
    .split('\n')
    .filter((line) => /^ {4}at .*:\d+\)?$/.test(line))
    .slice(0, MOST_FRAMES)
    .map((line) => line.trim());
}

/** The parts of an error that are safe at any level. */
function loggedError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, stack: [] };
  const { nativeError, cause } = error as { nativeError?: unknown; cause?: unknown };
  const inner = cause ?? nativeError;
  const fields = SAFE_FIELDS.map((name) => [name, (error as unknown as Record<string, unknown>)[name]] as const);
  return {
    type: isWord(error.constructor.name) ? error.constructor.name : 'Error',
    ...Object.fromEntries(fields.filter(([, value]) => isWord(value))),
    stack: framesOf(error),
    ...(inner !== undefined && depth < MOST_CAUSES ? { cause: loggedError(inner, depth + 1) } : {}),
  };
}

/** A logger that writes only the safe parts of errors. */
export const discreet = (log: Logger): Logger =>
  log.child({}, { serializers: { err: (error: unknown) => (error instanceof Error ? loggedError(error) : error) } });

/** Logs the safe parts of an error, and its message at level debug. */
export function logFailure(
  log: Logger,
  level: 'warn' | 'error',
  error: unknown,
  fields: Readonly<Record<string, unknown>>,
  message: string,
): void {
  log[level]({ ...fields, err: loggedError(error) }, message);
  if (log.isLevelEnabled('debug')) log.debug({ ...fields, detail: detailOf(error) }, message);
}

const detailOf = (error: unknown): unknown =>
  error instanceof Error ? pino.stdSerializers.errWithCause(error) : String(error);
