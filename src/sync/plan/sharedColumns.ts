/**
 * Composite foreign keys that share columns with other keys. A shared column narrows the targets of references (R27a).
 */
import { type Canonical, type Field, isEmpty, type Model, referencesOf, type Relation } from '../../models';
import { EndChunk, type WorkingObject } from '../load/workingObject';
import { type Problem, problem } from '../../problems';
import { shown } from '../../shown';
import type { Instruction, Selector } from '../read/instruction';

const NONE: ReadonlySet<Field> = new Set();
const KNOWN = new WeakMap<Model, ReadonlySet<Field>>();

/**
 * Whether a column of a composite key also belongs to another reference, or to a key of the model with other columns.
 */
function isShared(field: Field, relation: Relation, references: readonly Relation[]): boolean {
  const { idFields, uniqueKeys } = relation.model;
  const own = new Set(relation.ownFields.map(({ column }) => column.name));
  const keys = [
    idFields.map(({ column }) => column.name),
    ...uniqueKeys.flatMap(({ columns }) => (columns ? [columns] : [])),
  ];
  return (
    references.some((other) => other !== relation && other.ownFields.includes(field) && !isSameKey(other, relation)) ||
    keys.some((key) => key.includes(field.column.name) && !key.every((name) => own.has(name)))
  );
}

const isSameKey = (one: Relation, other: Relation): boolean =>
  one.ownFields.length === other.ownFields.length && one.ownFields.every((field) => other.ownFields.includes(field));

/** The fields of a model that composite references share with other keys. */
export function sharedFields(model: Model): ReadonlySet<Field> {
  const known = KNOWN.get(model);
  if (known) return known;
  const references = referencesOf(model);
  const composite = references.filter(({ ownFields }) => ownFields.length > 1);
  const found = new Set(
    composite.flatMap((relation) => relation.ownFields.filter((field) => isShared(field, relation, references))),
  );
  KNOWN.set(model, found.size > 0 ? found : NONE);
  return found;
}

/** A reference of a row, and its possible targets. */
export interface Candidates {
  readonly relation: Relation;
  readonly selector: Selector;
  targets: readonly WorkingObject[];
}

/** The values of a shared field that a field or reference of the row allows, and its name in messages. */
interface Allowed {
  readonly by: string;
  readonly values: ReadonlySet<string>;
}

/**
 * The same text for values that a column calls equal. Keys that match may differ in case if the column ignores case.
 */
function nameOf({ column: { type } }: Field, value: Canonical): string {
  const folds = (type.kind === 'string' || type.kind === 'enum') && type.collation.kind === 'collated';
  return folds && typeof value === 'string' ? value.trimEnd().toLowerCase() : JSON.stringify(value);
}

function valueIn({ relation }: Candidates, field: Field, target: WorkingObject): Canonical {
  const value = target.values[relation.relatedFields[relation.ownFields.indexOf(field)]?.column.name ?? ''];
  if (value === undefined) throw new EndChunk();
  return value;
}

const allowedBy = (candidates: Candidates, field: Field): Allowed => ({
  by: `reference "${candidates.relation.name}"`,
  values: new Set(candidates.targets.map((target) => nameOf(field, valueIn(candidates, field, target)))),
});

const among = (candidates: Candidates, field: Field, values: ReadonlySet<string>): readonly WorkingObject[] =>
  candidates.targets.filter((target) => values.has(nameOf(field, valueIn(candidates, field, target))));

/** What the rest of the row allows for a field. A reference of this field alone overrules the field's value (R27). */
function allowedByRow(
  field: Field,
  { assignments }: Instruction,
  all: readonly Candidates[],
  itself: Candidates | null,
): Allowed[] {
  const others = all.filter(
    (other) => other !== itself && other.targets.length > 0 && other.relation.ownFields.includes(field),
  );
  const given = assignments.find((assignment) => assignment.field === field)?.value ?? null;
  const isOverruled = others.some(({ relation, targets }) => relation.ownFields.length === 1 && targets.length === 1);
  return [
    ...(isEmpty(given) || isOverruled
      ? []
      : [{ by: `field "${field.name}"`, values: new Set([nameOf(field, given)]) }]),
    ...others.map((other) => allowedBy(other, field)),
  ];
}

/** The most values that a message names. */
const MOST_VALUES = 3;

const contradiction = (candidates: Candidates, field: Field, { by }: Allowed): Problem => {
  const { name } = candidates.relation;
  const values = new Set(candidates.targets.map((target) => shown(valueIn(candidates, field, target))));
  return problem(
    'INVALID_VALUE',
    `Reference "${name}" contradicts ${by}: the reference requires "${field.name}" to be ${[...values].sort().slice(0, MOST_VALUES).join(' or ')}.`,
    name,
  );
};

/**
 * Removes targets of composite references that the rest of the row excludes. Returns a problem if no target is left.
 */
export function narrowByRow(
  all: readonly Candidates[],
  instruction: Instruction,
  shared: ReadonlySet<Field>,
): Problem | null {
  for (let isNarrowed = true; isNarrowed;) {
    isNarrowed = false;
    for (const candidates of all.filter(({ relation, targets }) => relation.ownFields.length > 1 && targets.length > 0))
      for (const field of candidates.relation.ownFields.filter((own) => shared.has(own)))
        for (const allowed of allowedByRow(field, instruction, all, candidates)) {
          const left = among(candidates, field, allowed.values);
          if (left.length === 0) return contradiction(candidates, field, allowed);
          isNarrowed ||= left.length < candidates.targets.length;
          candidates.targets = left;
        }
  }
  return null;
}

/**
 * Narrows targets to the values that an object has in shared columns, unless the row sets them: by the field, by a
 * reference of this column alone, or as a field of the target. Returns the added conditions, for messages.
 */
export function narrowByStored(
  candidates: Candidates,
  all: readonly Candidates[],
  instruction: Instruction,
  object: WorkingObject,
  shared: ReadonlySet<Field>,
): readonly { readonly field: Field; readonly value: Canonical }[] {
  const { relation, selector } = candidates;
  if (relation.ownFields.length === 1) return [];
  const added = relation.ownFields.flatMap((field, index) => {
    const value = object.values[field.column.name];
    if (value === undefined) throw new EndChunk();
    const related = relation.relatedFields[index];
    const alone = all.filter((other) => other.relation.ownFields.length === 1);
    const isGiven =
      allowedByRow(field, instruction, alone, null).length > 0 ||
      (related !== undefined && selector.fields.includes(related));
    return !shared.has(field) || isEmpty(value) || isGiven ? [] : [{ field, value }];
  });
  for (const { field, value } of added) candidates.targets = among(candidates, field, new Set([nameOf(field, value)]));
  return added;
}
