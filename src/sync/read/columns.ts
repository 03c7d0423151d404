/** The meaning of a column name for a model: a field, a setter, or a reference (R15, R16, R20–R25). */
import { BOUNDS } from '../../bounds';
import { type Field, findNamed, isComparable, type Model, referencesOf, type Relation } from '../../models';
import { didYouMean } from '../../wording';
import { type Problem, problem } from '../../problems';
import { shown } from '../../shown';

export type Sign = '+' | '-' | '=';

/** The end of a reference column: a field of the last model, or an external key (`system` null: the syncing system). */
type PathEnd =
  { readonly kind: 'field'; readonly field: Field } | { readonly kind: 'key'; readonly system: string | null };

export type Column =
  /** `relation`: the relation of the same name or foreign key, which is meant if the value is an object (R20, R28). */
  | { readonly kind: 'field'; readonly field: Field; readonly relation: Relation | null }
  | { readonly kind: 'setter'; readonly name: string }
  /** A relation by its bare name. Its value is an object (R28) or null. */
  | { readonly kind: 'relation'; readonly relation: Relation }
  | {
      readonly kind: 'path';
      /** The column as the catalog spells it. */
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
  /** The end of a sentence, without its full stop: "Person has no such field". */
  readonly reason: string;
  /**
   * Returns the rest of the sentence with the nearest valid spelling, if there is one. A function, because the search
   * takes time.
   */
  readonly suggest?: () => string;
}

/** Why a column is ignored, as the end of a sentence. `suggests`: whether to add the nearest valid spelling. */
export const whyIgnored = ({ reason, suggest }: IgnoredColumn, suggests = true): string =>
  `${reason}${(suggests && suggest?.()) || '.'}`;

/** The warning about an ignored column (R16, R20). */
export const ignoredProblem = (column: IgnoredColumn, suggests = true): Problem =>
  problem(column.code, `Column ${shown(column.name)} is ignored: ${whyIgnored(column, suggests)}`, column.name);

const ARROW = '=>';

/** Joins names to a path with `=>`. In inline objects, `_key` and `_system` stand for `@` (R28). */
export const pathName = (...parts: readonly string[]): string => parts.join(ARROW);

const unknownReference = (name: string, reason: string, suggest?: IgnoredColumn['suggest']): IgnoredColumn => ({
  kind: 'ignored',
  code: 'UNKNOWN_REFERENCE',
  name,
  reason,
  suggest,
});

/** R20: the relation of a foreign key column; null if there is none, or several. */
function relationOfField(model: Model, field: Field): Relation | null {
  const having = referencesOf(model).filter(({ ownFields }) => ownFields.includes(field));
  const whole = having.filter(({ ownFields }) => ownFields.length === 1);
  const [only, ...others] = whole.length > 0 ? whole : having;
  return only && others.length === 0 ? only : null;
}

/** A relation by its own name, or by the name of its foreign key column (R20). */
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

/** Whether the database can compare values of a field. */
export const comparable = (field: Field): boolean => isComparable(field.column.type);

/** A field, setter or relation by name. An exact name wins over one in another case. */
function named(model: Model, name: string): Field | Relation | string | undefined {
  if (model.fieldsByName.has(name)) return model.fieldsByName.get(name);
  if (model.setters.has(name)) return name;
  return model.relations.get(name) ?? findNamed(model.fieldsByName, name) ?? findNamed(model.relations, name);
}

/** The meaning of a column name. Blanks around each `=>` are ignored. */
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
