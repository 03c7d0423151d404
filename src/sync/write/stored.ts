/** Outcomes report what the database has stored (R12a). Triggers and hooks may have changed the values of a row. */
import type { Knex } from 'knex';
import { type Dialect, SwallowedWrite } from '../../database';
import { type Canonical, type Field, mayStoreOtherwise, type Model, sameValue } from '../../models';
import { DatabaseReader } from '../load/chunkReader';
import { WorkingObject } from '../load/workingObject';
import type { Change, Operation, PlannedOutcome } from '../plan/operations';

type Write = Extract<Operation, { kind: 'insert' | 'update' }>;

const isWrite = (operation: Operation): operation is Write =>
  operation.kind === 'insert' || operation.kind === 'update';

/** Whether only the database knows what its triggers, or static hooks, have stored. */
const mustBeReadBack = ({ behaviour, table }: Model): boolean => behaviour.oneByOne || table.hasTriggers;

/** Reads the written objects of such models again. Throws SwallowedWrite if a trigger has removed one (R12a). */
export async function readBack(knex: Knex, dialect: Dialect, operations: readonly Operation[]): Promise<void> {
  const written = new Map<Model, Set<WorkingObject>>();
  for (const operation of operations) {
    if (!isWrite(operation) || operation.object.deleted || !mustBeReadBack(operation.object.model)) continue;
    const { model } = operation.object;
    const objects = written.get(model) ?? new Set();
    written.set(model, objects.add(operation.object));
  }
  const reader = new DatabaseReader({ knex, dialect });
  for (const [model, objects] of written) {
    const keys = [...objects].map((object) => object.tuple(model.idFields) ?? []);
    const found = new Map<string, Record<string, Canonical>>();
    for (const values of await reader.objects(model, model.idFields, keys)) found.set(keyName(model, values), values);
    for (const object of objects) {
      const stored = found.get(keyName(model, object.values));
      // A class may hide objects from its own queries.
      if (!stored && !model.behaviour.oneByOne) throw new SwallowedWrite();
      Object.assign(object.values, stored);
    }
  }
}

const keyName = ({ idFields }: Model, values: Readonly<Record<string, Canonical | undefined>>): string =>
  JSON.stringify(idFields.map(({ column }) => values[column.name]));

/** Whether a field that the row has not set counts as changed in a new object: its value is not its default. */
function isChanged({ column, initial }: Field, value: Canonical): boolean {
  if (initial !== undefined) return !sameValue(value, initial);
  return value !== null && !column.hasDefault && !column.generated && !column.autoIncrement;
}

function changeOf(field: Field, write: Write, planned: Change | undefined): Change | null {
  const { name } = field.column;
  const after = write.object.values[name];
  if (after === undefined) return planned ?? null;
  if (write.kind === 'insert' || write.object.isNew) {
    const counts =
      planned || (write.kind === 'insert' && name in write.values) ? after !== null : isChanged(field, after);
    return counts ? { field: field.name, before: null, after: planned?.after instanceof WorkingObject ? planned.after : after } : null; // prettier-ignore
  }
  const before = write.before[name];
  if (before === undefined || sameValue(before, after)) return null;
  if (!planned && (field.column.generated || field.column.changesOnUpdate)) return null;
  return { field: field.name, before, after };
}

/** An outcome with the changes that were stored. */
function asStored(outcome: PlannedOutcome, writes: ReadonlyMap<WorkingObject, Write>): PlannedOutcome {
  const write = outcome.object && writes.get(outcome.object);
  if (!write) return outcome;
  const { fields, relations } = write.object.model;
  const names = new Set(fields.map(({ name }) => name));
  // Another row of the chunk wrote the object. This row only found or linked it.
  if (outcome.status !== 'CREATED' && !outcome.changes.some(({ field }) => names.has(field))) return outcome;
  const planned = new Map(outcome.changes.map((change) => [change.field, change]));
  // A foreign key that points an object to itself from the other side (R25) is reported as a change of the relation.
  const pointed = new Set(
    outcome.changes.flatMap(({ field }) => {
      const relation = names.has(field) ? undefined : relations.get(field);
      return relation?.kind.keyFields(relation) ?? [];
    }),
  );
  const own = fields.flatMap((field) => {
    const change = planned.get(field.name);
    return change || !pointed.has(field) ? (changeOf(field, write, change) ?? []) : [];
  });
  const changes = [...own, ...outcome.changes.filter(({ field }) => !names.has(field))];
  const isUnchanged = outcome.status === 'UPDATED' && changes.length === 0 && outcome.alsoDeleted.length === 0;
  return { ...outcome, changes, status: isUnchanged ? 'UNCHANGED' : outcome.status };
}

/** Outcomes of rows whose operations are written, with the stored values (R12a). */
export function storedOutcomes(
  outcomes: readonly PlannedOutcome[],
  operations: readonly Operation[],
): readonly PlannedOutcome[] {
  const writes = new Map<WorkingObject, Write>();
  for (const operation of operations)
    // The first operation has the values before the chunk.
    if (isWrite(operation) && mayStoreOtherwise(operation.object.model) && !writes.has(operation.object))
      writes.set(operation.object, operation);
  return writes.size === 0 ? outcomes : outcomes.map((outcome) => asStored(outcome, writes));
}
