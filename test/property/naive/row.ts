/** What a row says (R1–R5, R7, R18, R20–R28). */
import type { ProgramRow } from '../program';
import { columnOf, type Link, type LinkSide, linkNames, type ModelSpec, type Schema } from '../schema';

export interface Action {
  readonly create: boolean;
  readonly update: boolean;
  readonly delete: boolean;
  readonly force: boolean;
}

/** One column of a reference: the names after its relation, and the value. */
export type Term = readonly [path: readonly string[], raw: unknown];

/** Columns that must all hold. */
export type Terms = readonly Term[];

type Sign = '+' | '-' | '=';

/** What becomes of the links of a relation through a table (R24). */
export interface LinkChange {
  readonly sign: Sign;
  readonly targets: readonly Terms[];
}

export type RowProblem = string;

export const isEmpty = (value: unknown): boolean => value === null || value === undefined || value === '';

/** R20, R23: a column of a reference that is left out because its value is empty, or its key blank. */
export const isBlankTerm = ([path, raw]: Term): boolean =>
  isEmpty(raw) || (path.at(-1)?.startsWith('@') === true && typeof raw === 'string' && raw.trim() === '');

const OPERATORS = ['|', '&', '~'];

export const tokensOf = ({ matchOn }: ProgramRow): string[] =>
  (matchOn ?? '').split(' ').filter((token) => token !== '');

/** R5 */
export const hasOperators = (row: ProgramRow): boolean => tokensOf(row).some((token) => OPERATORS.includes(token));

/** Names that a row matches on, each once. */
export const matchNames = (row: ProgramRow): string[] => [
  ...new Set(tokensOf(row).filter((token) => !OPERATORS.includes(token))),
];

/** R5: with an operator it is one postfix expression. */
function isMalformed(row: ProgramRow): boolean {
  const tokens = tokensOf(row);
  if (!hasOperators(row)) return false;
  let height = 0;
  for (const token of tokens) {
    if (height < (token === '~' ? 1 : OPERATORS.includes(token) ? 2 : 0)) return true;
    height += token === '~' ? 0 : OPERATORS.includes(token) ? -1 : 1;
  }
  return height !== 1;
}

/** R18: a blank key is no key. */
export const keyOf = ({ externalKey }: ProgramRow): string | null =>
  externalKey === null || externalKey.trim() === '' ? null : externalKey;

/** A relation through a table, as it is seen from one of its sides. */
export interface LinkRelation {
  readonly name: string;
  readonly link: Link;
  readonly side: LinkSide;
  /** The model on the other side. */
  readonly there: ModelSpec;
  readonly isToOne: boolean;
}

export function linksOf({ models, links }: Schema, model: ModelSpec): LinkRelation[] {
  const sides = [
    ['one', 'other'],
    ['other', 'one'],
  ] as const;
  return links.flatMap((link) =>
    sides.flatMap(([side, otherSide]) => {
      const there = models[link[otherSide]];
      if (models[link[side]] !== model || !there) return [];
      return [{ name: linkNames(link)[side], link, side, there, isToOne: link.toOne[side] }];
    }),
  );
}

/** Foreign keys of other models that point to a model, whose relations back are its own. */
export function backsOf(schema: Schema, model: ModelSpec) {
  const index = schema.models.indexOf(model);
  return schema.models.flatMap((from) =>
    from.belongsTo.filter(({ target }) => target === index).map((key) => ({ from, key, name: key.back })),
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** R28: an object stands for a column for each of its members; objects in objects are hops. */
function termsOf(object: Record<string, unknown>): Term[] {
  return Object.entries(object).flatMap(([name, value]): Term[] => {
    if (name === '_system') return [];
    if (name === '_key') return [[[`@${(object._system as string | undefined) ?? ''}`], value]];
    if (isObject(value)) return termsOf(value).map(([path, raw]) => [[name, ...path], raw]);
    return [[[name], value]];
  });
}

/** The columns of a relation that a row spells with arrows. */
const columnsOf = ({ values }: ProgramRow, relation: string): Term[] =>
  Object.entries(values)
    .filter(([name]) => name.startsWith(`${relation}=>`))
    .map(([name, raw]) => [name.split('=>').slice(1), raw]);

const given = (terms: Terms): Terms => terms.filter((term) => !isBlankTerm(term));

/** R20: columns of a reference to one object that are not empty. Null: the reference is cleared. Undefined: it is not touched. */
export function referenceOf(row: ProgramRow, relation: string): Terms | null | undefined {
  const inline = row.values[relation];
  const terms = [...columnsOf(row, relation), ...(isObject(inline) ? termsOf(inline) : [])];
  // What is empty is left out beside columns that say something, `owner: null` too.
  if (given(terms).length > 0) return given(terms);
  return inline === null || terms.some(([, raw]) => raw === null) ? null : undefined;
}

/** What a row gives for a name that it matches on; undefined: it does not carry it. */
export function matchValue(row: ProgramRow, model: ModelSpec, name: string): unknown {
  const own = row.values[name];
  const [relation = '', ...path] = name.split('=>');
  if (own !== undefined || path.length === 0) return own;
  const inline = row.values[relation];
  if (!model.belongsTo.some((key) => key.name === relation)) return undefined;
  if (inline === null) return null;
  return isObject(inline) ? termsOf(inline).find(([term]) => term.join('=>') === path.join('=>'))?.[1] : undefined;
}

/** One target for each element of the lists, beside which the other values stand. */
function elementsOf(terms: Terms): Terms[] {
  const lists = terms.map(([, raw]) => raw).filter(Array.isArray);
  return Array.from({ length: lists[0]?.length ?? 1 }, (_, place) =>
    given(terms.map(([path, raw]) => [path, Array.isArray(raw) ? (raw as unknown[])[place] : raw])),
  ).filter((element) => element.length > 0);
}

const inlineElements = (value: unknown): Terms[] =>
  [value]
    .flat()
    .map((element) => given(termsOf(element as Record<string, unknown>)))
    .filter((element) => element.length > 0);

const haveOneLength = (terms: Terms): boolean =>
  new Set(terms.flatMap(([, raw]) => (Array.isArray(raw) ? [raw.length] : []))).size < 2;

/** Objects that are to point here (R25). */
export function pointingOf(row: ProgramRow, relation: string): Terms[] {
  const inline = row.values[relation];
  const columns = columnsOf(row, relation).filter(([, raw]) => raw !== '');
  return [...(isEmpty(inline) ? [] : inlineElements(inline)), ...(columns.length > 0 ? elementsOf(columns) : [])];
}

const SETS: Readonly<Record<string, Sign>> = { add: '+', remove: '-', set: '=' };

function inlineChanges(value: Record<string, unknown>, isToOne: boolean): LinkChange[] {
  const signed = Object.entries(value).filter(([name]) => name in SETS);
  if (signed.length === 0 && isToOne) return [{ sign: '=' as const, targets: inlineElements(value) }];
  return signed.map(([name, list]) => ({ sign: SETS[name] ?? '=', targets: inlineElements(list) }));
}

/** R24; a problem if the operators of the relation's columns are missing or mixed. */
export function linkChangesOf(row: ProgramRow, relation: string, isToOne: boolean): LinkChange[] | RowProblem {
  const inline = row.values[relation];
  if (isObject(inline)) {
    if ('set' in inline && Object.keys(inline).length > 1) return `MIXED_RELATION_OPERATORS(${relation})`;
    if (!isToOne && !Object.keys(inline).some((name) => name in SETS)) return `MISSING_RELATION_OPERATOR(${relation})`;
    // An empty list is the empty set; empty elements say nothing.
    return inlineChanges(inline, isToOne).filter(
      ({ sign, targets }) =>
        targets.length > 0 || (sign === '=' && (inline.set as unknown[] | undefined)?.length === 0),
    );
  }
  const columns = columnsOf(row, relation).filter(([, raw]) => raw !== '');
  if (columns.length === 0) return [];
  const signed = columns.map(([[first = '', ...rest], raw]) => {
    const sign = /^[-+=]/.exec(first)?.[0] as Sign | undefined;
    return { sign: sign ?? (isToOne ? '=' : null), term: [[sign ? first.slice(1) : first, ...rest], raw] as const };
  });
  const signs = [...new Set(signed.map(({ sign }) => sign))];
  const [sign] = signs;
  if (signs.length > 1) return `MIXED_RELATION_OPERATORS(${relation})`;
  if (!sign) return `MISSING_RELATION_OPERATOR(${relation})`;
  const terms = signed.map(({ term }) => term);
  const targets = elementsOf(terms);
  const clears = sign === '=' && terms.every(([, raw]) => raw === null || (Array.isArray(raw) && raw.length === 0));
  return targets.length > 0 || clears ? [{ sign, targets }] : [];
}

/** What a row asks for, and its problems whatever the database holds. */
export interface ReadRow {
  readonly action: Action;
  readonly errors: readonly RowProblem[];
  readonly warnings: readonly RowProblem[];
}

/** R1–R5, R7, R14, R24 */
export function readRow(schema: Schema, model: ModelSpec, row: ProgramRow): ReadRow {
  const letters = [...(row.actionFlags ?? '').trim().toLowerCase()];
  const has = (letter: string): boolean => letters.includes(letter);
  const action = { create: has('c'), update: has('u'), delete: has('d'), force: has('*') };
  // R2
  if (letters.some((letter) => !'cud*'.includes(letter)) || (action.delete && (action.create || action.update))) {
    const none = { ...action, create: false, update: false, delete: false };
    return { action: none, errors: ['INVALID_ACTION_FLAGS(action_flags)'], warnings: [] };
  }
  // R3
  if (!(action.create || action.update || action.delete))
    return { action, errors: [], warnings: ['NO_ACTION(action_flags)'] };
  const invalid = invalidValues(model, row, action);
  const isMatchInvalid = invalid.some((name) => comparedNames(row).includes(name));
  const relations = action.delete ? { errors: [], warnings: [] } : relationProblems(schema, model, row);
  return {
    action,
    errors: [
      ...matchErrors(model, row, isMatchInvalid),
      ...invalid.map((name) => `INVALID_VALUE(${name})`),
      ...relations.errors,
    ],
    warnings: relations.warnings,
  };
}

/** Names that are compared, if the row can be matched at all. */
const comparedNames = (row: ProgramRow): string[] =>
  isMalformed(row) || matchNames(row).includes('nome') ? [] : matchNames(row);

/** R14: fields whose values do not parse. Only those that are compared matter to a delete. */
function invalidValues(model: ModelSpec, row: ProgramRow, action: Action): string[] {
  const required = model.belongsTo.filter(({ nullable }) => !nullable).map((key) => columnOf(key.name));
  return ['rank', ...required]
    .filter((name) => row.values[name] === (name === 'rank' ? 'one' : ''))
    .filter((name) => !action.delete || comparedNames(row).includes(name));
}

/** R24, R25: operators that are missing or mixed, and lists of different lengths. */
function relationProblems(schema: Schema, model: ModelSpec, row: ProgramRow): Omit<ReadRow, 'action'> {
  const errors: RowProblem[] = [];
  const warnings: RowProblem[] = [];
  const checkLengths = (name: string): void => {
    const columns = columnsOf(row, name).filter(([, raw]) => raw !== '');
    if (!haveOneLength(columns)) errors.push(`INVALID_VALUE(${name})`);
  };
  for (const { name, isToOne } of linksOf(schema, model)) {
    const changes = linkChangesOf(row, name, isToOne);
    if (typeof changes === 'string') warnings.push(changes);
    else checkLengths(name);
  }
  for (const { name } of backsOf(schema, model)) checkLengths(name);
  return { errors, warnings };
}

/** R4, R5, R7, R9: why a row cannot be matched. */
function matchErrors(model: ModelSpec, row: ProgramRow, isInvalid: boolean): RowProblem[] {
  if (isMalformed(row)) return ['INVALID_MATCH_EXPRESSION(match_on)'];
  const names = matchNames(row);
  if (names.includes('nome')) return ['UNKNOWN_MATCH_FIELD(nome)'];
  const missing = names.filter((name) => matchValue(row, model, name) === undefined);
  if (missing.length > 0) return missing.map((name) => `MATCH_FIELD_MISSING(${name})`);
  // R4: one value is compared, not a list.
  const lists = names.filter((name) => Array.isArray(matchValue(row, model, name)));
  if (lists.length > 0) return lists.map((name) => `INVALID_VALUE(${name})`);
  return !isInvalid && keyOf(row) === null && !comparesAnything(model, row) ? ['EMPTY_MATCH(match_on)'] : [];
}

/** R7: whether some value that the row matches on says something. */
export const comparesAnything = (model: ModelSpec, row: ProgramRow): boolean =>
  matchNames(row).some((name) => !isBlankTerm([name.includes('=>') ? name.split('=>').slice(1) : [], matchValue(row, model, name)])); // prettier-ignore
