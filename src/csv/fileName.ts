/** Reads system and model from a file's name, like django-nsync's syncfiles. */
import { basename } from 'node:path';
import { createContext, Script } from 'node:vm';
import { CallError } from '../errors';
import { shown } from '../shown';

/** "HRSystem_prizes_Winner.csv" */
const DEFAULT_PATTERN = '^(?<external_system>[^_]+)_(?<app_name>[^_]+)_(?<model_name>[^_.]+)[^.]*\\.csv$';

const LONGEST_NAME = 255;
const LONGEST_PATTERN = 1000;
/** The most time for all names of a call, even on a busy machine, because some patterns never end. */
const MATCHING_MILLISECONDS = 1000;
const MATCH = new Script('new RegExp(source, "iu").exec(text)?.groups');

interface FileIdentity {
  readonly system: string;
  readonly model: string;
}

/** The system and model given with a file, which override those in its name. */
export interface GivenIdentity {
  readonly system?: string | null;
  readonly model?: string | null;
}

/** Converts Python's syntax: (?P<name>…), (?P=name), \A, \Z, a leading (?i), escapes of ordinary characters. */
function fromPython(pattern: string): string {
  return pattern
    .replace(/^\(\?i\)/, '')
    .replace(/\\(.)|\(\?P<|\(\?P=(\w+)\)/gsu, (whole, escaped: string | undefined, group: string | undefined) => {
      if (group !== undefined) return `\\k<${group}>`;
      if (escaped === undefined) return '(?<';
      if (escaped === 'A') return '^';
      if (escaped === 'Z') return '$';
      return /[\w^$\\.*+?()[\]{}|/]/.test(escaped) && escaped !== '_'
        ? whole
        : `\\u{${(escaped.codePointAt(0) ?? 0).toString(16)}}`;
    });
}

/** Throws BAD_USER_INPUT. */
function assertPattern(source: string): void {
  if (source.length > LONGEST_PATTERN)
    throw new CallError(
      'BAD_USER_INPUT',
      `pattern must have at most ${LONGEST_PATTERN} characters, not ${source.length}.`,
    );
  try {
    new RegExp(source, 'iu');
  } catch (error) {
    throw new CallError('BAD_USER_INPUT', `pattern is not a regular expression: ${(error as Error).message}.`);
  }
}

/** Returns the pattern's named groups in a text. Throws BAD_USER_INPUT when all texts together have taken too long. */
function groupMatcher(source: string): (text: string) => Partial<Record<string, string>> {
  if (source === DEFAULT_PATTERN) return (text) => new RegExp(source, 'iu').exec(text)?.groups ?? {};
  const context = createContext({ source, text: '' });
  let left = MATCHING_MILLISECONDS;
  return (text) => {
    context.text = text;
    const began = performance.now();
    try {
      return (MATCH.runInContext(context, { timeout: Math.max(1, Math.ceil(left)) }) ?? {}) as Record<string, string>;
    } catch {
      throw new CallError(
        'BAD_USER_INPUT',
        `pattern takes too long to match the file name ${shown(text)}. Simplify the pattern.`,
      );
    } finally {
      left -= performance.now() - began;
    }
  };
}

/**
 * Reads names of files by a pattern with the named groups `external_system` and `model_name`. A group is optional if
 * the caller gives its value. Throws BAD_USER_INPUT for an invalid pattern, and INVALID_FILE_NAME if a name does not
 * match.
 */
export function fileNameReader(
  pattern: string = DEFAULT_PATTERN,
): (name: string | null, given: GivenIdentity) => FileIdentity {
  const source = fromPython(pattern);
  assertPattern(source);
  const match = groupMatcher(source);
  return (name, given) => {
    if (given.system && given.model) return { system: given.system, model: given.model };
    if (!name) throw new CallError('BAD_USER_INPUT', 'A file given as csv requires a name, or a system and a model.');
    for (const [group, part] of [
      ['external_system', given.system],
      ['model_name', given.model],
    ] as const)
      if (!part && !source.includes(`(?<${group}>`))
        throw new CallError('BAD_USER_INPUT', `pattern requires the named group ${group}: (?<${group}>…).`);
    const file = basename(name.replaceAll('\\', '/'));
    const groups = file.length > LONGEST_NAME ? {} : match(file);
    const system = given.system || groups.external_system;
    const model = given.model || groups.model_name;
    if (!system || !model)
      throw new CallError(
        'INVALID_FILE_NAME',
        `The name must contain ${given.system ? 'the model' : given.model ? 'the external system' : 'the external system and the model'}. Rename the file to match ${pattern}, or set system and model.`,
      );
    return { system, model };
  };
}
