/**
 * Rows that change nothing according to the database: their key is mapped to an object that already has all of their
 * values. Neither the objects nor the mappings of such rows are loaded. Measured 2026-11-29 (docs/internals.md): 1.8 (SQLite) and 1.9
 * (PostgreSQL) times the rate for unchanged rows.
 */
import type { Knex } from 'knex';
import type { Dialect, UnchangedProbe } from '../../database';
import type { Model } from '../../models';
import { findUnchangedObjects } from '../../records/mappings';
import type { Operation } from '../plan/operations';
import type { Instruction } from '../read/instruction';
import { PlainInstruction, type PlainShape } from '../read/plainInstruction';
import type { Row } from '../row';
import { EndChunk, type WorkingObject } from './workingObject';

interface Source {
  readonly knex: Knex;
  readonly dialect: Dialect;
}

/** Whether the database can compare the values, and no other object can match a row. */
function suits(
  { fields, matched }: PlainShape,
  { behaviour, idFields, uniqueKeys }: Model,
  probe: UnchangedProbe,
): boolean {
  const isUnique = uniqueKeys.some(({ columns }) =>
    columns?.every((name) => matched.some(({ column }) => column.name === name)),
  );
  return (
    fields.length > 0 &&
    (matched.length === 0 || isUnique) &&
    !behaviour.readHooks &&
    !behaviour.oneByOne &&
    idFields.length === 1 &&
    [...idFields, ...fields].every(({ column }) => probe.tellsSame(column))
  );
}

/** Ids of the objects that rows leave unchanged, by row. Rows that are missing may be UNCHANGED too. */
export async function findUnchanged(
  { knex, dialect }: Source,
  model: Model,
  systemId: number,
  instructions: readonly Instruction[],
): Promise<ReadonlyMap<Row, string>> {
  const found = new Map<Row, string>();
  const { unchangedProbe } = dialect;
  const asked: PlainInstruction[] = [];
  const keys: string[] = [];
  for (const instruction of instructions) {
    if (!(instruction instanceof PlainInstruction) || instruction.key === null || !instruction.actions.update) continue;
    if (asked[0] && asked[0].shape !== instruction.shape) continue;
    asked.push(instruction);
    keys.push(instruction.key);
  }
  const shape = asked[0]?.shape;
  const [id] = model.idFields;
  if (!unchangedProbe || !id || !shape || !suits(shape, model, unchangedProbe)) return found;
  const columns = shape.fields.map(({ column }) => column);
  const ids = await findUnchangedObjects(knex, unchangedProbe, {
    systemId,
    model: model.name,
    table: model.table.name,
    id: id.column,
    columns,
    keys,
    values: columns.map(({ type }, index) => asked.map(({ values }) => dialect.bind(type, values[index]))),
  });
  ids.forEach((id, index) => {
    const instruction = asked[index];
    if (id !== null && instruction) found.set(instruction.row, id);
  });
  return found;
}

/** Rows found to change nothing. The finding is valid while earlier rows do not touch the object or the key. */
export class UnchangedRows {
  private relied: { readonly ids: ReadonlySet<string>; readonly keys: ReadonlySet<string> } | null = null;
  private readonly disturbedIds = new Set<string>();
  private readonly disturbedKeys = new Set<string>();

  constructor(
    private readonly model: Model,
    private readonly rows: readonly Instruction[],
    /** Ids of objects, by row. */
    private readonly found: ReadonlyMap<Row, string>,
  ) {}

  get count(): number {
    return this.found.size;
  }

  /**
   * The id of the row's object; undefined if none was found. Ends the chunk if an earlier row may have invalidated it.
   */
  idOf(instruction: Instruction): string | undefined {
    const id = this.found.get(instruction.row);
    if (id === undefined) return undefined;
    if (this.disturbedIds.has(id) || this.disturbedKeys.has(instruction.key ?? '')) throw new EndChunk();
    return id;
  }

  /** Called before an object of any model is changed or deleted. */
  disturbObject({ model, id }: WorkingObject): void {
    if (model === this.model && id !== null) this.disturbedIds.add(id);
  }

  /** Called before the mapping of a key of the syncing system changes. */
  disturbKey(model: Model, key: string): void {
    if (model === this.model) this.disturbedKeys.add(key);
  }

  /** Whether an operation of the previous chunk touches a key or object that was found to be unchanged. */
  reliesOn(operation: Operation): boolean {
    const { rows, found } = this;
    this.relied ??= {
      ids: new Set(found.values()),
      keys: new Set(rows.flatMap(({ row, key }) => (key !== null && found.has(row) ? [key] : []))),
    };
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
