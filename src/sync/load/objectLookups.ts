/** Objects that rows of a chunk look up by values, with indexes that find them in memory. */
import { type Canonical, type Field, type Model, type ObjectValues, parseObjectId } from '../../models';
import type { Condition, Instruction, Selector } from '../read/instruction';
import { type EachValue, equalityAmong } from './equality';
import type { LoadContext } from './loadContext';
import { ObjectIndex } from './objectIndex';
import type { Tuple } from './workingObject';
import type { WorkingSet } from './workingSet';

/** A name that distinguishes tuples of the same columns. */
function nameOf(tuple: readonly (Canonical | undefined)[]): unknown {
  const [value] = tuple;
  return tuple.length === 1 && typeof value !== 'object' ? value : JSON.stringify(tuple);
}

function distinct(tuples: readonly Tuple[]): readonly Tuple[] {
  const byName = new Map<unknown, Tuple>();
  for (const tuple of tuples) byName.set(nameOf(tuple), tuple);
  return byName.size === tuples.length ? tuples : [...byName.values()];
}

/** Few rows cost less to look up than an answer costs to wait for. */
export const FEW_ROWS = 100;

export class ObjectLookups {
  /** Queries sent before it is known which objects are needed, by model and shape. */
  private readonly asked = new Map<Model, Map<string, Promise<ObjectValues[]>>>();

  constructor(
    private readonly context: LoadContext,
    private readonly rows: readonly Instruction[],
    private readonly workingSet: WorkingSet,
  ) {}

  /**
   * Queries objects of other models at once, and those of the rows' own model if the rows are likely to be new. Waiting
   * for earlier answers would make these queries no smaller, only later. For few rows, everything is queried at once.
   */
  askAhead(instructions: readonly Instruction[], selectors: readonly Selector[]): void {
    const { model, expectNew = false, reader } = this.context;
    const asksOwn = expectNew || instructions.length <= FEW_ROWS;
    const kinds = new Map<Model, Map<string, { readonly conditions: Condition[]; isAlone: boolean }>>();
    const add = (of: Model, condition: Condition, isAlone: boolean): void => {
      let ofModel = kinds.get(of);
      if (!ofModel) kinds.set(of, (ofModel = new Map()));
      let kind = ofModel.get(condition.shape);
      if (!kind) ofModel.set(condition.shape, (kind = { conditions: [], isAlone: true }));
      kind.conditions.push(condition);
      kind.isAlone &&= isAlone;
    };
    const visit = (selector: Selector, isOutermost: boolean): void => {
      const { keys, references } = selector;
      if (!selector.impossible && (asksOwn || selector.model !== model))
        add(selector.model, selector, isOutermost && keys.length + references.length === 0);
      for (const { selector: sub } of references) visit(sub, false);
    };
    for (const selector of selectors) visit(selector, true);
    if (asksOwn)
      for (const { match } of instructions)
        for (const alternative of match ?? []) add(model, alternative, alternative.references.length === 0);
    for (const [of, ofModel] of kinds)
      for (const [shape, { conditions, isAlone }] of ofModel) {
        const [first] = conditions;
        if (!isAlone || !first || first.fields.length === 0) continue;
        const asked = reader.objects(of, first.fields, distinct(conditions.map(({ values }) => values)));
        // The error is thrown when the answer is awaited.
        asked.catch(() => undefined);
        const askedOf = this.asked.get(of);
        if (askedOf) askedOf.set(shape, asked);
        else this.asked.set(of, new Map([[shape, asked]]));
      }
  }

  /** Loads the objects whose fields equal one of the tuples, and adds the index that finds them. */
  async index(
    name: string,
    model: Model,
    fields: readonly Field[],
    requested: readonly Tuple[],
    mayMiss = false,
  ): Promise<void> {
    const { reader } = this.context;
    const tuples = distinct(requested);
    const unknown = this.unknown(model, fields, tuples);
    const found =
      this.asked.get(model)?.get(name) ?? (unknown.length > 0 ? reader.objects(model, fields, unknown) : []);
    for (const values of await found) this.workingSet.register(model, values);
    const objects = [...this.workingSet.objectsOf(model)];
    const equalities = [];
    for (const [index, field] of fields.entries()) {
      const { name: column } = field.column;
      const eachValue: EachValue = (tell) => {
        for (const tuple of tuples) tell(tuple[index]);
        for (const { values } of objects) tell(values[column]);
        // A row must find the values that the row itself or an earlier row sets.
        this.eachAssigned(model, field, tell);
      };
      equalities.push(await equalityAmong(field, eachValue, (...asked) => reader.classify(...asked)));
    }
    this.workingSet.indexes.add(name, model, new ObjectIndex(fields, equalities, tuples, objects, mayMiss));
  }

  /** Calls `tell` with the values that the chunk's rows assign to a field, if they are rows of the model. */
  eachAssigned(model: Model, field: Field, tell: (value: Canonical) => void): void {
    if (model !== this.context.model) return;
    for (const { assignments } of this.rows)
      for (const assignment of assignments) if (assignment.field === field) tell(assignment.value);
  }

  /** Tuples that may find objects not loaded yet. A loaded object is the only one for its tuple of a unique key. */
  private unknown(model: Model, fields: readonly Field[], tuples: readonly Tuple[]): readonly Tuple[] {
    const names = new Set(fields.map(({ column }) => column.name));
    const unique = model.uniqueKeys.some(({ columns }) => columns?.every((column) => names.has(column)));
    if (!unique) return tuples;
    const known = new Set<unknown>();
    for (const { values } of this.workingSet.objectsOf(model))
      known.add(nameOf(fields.map(({ column }) => values[column.name])));
    return tuples.filter((tuple) => tuple.includes(null) || !known.has(nameOf(tuple)));
  }

  async indexConditions(model: Model, conditions: readonly Condition[]): Promise<void> {
    const [first] = conditions;
    if (!first) return;
    const fields = [...first.fields, ...first.references.flatMap(({ relation }) => relation.ownFields)];
    const tuples: Tuple[] = [];
    for (const condition of conditions) for (const tuple of this.workingSet.tuplesOf(condition)) tuples.push(tuple);
    await this.index(first.shape, model, fields, tuples);
  }

  /** Loads objects by id, except those that are loaded or asked for already. */
  async byIds(model: Model, ids: ReadonlySet<string>): Promise<void> {
    if (ids.size === 0) return;
    for (const asked of this.asked.get(model)?.values() ?? [])
      for (const values of await asked) this.workingSet.register(model, values);
    const keys: Tuple[] = [];
    for (const id of ids) {
      const key = this.workingSet.object(model, id) ? null : parseObjectId(model, id);
      if (key) keys.push(key);
    }
    if (keys.length === 0) return;
    for (const values of await this.context.reader.objects(model, model.idFields, keys))
      this.workingSet.register(model, values);
  }
}
