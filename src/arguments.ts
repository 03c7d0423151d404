/**
 * Checks of arguments, for callers without TypeScript. The client uses these checks too, so this file imports nothing
 * of the server.
 */
import { didYouMean } from './wording';

/** What an argument must be. */
export interface Kind {
  /** Follows "must be": `a boolean`. */
  readonly what: string;
  /** Whether the argument may be omitted, or be null. */
  readonly absent?: 'undefined' | 'null';
  readonly accepts: (value: unknown) => boolean;
  /** The problem inside an accepted value; null if there is none. */
  readonly inside?: (value: unknown, path: string) => string | null;
  /** The valid texts. */
  readonly choices?: readonly string[];
}

/** One kind per property, so that the compiler finds properties without a check. */
export type Shape<T> = { readonly [Name in keyof T]-?: Kind };

const LONGEST_TEXT = 80;

const tag = (value: unknown): string => Object.prototype.toString.call(value).slice('[object '.length, -1);

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** A value in a message: short, and without nested values. */
export function described(value: unknown): string {
  if (typeof value === 'string')
    return JSON.stringify(value.length <= LONGEST_TEXT ? value : `${value.slice(0, LONGEST_TEXT - 1)}…`);
  if (typeof value === 'function') return value.name ? `the function ${value.name}` : 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  if (isList(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (tag(value) === 'Promise') return 'a Promise (await it)';
  if (value instanceof Uint8Array) return 'bytes';
  const name = (value as { constructor?: { name?: string } }).constructor?.name;
  return name && name !== 'Object' ? `an object of class ${name}` : 'an object';
}

/** Whether the value is an object with named properties: no list, Map, Date or bytes. */
const isNamed = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' &&
  value !== null &&
  !isList(value) &&
  !(value instanceof Uint8Array) &&
  !['Map', 'Set', 'Date', 'Promise', 'RegExp'].includes(tag(value));

const kind = (what: string, accepts: (value: unknown) => boolean): Kind => ({ what, accepts });

export const TEXT = kind('a text', (value) => typeof value === 'string');
export const NAME = kind('a text that is not blank', (value) => typeof value === 'string' && value.trim() !== '');
export const BOOLEAN = kind('true or false', (value) => typeof value === 'boolean');
export const FUNCTION = kind('a function', (value) => typeof value === 'function');
export const OBJECT = kind('an object', isNamed);
export const DATE = kind('a valid Date', (value) => tag(value) === 'Date' && !Number.isNaN(Number(value)));
export const ITERABLE = kind(
  'an iterable or async iterable of rows, such as a list',
  (value) => typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value),
);

/** A whole number that is not below `least`. */
export const wholeNumber = (least: number): Kind =>
  kind(
    `a whole number that is not below ${least}`,
    (value) => Number.isSafeInteger(value) && (value as number) >= least,
  );

export const oneOf = (...choices: readonly string[]): Kind => ({
  what: `${choices
    .slice(0, -1)
    .map((choice) => `"${choice}"`)
    .join(', ')} or "${choices.at(-1)}"`,
  accepts: (value) => choices.includes(value as string),
  choices,
});

export const either = (first: Kind, second: Kind): Kind => ({
  what: `${first.what} or ${second.what}`,
  accepts: (value) => first.accepts(value) || second.accepts(value),
  inside: (value, path) => (first.accepts(value) ? first : second).inside?.(value, path) ?? null,
});

export const listOf = (item: Kind): Kind => ({
  what: 'a list',
  accepts: isList,
  inside: (value, path) => {
    for (const [index, element] of (value as readonly unknown[]).entries()) {
      const problem = valueProblem(item, element, `${path}[${index}]`);
      if (problem) return problem;
    }
    return null;
  },
});

/** The argument may be omitted. */
export const optional = (of: Kind): Kind => ({ ...of, absent: 'undefined' });
/** The argument may be omitted, or be null. */
export const nullable = (of: Kind): Kind => ({ ...of, absent: 'null' });

const mayBeAbsent = ({ absent }: Kind, value: unknown): boolean =>
  (value === undefined && absent !== undefined) || (value === null && absent === 'null');

function valueProblem(of: Kind, value: unknown, path: string): string | null {
  if (mayBeAbsent(of, value)) return null;
  if (value === undefined) return `${path} is missing. It must be ${of.what}.`;
  if (of.accepts(value)) return of.inside?.(value, path) ?? null;
  const hint = typeof value === 'string' ? didYouMean(value, of.choices ?? []) : '.';
  return `${path} must be ${of.what}, not ${described(value)}${hint}`;
}

/** The first name that the shape lacks, with the nearest known name. */
function unknownName(given: object, names: readonly string[], path: string): string | null {
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown === undefined) return null;
  const hint = didYouMean(unknown, names);
  const known = hint === '.' ? `. The names are ${names.join(', ')}.` : hint;
  return `${path === '' ? 'there is' : `${path} has`} no "${unknown}"${known}`;
}

/** An object with the given properties; `open`: with others too. */
export const shaped = <T>(shape: Shape<T>, { open = false } = {}): Kind => {
  const kinds = Object.entries<Kind>(shape);
  const names = kinds.map(([name]) => name);
  const required = kinds.filter(([, { absent }]) => absent === undefined).map(([name]) => name);
  return {
    what: required.length > 0 ? `an object with ${required.join(', ')}` : 'an object',
    accepts: isNamed,
    inside: (value, path) => {
      const named = value as Readonly<Record<string, unknown>>;
      const unknown = open ? null : unknownName(named, names, path);
      if (unknown) return unknown;
      for (const [name, of] of kinds) {
        const problem = valueProblem(of, named[name], path === '' ? name : `${path}.${name}`);
        if (problem) return problem;
      }
      return null;
    },
  };
};

/** An argument: its name in the declaration, its kind, and the caller's value. */
export type Given = readonly [name: string, of: Kind, value: unknown];

/** The problem of an object, such as a row: `Row 2: externalKey must be …`; null if there is none. */
export function objectProblem(of: Kind, value: unknown, whole: string, subject = whole): string | null {
  if (mayBeAbsent(of, value)) return null;
  if (!of.accepts(value)) return `${subject} must be ${of.what}, not ${described(value)}.`;
  const problem = of.inside?.(value, '') ?? null;
  return problem && `${whole}: ${problem}`;
}

/** Like `argumentProblem`, for a call whose only argument is an object. */
export const inputProblem = (call: string, of: Kind, value: unknown): string | null =>
  objectProblem(of, value, call, `The argument of ${call}`);

/** The problem of the arguments of a call: `nsync.run(): id must be …`; null if there is none. */
export function argumentProblem(call: string, ...given: readonly Given[]): string | null {
  for (const [name, of, value] of given) {
    const problem = valueProblem(of, value, name);
    if (problem) return `${call}: ${problem}`;
  }
  return null;
}
