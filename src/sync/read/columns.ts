/** What the name of a column means for a model: a field, a setter, or a reference (R15, R16, R20–R25). */
import { BOUNDS } from '../../bounds';
import { type Field, findNamed, isComparable, type Model, referencesOf, type Relation } from '../../models';
import { didYouMean } from '../../wording';
import { type Problem, problem } from '../../problems';
import { shown } from '../../shown';

export type Sign = '+' | '-' | '=';

/** Where a reference column ends: at a field of the last model, or at an external key of it (`system` null: the syncing one). */
type PathEnd =
  { readonly kind: 'field'; readonly field: Field } | { readonly kind: 'key'; readonly system: string | null };

export type Column =
  /** `relation`: one of the same name, or whose foreign key it is, which an object as value is about (R20, R28). */
  | { readonly kind: 'field'; readonly field: Field; readonly relation: Relation | null }
  | { readonly kind: 'setter'; readonly name: string }
  /** A relation by its bare name: its value is an object (R28) or null. */
  | { readonly kind: 'relation'; readonly relation: Relation }
  | {
      readonly kind: 'path';
      /** The column in the catalog's own spelling. */
      readonly spelling: string;
      readonly relation: Relation;
      readonly sign: Sign | null;
      readonly hops: readonly Relation[];
      readonly end: PathEnd;
    }
  | IgnoredColumn;

/** A column that rows cannot set (R16, R20). */
export interface IgnoredColumn {
  readonly kind: 'ignored';
  readonly code: 'UNKNOWN_FIELD' | 'UNKNOWN_REFERENCE';
  readonly name: string;
  /** A sentence without its full stop, which begins in the middle: "Person has no such field". */
  readonly reason: string;
  /** Ends the sentence with the nearest right spelling, if there is one; looked for only where it is told. */
  readonly suggest?: () => string;
}

/** Why a column is ignored, as the end of a sentence; `suggests`: with the nearest right spelling. */
export const whyIgnored = ({ reason, suggest }: IgnoredColumn, suggests = true): string =>
  `${reason}${(suggests && suggest?.()) || '.'}`;

/** The warning about an ignored column (R16, R20). */
export const ignoredProblem = (column: IgnoredColumn, suggests = true): Problem =>
  problem(column.code, `Column ${shown(column.name)} is ignored: ${whyIgnored(column, suggests)}`, column.name);

const ARROW = '=>';

/** The part of a name that `=>` cannot be in; `_key` and `_system` stand for `@` in inline objects (R28). */
export const pathName = (...parts: readonly string[]): string => parts.join(ARROW);

const unknownReference = (name: string, reason: string, suggest?: IgnoredColumn['suggest']): IgnoredColumn => ({
  kind: 'ignored',
  code: 'UNKNOWN_REFERENCE',
  name,
  reason,
  suggest,
});

/** R20: the relation that a foreign key's column stands for; null if there are several, or none. */
function relationOfField(model: Model, field: Field): Relation | null {
  const having = referencesOf(model).filter(({ ownFields }) => ownFields.includes(field));
  const whole = having.filter(({ ownFields }) => ownFields.length === 1);
  const [only, ...others] = whole.length > 0 ? whole : having;
  return only && others.length === 0 ? only : null;
}

/** A relation by its own name, or by that of its foreign key's column (R20). */
export function relationNamed(model: Model, name: string): Relation | null {
  const relation = findNamed(model.relations, name);
  if (relation) return relation;
  const field = findNamed(model.fieldsByName, name);
  return field ? relationOfField(model, field) : null;
}

const noRelation = (column: string, model: Model, name: string): IgnoredColumn =>
  unknownReference(column, `${model.name} has no relation ${shown(name)}`, () =>
    didYouMean(name, [
      ...model.relations.keys(),
      ...referencesOf(model).flatMap(({ ownFields }) => ownFields.map((field) => field.name)),
    ]),
  );

function readPath(model: Model, name: string, parts: readonly string[]): Column {
  const [first = '', ...rest] = parts;
  if (rest.length > BOUNDS.referenceHops)
    return unknownReference(
      name,
      `it leads through ${rest.length} relations, more than the limit of ${BOUNDS.referenceHops}`,
    );
  const relation = relationNamed(model, first);
  if (!relation) return noRelation(name, model, first);
  let sign: Sign | null = null;
  const signed = /^([-+=])(.*)$/s.exec(rest[0] ?? '');
  if (signed && relation.kind.takesOperators) {
    sign = signed[1] as Sign;
    rest[0] = (signed[2] ?? '').trim();
  }
  const hops: Relation[] = [];
  let current = relation.related;
  for (const hop of rest.slice(0, -1)) {
    const next = relationNamed(current, hop);
    if (!next) return noRelation(name, current, hop);
    if (!next.kind.allowsPaths)
      return unknownReference(name, `a path cannot pass through ${shown(hop)}, a to-many relation of ${current.name}`);
    hops.push(next);
    current = next.related;
  }
  const last = rest.at(-1) ?? '';
  const path = (end: PathEnd, name: string): Column => {
    const names = [...hops.map((hop) => hop.name), name];
    const [next = '', ...others] = names;
    return {
      kind: 'path',
      spelling: pathName(relation.name, `${sign ?? ''}${next}`, ...others),
      relation,
      sign,
      hops,
      end,
    };
  };
  if (last.startsWith('@')) return path({ kind: 'key', system: last.slice(1).trim() || null }, last);
  const field = findNamed(current.fieldsByName, last);
  if (!field)
    return unknownReference(name, `${current.name} has no field ${shown(last)}`, () =>
      didYouMean(last, current.fieldsByName.keys()),
    );
  if (!comparable(field))
    return unknownReference(name, `field ${shown(last)} has type ${field.column.sqlType}, which cannot be compared`);
  return path({ kind: 'field', field }, field.name);
}

/** Whether values of a field can be looked up. */
export const comparable = (field: Field): boolean => isComparable(field.column.type);

/** A field, setter or relation by name; an exact one comes before one in another case. */
function named(model: Model, name: string): Field | Relation | string | undefined {
  if (model.fieldsByName.has(name)) return model.fieldsByName.get(name);
  if (model.setters.has(name)) return name;
  return model.relations.get(name) ?? findNamed(model.fieldsByName, name) ?? findNamed(model.relations, name);
}

/** The meaning of one column's name, which is trimmed around each `=>`. */
export function readColumn(model: Model, name: string): Column {
  if (name.length > BOUNDS.columnNameLength)
    return {
      kind: 'ignored',
      code: name.includes(ARROW) ? 'UNKNOWN_REFERENCE' : 'UNKNOWN_FIELD',
      name,
      reason: `its name has ${name.length} characters, more than the limit of ${BOUNDS.columnNameLength}`,
    };
  const parts = name.split(ARROW).map((part) => part.trim());
  if (parts.length > 1) return readPath(model, name, parts);
  const trimmed = parts[0] ?? '';
  const found = named(model, trimmed);
  if (typeof found === 'string') return { kind: 'setter', name: found };
  if (found && 'kind' in found) return { kind: 'relation', relation: found };
  if (found) {
    const relation = model.relations.get(found.name);
    return {
      kind: 'field',
      field: found,
      relation: relation?.kind.isReference ? relation : relationOfField(model, found),
    };
  }
  return {
    kind: 'ignored',
    code: 'UNKNOWN_FIELD',
    name: trimmed,
    reason: `${model.name} has no such field`,
    suggest: () => didYouMean(trimmed, [...model.fieldsByName.keys(), ...model.setters, ...model.relations.keys()]),
  };
}
