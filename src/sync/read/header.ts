/** Checks of a file's header, even if there are no rows (R4, R16). */
import { CallError, type CallErrorCode } from '../../errors';
import type { Field, Model } from '../../models';
import { type Problem, problem } from '../../problems';
import { shown } from '../../shown';
import type { SourceHeader } from '../request';
import { type Column, readColumn } from './columns';
import { compileMatch, type CompiledMatch } from './match';

/** The most names that a message lists. */
const LISTED = 10;

const list = (names: readonly string[]): string =>
  `${names.slice(0, LISTED).map(shown).join(', ')}${names.length > LISTED ? ', …' : ''}`;

/** If the header lacks a match field, the call fails with the code with which its rows would fail. */
const MATCH_CODES = {
  MATCH_FIELD_MISSING: 'MATCH_FIELD_MISSING',
  UNKNOWN_MATCH_FIELD: 'UNKNOWN_MATCH_FIELD',
  INVALID_MATCH_EXPRESSION: 'INVALID_MATCH_EXPRESSION',
} as const satisfies Partial<Record<Problem['code'], CallErrorCode>>;

const isMatchCode = (code: Problem['code']): code is keyof typeof MATCH_CODES => Object.hasOwn(MATCH_CODES, code);

type Named = readonly (readonly [name: string, column: Column])[];

function assertSomeKnown(model: Model, { isAboutRows, names, delimiter }: SourceHeader, columns: Named): void {
  if (isAboutRows || columns.some(([, { kind }]) => kind !== 'ignored')) return;
  const [first] = names;
  throw new CallError(
    'UNKNOWN_FIELD',
    first === undefined
      ? 'Every column of the file is ignored. Keep at least one column.'
      : `No column of the file is a field of ${model.name}. Columns: ${list(names)}. Fields: ${list([...model.fieldsByName.keys()])}. Check the delimiter, which is ${shown(delimiter)}, or map columns to fields with columns (CLI: --column ${shown(`${first}=FIELD`)}).`,
  );
}

/** Throws if two columns set one field, because one of the values would be lost. */
function assertDistinct(columns: Named): void {
  const seen = new Map<Field, string>();
  for (const [name, column] of columns) {
    if (column.kind !== 'field') continue;
    const other = seen.get(column.field);
    if (other !== undefined)
      throw new CallError(
        'DUPLICATE_CSV_HEADER',
        `Columns ${shown(other)} and ${shown(name)} both set field ${shown(column.field.name)}. Ignore one of them: columns: [{header: ${shown(name)}, ignore: true}] (CLI: --ignore).`,
      );
    seen.set(column.field, name);
  }
}

function isCarried(target: CompiledMatch['targets'][number], columns: Named): boolean {
  return columns.some(([, column]) =>
    target.kind === 'field'
      ? column.kind === 'field' && column.field === target.field
      : column.kind === 'path' && column.spelling === target.column.spelling,
  );
}

function assertMatchable(model: Model, { matchOn, names }: SourceHeader, columns: Named): void {
  const { problems, targets } = compileMatch(model, matchOn ?? '');
  for (const { code, message } of problems) if (isMatchCode(code)) throw new CallError(MATCH_CODES[code], message);
  const missing = targets.find((target) => !isCarried(target, columns));
  if (missing)
    throw new CallError(
      'MATCH_FIELD_MISSING',
      `match_on names ${shown(missing.name)}, but the file has no such column. Columns: ${list(names)}.`,
    );
}

/** Throws UNKNOWN_FIELD, DUPLICATE_CSV_HEADER, MATCH_FIELD_MISSING, UNKNOWN_MATCH_FIELD or INVALID_MATCH_EXPRESSION. */
export function assertHeader(model: Model, header: SourceHeader): void {
  const columns = header.names.map((name) => [name, readColumn(model, name)] as const);
  assertSomeKnown(model, header, columns);
  assertDistinct(columns);
  assertMatchable(model, header, columns);
}

const MEANING: Readonly<Record<string, string>> = {
  action_flags: 'the action flags of the rows',
  match_on: 'the match fields of the rows',
  external_key: 'the external keys of the rows',
};

/**
 * A warning for each special column that is also the name of a field, unless the caller maps the column with `columns`.
 */
export const headerProblems = (model: Model, { assumed }: SourceHeader): Problem[] =>
  assumed
    .filter((name) => model.fieldsByName.has(name))
    .map((name) =>
      problem(
        'AMBIGUOUS_COLUMN',
        `Column "${name}" is read as ${MEANING[name] ?? name}, not as field "${name}" of ${model.name}. To choose, map the column with columns (CLI: --column): to "${name}", or to "field:${name}" for the field.`,
        name,
      ),
    );
