/** What the references of a row set their columns to (R20–R22, R27, R27a). */
import { type Canonical, type Field, isEmpty, type Relation, sameValue } from '../../models';
import { EndChunk, type WorkingObject } from '../load/workingObject';
import { type Problem } from '../../problems';
import { shown } from '../../shown';
import type { Instruction, ReferenceAssignment } from '../read/instruction';
import type { PlanContext } from './context';
import { onlyTarget } from './references';
import { type Candidates, narrowByRow, narrowByStored, sharedFields } from './sharedColumns';

/** A reference that decides what its columns hold (R27): its target was found, or it is cleared. */
export interface ResolvedReference {
  readonly relation: Relation;
  /** Of the relation's own fields those that it sets. */
  readonly fields: readonly Field[];
  readonly key: readonly Canonical[];
}

const NO_REFERENCES: readonly ResolvedReference[] = [];
const NO_FIELDS: ReadonlySet<Field> = new Set();

/** A reference that is cleared leaves columns alone that other references share with it, unless it has no others. */
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
  // Made by this chunk: its key is not known before it is written.
  if (target?.isNew && !key) throw new EndChunk();
  return key ? [{ relation, fields: relation.ownFields, key }] : [];
}

/** The references of a row that decide; of the others there are problems. `object`: the one that is updated, null on create. */
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
 * Whether an unforced update may set a reference: none of its columns is set (R21). A column that it shares with others may
 * hold the target's value already (R27a).
 */
export function maySetUnforced({ relation, fields, key }: ResolvedReference, object: WorkingObject): boolean {
  const shared = fields.length > 1 ? sharedFields(relation.model) : NO_FIELDS;
  return fields.every((field, index) => {
    const value = object.values[field.column.name];
    if (value === undefined) throw new EndChunk();
    return isEmpty(value) || (shared.has(field) && sameValue(value, key[index] ?? null));
  });
}
