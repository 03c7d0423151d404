/** System and model from a file's name, as django-nsync's syncfiles reads them. */
import { basename } from 'node:path';
import { CallError } from '../errors';

/** "HRSystem_prizes_Winner.csv" */
export const DEFAULT_PATTERN = '^(?<external_system>[^_]+)_(?<app_name>[^_]+)_(?<model_name>[^_.]+)[^.]*\\.csv$';

const LONGEST_NAME = 255;

export interface FileNameParts {
  readonly system: string;
  readonly app: string | null;
  readonly model: string;
}

function compile(pattern: string): RegExp {
  // Python writes (?P<name>…).
  const source = pattern.replaceAll('(?P<', '(?<');
  for (const group of ['external_system', 'model_name'])
    if (!source.includes(`(?<${group}>`))
      throw new CallError('BAD_USER_INPUT', `pattern needs the named group ${group}: (?<${group}>…).`);
  try {
    return new RegExp(source, 'iu');
  } catch (error) {
    throw new CallError('BAD_USER_INPUT', `pattern is no regular expression: ${(error as Error).message}.`);
  }
}

/** Throws INVALID_FILE_NAME where the name does not match the pattern. */
export function readFileName(name: string, pattern: string = DEFAULT_PATTERN): FileNameParts {
  const file = basename(name.replaceAll('\\', '/'));
  const groups = file.length > LONGEST_NAME ? undefined : compile(pattern).exec(file)?.groups;
  const { external_system: system, app_name: app, model_name: model } = groups ?? {};
  if (!system || !model)
    throw new CallError(
      'INVALID_FILE_NAME',
      `The file name "${file.slice(0, LONGEST_NAME)}" does not say system and model: it should match ${pattern}.`,
    );
  return { system, app: app ?? null, model };
}
