/**
 * Rows that the database can tell to change nothing: their key is mapped to an object that holds all of their values
 * already. Where most rows of a run are such, neither their objects nor their mappings need be loaded.
 */
import type { Knex } from 'knex';
import type { Dialect, HeldObjects } from '../../database';
import type { Field, Model } from '../../models';
import { findHeld } from '../../records/mappings';
import type { Operation } from '../plan/operations';
import type { Instruction } from '../read/instruction';
import { EndChunk, type WorkingObject } from './workingSet';

interface Source {
  readonly knex: Knex;
  readonly dialect: Dialect;
}

/** Whether all that a row says is a key, values, and perhaps fields to match on. */
function isPlain({ actions, key, match, problems, setters, references, links }: Instruction): boolean {
  if (!actions.update || actions.delete || key === null || problems.length > 0) return false;
  if (setters.length + references.length + links.length > 0 || (match && match.length > 1)) return false;
  const alternative = match?.[0];
  if (!alternative) return true;
  const { references: related, not } = alternative;
  return related.length + not.fields.length + not.references.length === 0;
}

/** What rows say in the same words: the fields that they assign and match on. */
class Shape {
  readonly fields: readonly Field[];
  private readonly matched: readonly Field[];
  /** Where the values to match on are among those assigned. */
  private readonly places: readonly number[];

  constructor({ assignments, match }: Instruction) {
    this.fields = assignments.map(({ field }) => field);
    this.matched = match?.[0]?.fields ?? [];
    this.places = this.matched.map((field) => this.fields.indexOf(field));
  }

  /** Whether the database can compare the values, and knows of no other object that a row might match. */
  suits({ behaviour, idFields, uniqueKeys }: Model, held: HeldObjects): boolean {
    const isUnique = uniqueKeys.some(({ columns }) =>
      columns?.every((name) => this.matched.some(({ column }) => column.name === name)),
    );
    return (
      this.fields.length > 0 &&
      (this.matched.length === 0 || (isUnique && !this.places.includes(-1))) &&
      !behaviour.readHooks &&
      !behaviour.oneByOne &&
      idFields.length === 1 &&
      [...idFields, ...this.fields].every(({ column }) => held.tellsSame(column))
    );
  }

  /** Whether a row is of this shape; then the object that holds its values is the one that it matches. */
  has({ assignments, match }: Instruction): boolean {
    const { fields = [], values = [] } = match?.[0] ?? {};
    if (assignments.length !== this.fields.length || fields.length !== this.matched.length) return false;
    for (let index = 0; index < fields.length; index += 1) {
      const value = values[index];
      if (fields[index] !== this.matched[index] || value === null) return false;
      if (assignments[this.places[index] ?? -1]?.value !== value) return false;
    }
    for (let index = 0; index < assignments.length; index += 1)
      if (assignments[index]?.field !== this.fields[index]) return false;
    return true;
  }
}

/** Ids of the objects that rows leave as they are, by row. All of these rows are UNCHANGED; others may be. */
export async function findUnchanged(
  { knex, dialect }: Source,
  model: Model,
  systemId: number,
  instructions: readonly Instruction[],
): Promise<ReadonlyMap<Instruction, string>> {
  const found = new Map<Instruction, string>();
  const { held } = dialect;
  if (!held) return found;
  const plain = instructions.filter(isPlain);
  const shape = plain[0] && new Shape(plain[0]);
  const [id] = model.idFields;
  if (!id || !shape?.suits(model, held)) return found;
  const asked = plain.filter((instruction) => shape.has(instruction));
  const columns = shape.fields.map(({ column }) => column);
  const ids = await findHeld(knex, held, {
    systemId,
    model: model.name,
    table: model.table.name,
    id: id.column,
    columns,
    keys: asked.map(({ key }) => key ?? ''),
    values: columns.map(({ type }, index) =>
      asked.map(({ assignments }) => dialect.bind(type, assignments[index]?.value)),
    ),
  });
  ids.forEach((id, index) => {
    const instruction = asked[index];
    if (id !== null && instruction) found.set(instruction, id);
  });
  return found;
}

/** What was found, for as long as the rows before a row leave what it relies on as it was. */
export class UnchangedRows {
  private relied: { readonly ids: ReadonlySet<string>; readonly keys: ReadonlySet<string> } | null = null;
  private readonly disturbedIds = new Set<string>();
  private readonly disturbedKeys = new Set<string>();

  constructor(
    private readonly model: Model,
    private readonly found: ReadonlyMap<Instruction, string>,
  ) {}

  /** The id of the row's object; undefined where it was not found. Ends the chunk where it may no longer be so. */
  idOf(instruction: Instruction): string | undefined {
    const id = this.found.get(instruction);
    if (id === undefined) return undefined;
    if (this.disturbedIds.has(id) || this.disturbedKeys.has(instruction.key ?? '')) throw new EndChunk();
    return id;
  }

  /** Called before an object of any model changes or goes. */
  disturbObject({ model, id }: WorkingObject): void {
    if (model === this.model && id !== null) this.disturbedIds.add(id);
  }

  /** Called before a key of the syncing system is mapped otherwise. */
  disturbKey(model: Model, key: string): void {
    if (model === this.model) this.disturbedKeys.add(key);
  }

  /** Whether what an operation of the chunk before has changed was taken for unchanged. */
  reliesOn(operation: Operation): boolean {
    const { found } = this;
    this.relied ??= { ids: new Set(found.values()), keys: new Set(Array.from(found.keys(), ({ key }) => key ?? '')) };
    switch (operation.kind) {
      case 'setMapping':
      case 'removeMapping':
        return operation.model === this.model && this.relied.keys.has(operation.key);
      case 'update':
      case 'delete':
        return operation.object.model === this.model && this.relied.ids.has(operation.object.id ?? '');
      default:
        return false;
    }
  }
}
