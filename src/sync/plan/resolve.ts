/** The column values that a row's references set (R20–R22, R27, R27a). */
import { type Canonical, type Field, isEmpty, type Relation, sameValue } from '../../models';
import { EndChunk, type WorkingObject } from '../load/workingObject';
import { type Problem } from '../../problems';
import { shown } from '../../shown';
import type { Instruction, ReferenceAssignment } from '../read/instruction';
import type { PlanContext } from './context';
import { onlyTarget } from './references';
import { type Candidates, narrowByRow, narrowByStored, sharedFields } from './sharedColumns';

/** A reference that decides the values of its columns (R27), because its target was found or the row clears it. */
export interface ResolvedReference {
  readonly relation: Relation;
  /** The relation's own fields that the reference sets. */
  readonly fields: readonly Field[];
  readonly key: readonly Canonical[];
}

const NO_REFERENCES: readonly ResolvedReference[] = [];
const NO_FIELDS: ReadonlySet<Field> = new Set();

/** A cleared reference leaves the columns that it shares with other references, unless it has no other columns. */
function cleared(relation: Relation, shared: ReadonlySet<Field>): ResolvedReference {
  const own = relation.ownFields.filter((field) => !shared.has(field));
  const fields = own.length > 0 ? own : relation.ownFields;
  return { relation, fields, key: fields.map(() => null) };
}

function resolved(
  candidates: Candidates,
  { options }: PlanContext,
  added: string,
  problems: Problem[],
): ResolvedReference[] {
  const { relation, selector, targets } = candidates;
  const target = onlyTarget(relation, selector, targets, options, problems, added);
  const key = target?.tuple(relation.relatedFields) ?? null;
  // The key of an object that this chunk creates may not be known yet.
  if (target?.isNew && !key) throw new EndChunk();
  return key ? [{ relation, fields: relation.ownFields, key }] : [];
}

/**
 * The references of a row that are resolved. Adds a problem for each of the others. `object`: the updated object; null
 * on create.
 */
export function resolveReferences(
  instruction: Instruction,
  context: PlanContext,
  object: WorkingObject | null,
  problems: Problem[],
): readonly ResolvedReference[] {
  const { references } = instruction;
  if (references.length === 0) return NO_REFERENCES;
  const { model, workingSet } = context;
  const shared = sharedFields(model);
  const found = new Map(
    references.flatMap((reference): [ReferenceAssignment, Candidates][] => {
      const { relation, selector } = reference;
      return selector ? [[reference, { relation, selector, targets: workingSet.select(selector) }]] : [];
    }),
  );
  const all = [...found.values()];
  const contradiction = shared.size > 0 ? narrowByRow(all, instruction, shared) : null;
  if (contradiction) {
    problems.push(contradiction);
    return NO_REFERENCES;
  }
  return references.flatMap((reference) => {
    const candidates = found.get(reference);
    if (!candidates) return [cleared(reference.relation, shared)];
    const stored = object && shared.size > 0 ? narrowByStored(candidates, all, instruction, object, shared) : [];
    const added = stored
      .map(({ field, value }) => ` and ${field.name} ${shown(value)}, as in the ${model.name}`)
      .join('');
    return resolved(candidates, context, added, problems);
  });
}

/**
 * Whether an unforced update may set a reference, because none of its columns is set (R21). A column shared with other
 * references may already have the target's value (R27a).
 */
export function maySetUnforced({ relation, fields, key }: ResolvedReference, object: WorkingObject): boolean {
  const shared = fields.length > 1 ? sharedFields(relation.model) : NO_FIELDS;
  return fields.every((field, index) => {
    const value = object.values[field.column.name];
    if (value === undefined) throw new EndChunk();
    return isEmpty(value) || (shared.has(field) && sameValue(value, key[index] ?? null));
  });
}
