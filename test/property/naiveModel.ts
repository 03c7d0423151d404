/**
 * The rules of shared semantics once more, as plainly as they are written: one row after another, on arrays, with nothing of
 * src/. Slow, and easy to check by reading. Rule numbers stand where their rule is.
 */
import { type Blocked, groupsOf, type Waiting } from './waiting';
import type { Call, CallSource, Program, ProgramRow } from './program';
import {
  type Action,
  backsOf,
  comparesAnything,
  isBlankTerm,
  isEmpty,
  keyOf,
  linkChangesOf,
  linksOf,
  matchNames,
  matchValue,
  otherSide,
  pointingOf,
  readRow,
  referenceOf,
  type RowProblem as Problem,
  type Terms,
  tokensOf,
} from './naiveRow';
import { type Ending, ending, type Raw, shapeOf } from './play';
import { type BelongsTo, columnOf, type ModelSpec, type Schema, TOO_HIGH, FIRST_ID } from './schema';
import type { Start, Value } from './start';

interface Thing {
  readonly id: number;
  readonly values: Record<string, Value>;
}

interface State {
  readonly things: Map<string, Thing[]>;
  readonly links: Map<string, [number, number][]>;
  mappings: { system: string; model: string; key: string; id: number }[];
  next: number;
}

/** What makes a row fail; nothing of it stays. */
class Failure extends Error {
  constructor(
    readonly problems: readonly Problem[],
    readonly id: number | null = null,
  ) {
    super(problems.join(' '));
  }
}

/** What the database refuses, whose row keeps only the warnings that it had before. */
class Refused extends Error {
  constructor(
    readonly problem: Problem,
    /** R17b: undefined if the row does not wait for others. */
    readonly blocked?: Blocked,
  ) {
    super(problem);
  }
}

type Act = (place: number, index: number) => Result | null;
type Tell = (place: number, index: number, result: Result) => void;

interface Result {
  status: string;
  id: number | null;
  changed: string[];
  /** Ids. */
  alsoDeleted: number[];
  problems: Problem[];
  /** R17b: the row's own object and those that hold its unique values; undefined: it does not wait for others. */
  blocked?: Blocked;
}

/** R12a: what a trigger makes of a value that is written. */
const asTriggered = ({ lowers }: ModelSpec, name: string, value: Value): Value =>
  lowers && name === 'code' && typeof value === 'string' ? value.toLowerCase() : value;

export class NaiveModel {
  private state: State;
  /** R17b: objects that are about to give up their unique values. */
  private leaving: { readonly model: string; readonly ids: ReadonlySet<number> } = NOBODY;

  constructor(
    private readonly schema: Schema,
    { objects, links, mappings }: Start,
    private readonly meet: (what: string) => void,
  ) {
    const triggered = (model: ModelSpec, { id, values }: Thing): Thing => ({
      id,
      values: Object.fromEntries(
        Object.entries(values).map(([name, value]) => [name, asTriggered(model, name, value)]),
      ),
    });
    this.state = structuredClone({
      things: new Map(
        schema.models.map((model) => [
          model.name,
          (objects.get(model.name) ?? []).map((thing) => triggered(model, thing)),
        ]),
      ),
      links: new Map(schema.links.map(({ table }) => [table, [...(links.get(table) ?? [])]])),
      mappings: [...mappings],
      next: FIRST_ID,
    }) as State;
  }

  /** `meet` is told what rarely happens. */
  static play(schema: Schema, { start, calls }: Program, meet: (what: string) => void = () => undefined): Ending {
    const model = new NaiveModel(schema, start, meet);
    const told = calls.map((call) => model.call(call));
    return ending(shapeOf(schema), {
      told: told.map(({ outcomes }) => outcomes),
      problems: told.map(({ problems }) => problems),
      tables: new Map(
        [...model.state.things].map(([name, things]) => [name, things.map(({ id, values }) => ({ id, ...values }))]),
      ),
      links: model.state.links,
      mappings: model.state.mappings.map(({ id, ...mapping }) => ({ ...mapping, id: String(id) })),
    });
  }

  private modelNamed(name: string): ModelSpec {
    return this.schema.models.find((model) => model.name === name) as ModelSpec;
  }

  private all(model: string): Thing[] {
    return this.state.things.get(model) as Thing[];
  }

  private save(): State {
    return structuredClone(this.state);
  }

  // ── R40–R43 ──

  private call({ sources, options }: Call): { outcomes: Raw['told'][number]; problems: string[] } {
    const before = this.save();
    const firstNew = before.next;
    const passes: (keyof Action | null)[] = options.order
      ? options.order.map((name) => name.toLowerCase() as keyof Action)
      : [null];
    const told = sources.map(() => new Map<number, Result>());
    for (const [pass, only] of passes.entries()) {
      const places = this.placesInPass(sources, only);
      const waiting = new Map<number, Waiting[]>(places.map((place) => [place, []]));
      const act: Act = (place, index) => {
        const source = sources[place] as CallSource;
        return this.rowInPass(source, source.rows[index] as ProgramRow, options, only, pass);
      };
      const tell: Tell = (place, index, result) => {
        const results = told[place] as Map<number, Result>;
        const earlier = results.get(index);
        results.set(index, earlier ? join(earlier, result, only === 'update') : result);
      };
      for (const place of places)
        sources[place]?.rows.forEach((_, index) => {
          const result = act(place, index);
          if (result?.blocked) waiting.get(place)?.push({ index, ...result.blocked });
          else if (result) tell(place, index, result);
        });
      this.retry(sources, waiting, act, tell);
    }
    const failed = told.some((results) => [...results.values()].some(({ status }) => status === 'FAILED'));
    const rolledBack = failed && options.onError === 'ROLLBACK';
    if (options.dryRun || rolledBack) {
      // Numbers that were given away stay so.
      const { next } = this.state;
      this.state = before;
      this.state.next = next;
    }
    // What is undone has created nothing that could be named.
    const isNamed = (id: number): boolean => !(options.dryRun || rolledBack) || id < firstNew;
    const outcomes = sources.flatMap(({ model, rows }, place) =>
      rows.map((_, index) => {
        const { id, alsoDeleted, ...result } = told[place]?.get(index) as Result;
        return {
          ...result,
          model,
          id: id === null || !isNamed(id) ? null : String(id),
          alsoDeleted: alsoDeleted.filter(isNamed).length,
        };
      }),
    );
    return { outcomes, problems: sources.flatMap((source) => this.columnProblems(source)) };
  }

  /** R41: creates go through what others cannot do without first, deletes through it last. */
  private placesInPass(sources: readonly CallSource[], only: keyof Action | null): number[] {
    const named = sources.map(({ model }) => this.modelNamed(model));
    const needs = (one: ModelSpec, other: ModelSpec, seen: readonly ModelSpec[] = []): boolean =>
      one.belongsTo.some(({ nullable, target }) => {
        const next = this.schema.models[target] as ModelSpec;
        if (nullable || seen.includes(next) || !named.includes(next)) return false;
        return next === other || needs(next, other, [...seen, next]);
      });
    const isBefore = (one: ModelSpec, other: ModelSpec): boolean =>
      (only === 'create' && needs(other, one) && !needs(one, other)) ||
      (only === 'delete' && needs(one, other) && !needs(other, one));
    const places: number[] = [];
    let left = named.map((_, place) => place);
    while (left.length > 0) {
      const first = left.find((place) =>
        left.every((rest) => !isBefore(named[rest] as ModelSpec, named[place] as ModelSpec)),
      ) as number;
      places.push(first);
      left = left.filter((place) => place !== first);
    }
    return places;
  }

  /** R16, R20: once for each column of a source that some row carries which says what to do. */
  private columnProblems({ model, rows }: CallSource): Problem[] {
    const read = rows.filter((row) => {
      const { action } = readRow(this.schema, this.modelNamed(model), row);
      return action.create || action.update || action.delete;
    });
    const carries = (name: string): boolean => read.some(({ values }) => name in values);
    return [
      ...(carries('nome') ? ['UNKNOWN_FIELD(nome)'] : []),
      ...(carries('nobody=>name') ? ['UNKNOWN_REFERENCE(nobody=>name)'] : []),
    ];
  }

  /** R17b */
  private retry(sources: readonly CallSource[], waiting: Map<number, Waiting[]>, act: Act, tell: Tell): void {
    let isProgress = true;
    while (isProgress) {
      isProgress = false;
      for (const [place, rows] of waiting) {
        const left: Waiting[] = [];
        for (const { index } of groupsOf(rows).flat()) {
          const result = act(place, index);
          if (!result) throw new Error('a row has lost its part in the pass');
          if (result.blocked) left.push({ index, ...result.blocked });
          else {
            this.meet(`a row that waited: ${result.status}`);
            tell(place, index, result);
            isProgress = true;
          }
        }
        waiting.set(place, left);
      }
      if (isProgress) continue;
      for (const [place, rows] of waiting) {
        const left: Waiting[] = [];
        for (const group of groupsOf(rows)) {
          const results =
            group.length > 1
              ? this.exchange((sources[place] as CallSource).model, group, (index) => act(place, index))
              : null;
          if (group.length > 1) this.meet(results ? 'an exchange of unique values' : 'an exchange that fails');
          if (!results) left.push(...group);
          else isProgress = true;
          results?.forEach((result, at) => tell(place, group[at]?.index ?? -1, result));
        }
        waiting.set(place, left);
      }
    }
    for (const [place, rows] of waiting)
      for (const { index } of rows) {
        const { blocked, ...failed } = act(place, index) as Result;
        if (!blocked) throw new Error('a row that waits is not blocked any more');
        tell(place, index, failed);
      }
  }

  /** R17b: the results of all rows of a group together; null if they cannot be carried out. */
  private exchange(
    modelName: string,
    group: readonly Waiting[],
    act: (index: number) => Result | null,
  ): Result[] | null {
    const before = this.save();
    const model = this.modelNamed(modelName);
    const ids = new Set(group.flatMap(({ own }) => own ?? []));
    this.leaving = { model: modelName, ids };
    const { merges } = this;
    const results = group.map(({ index }) => act(index));
    this.leaving = NOBODY;
    const isFree = (): boolean =>
      this.all(modelName).every((thing) => !ids.has(thing.id) || this.takenBy(model, thing).holders.length === 0);
    const done = results.filter((result) => result !== null && result.status !== 'FAILED') as Result[];
    // What a merge moves is not known before it is written, so that its row stands alone.
    if (done.length === group.length && isFree() && this.merges === merges) return done;
    const { next } = this.state;
    this.state = before;
    this.state.next = next;
    return null;
  }

  private rowInPass(
    { system, model }: CallSource,
    row: ProgramRow,
    options: Call['options'],
    only: keyof Action | null,
    pass: number,
  ): Result | null {
    const before = this.save();
    const warnings: Problem[] = [];
    try {
      const asked = this.read(model, row, warnings);
      if (!only) return this.act(system, model, row, asked, options, warnings);
      // R41: each action stands alone.
      if (!(asked.create || asked.update || asked.delete))
        return pass === 0 ? this.act(system, model, row, asked, options, warnings) : null;
      if (!asked[only]) return null;
      const alone = { create: false, update: false, delete: false, force: asked.force, [only]: true };
      return this.act(system, model, row, alone, options, warnings);
    } catch (error) {
      if (!(error instanceof Failure || error instanceof Refused)) throw error;
      const { next } = this.state;
      this.state = before;
      this.state.next = next;
      const failure = error instanceof Failure ? error : new Failure([...warnings, error.problem]);
      // What fails whatever the database holds is told once.
      if (only && pass > 0 && failure.problems === READ_FAILURES.get(row)) return null;
      const blocked = error instanceof Refused ? error.blocked : undefined;
      return { status: 'FAILED', id: failure.id, changed: [], alsoDeleted: [], problems: [...failure.problems].sort(), blocked }; // prettier-ignore
    }
  }

  /** Throws what makes the row fail whatever the database holds. */
  private read(model: string, row: ProgramRow, warnings: Problem[]): Action {
    const { action, errors, warnings: told } = readRow(this.schema, this.modelNamed(model), row);
    warnings.push(...told);
    if (errors.length === 0) return action;
    const all = [...errors, ...warnings];
    READ_FAILURES.set(row, all);
    throw new Failure(all);
  }

  // ── R4–R7 ──

  private equal(model: ModelSpec, field: string, one: Value, other: Value): boolean {
    if (one === null || other === null) return one === other;
    const folded = model.fields.find(({ name }) => name === field)?.type === 'folded';
    return folded ? String(one).toLowerCase() === String(other).toLowerCase() : one === other;
  }

  private stored(model: ModelSpec, name: string, raw: unknown): Value {
    const field = model.fields.find((candidate) => candidate.name === name);
    if (raw === null) return null;
    if (raw === '') return field && !field.nullable ? '' : null;
    return field?.type === 'integer' || !field ? Number(raw) : (raw as string);
  }

  private matches(system: string, model: ModelSpec, row: ProgramRow): Thing[] {
    if (!comparesAnything(model, row)) return [];
    const tokens = tokensOf(row);
    const isPlain = !tokens.some((token) => ['|', '&', '~'].includes(token));
    const holds = (thing: Thing): boolean => {
      const stack: boolean[] = [];
      for (const token of tokens) {
        if (token === '~') stack.push(!stack.pop());
        else if (token === '|' || token === '&') {
          const [right, left] = [stack.pop() === true, stack.pop() === true];
          stack.push(token === '|' ? left || right : left && right);
        } else stack.push(this.nameHolds(system, model, thing, token, row, isPlain));
      }
      return stack.every(Boolean);
    };
    return this.all(model.name).filter(holds);
  }

  private nameHolds(
    system: string,
    model: ModelSpec,
    thing: Thing,
    name: string,
    row: ProgramRow,
    isPlain: boolean,
  ): boolean {
    const raw = matchValue(row, model, name);
    if (!name.includes('=>')) return this.equal(model, name, thing.values[name] ?? null, this.stored(model, name, raw));
    const [relation = '', ...path] = name.split('=>');
    if (isBlankTerm([path, raw])) {
      // R20: of several columns the empty ones are left out; R7: an empty reference is compared null-safe.
      const others = matchNames(row).filter((each) => each.startsWith(`${relation}=>`) && each !== name);
      if (isPlain && others.some((each) => !isBlankTerm([each.split('=>').slice(1), matchValue(row, model, each)])))
        return true;
      return this.relation(model, relation) !== undefined && (thing.values[columnOf(relation)] ?? null) === null;
    }
    return this.termsHold(system, model, thing, [[[relation, ...path], raw]]);
  }

  // ── R20–R23 ──

  private relation(model: ModelSpec, name: string): BelongsTo | undefined {
    return model.belongsTo.find((candidate) => candidate.name === name);
  }

  /** R22: columns over the same hop speak of one object there. */
  private termsHold(system: string, model: ModelSpec, thing: Thing, terms: Terms): boolean {
    const hops = new Map<string, Terms>();
    for (const [[step = '', ...rest], raw] of terms)
      if (rest.length > 0) hops.set(step, [...(hops.get(step) ?? []), [rest, raw]]);
      else if (!this.endHolds(system, model, thing, step, raw)) return false;
    return [...hops].every(([step, inner]) => {
      const hop = this.relation(model, step);
      const back = backsOf(this.schema, model).find(({ name }) => name === step);
      const there = hop ? (this.schema.models[hop.target] as ModelSpec) : (back?.from as ModelSpec);
      const leadsTo = (next: Thing): boolean =>
        hop ? next.id === thing.values[columnOf(hop.name)] : next.values[columnOf(back?.key.name ?? '')] === thing.id;
      return this.all(there.name).some((next) => leadsTo(next) && this.termsHold(system, there, next, inner));
    });
  }

  private endHolds(system: string, model: ModelSpec, thing: Thing, name: string, raw: unknown): boolean {
    if (!name.startsWith('@')) return this.equal(model, name, thing.values[name] ?? null, raw as string);
    return this.state.mappings.some(
      (mapping) =>
        mapping.system === (name.slice(1) || system) &&
        mapping.model === model.name &&
        mapping.key === raw &&
        mapping.id === thing.id,
    );
  }

  // ── the row ──

  private act(
    system: string,
    modelName: string,
    row: ProgramRow,
    action: Action,
    options: Call['options'],
    warnings: Problem[],
  ): Result {
    const model = this.modelNamed(modelName);
    const result: Result = { status: 'SKIPPED', id: null, changed: [], alsoDeleted: [], problems: [...warnings] };
    const done = (): Result => ({
      ...result,
      problems: [...result.problems].sort(),
      changed: [...new Set(result.changed)].sort(),
    });
    if (!(action.create || action.update || action.delete)) return done();
    const key = keyOf(row);
    const mapping = this.state.mappings.find((m) => m.system === system && m.model === modelName && m.key === key);
    const linked = mapping && this.all(modelName).find(({ id }) => id === mapping.id);
    const matches = this.matches(system, model, row);
    // R8
    if (matches.length > 1) throw new Failure([...warnings, 'MATCH_AMBIGUOUS(match_on)']);
    const [matched] = matches;
    if (action.delete) return this.remove(system, model, row, action, key, linked, matched, result, done);
    const thing = linked ?? matched;
    if (!thing) {
      if (!action.create) {
        result.problems.push('NOT_FOUND()');
        return done();
      }
      const made = this.create(system, model, row, action, options, result);
      result.status = 'CREATED';
      result.id = made.id;
      this.map(system, modelName, key, made.id);
      return done();
    }
    result.id = thing.id;
    result.status = 'UNCHANGED';
    // R18
    const shares = (m: State['mappings'][number]): boolean =>
      m.system === system && m.model === modelName && m.id === thing.id && m.key !== key;
    if (key !== null && !linked && this.state.mappings.some(shares)) {
      if (options.onMatchConflict === 'FAIL')
        throw new Failure([...warnings, 'KEYS_SHARE_OBJECT(external_key)'], thing.id);
      result.problems.push('KEYS_SHARE_OBJECT(external_key)');
    }
    if (action.update) this.update(system, model, row, action, options, thing, linked ? matched : undefined, result);
    this.map(system, modelName, key, thing.id);
    return done();
  }

  // R18
  private map(system: string, model: string, key: string | null, id: number): void {
    if (key === null) return;
    this.state.mappings = this.state.mappings.filter(
      (m) => !(m.system === system && m.model === model && m.key === key),
    );
    this.state.mappings.push({ system, model, key, id });
  }

  /** Fields that the row sets, as they would be stored. */
  private fieldsOf(model: ModelSpec, row: ProgramRow): [string, Value][] {
    const columns = new Set(model.belongsTo.map(({ name }) => columnOf(name)));
    return Object.entries(row.values)
      .filter(([name]) => model.fields.some((field) => field.name === name) || columns.has(name))
      .map(([name, raw]) => [name, asTriggered(model, name, this.stored(model, name, raw))]);
  }

  /** R21 */
  private resolve(
    system: string,
    model: ModelSpec,
    row: ProgramRow,
    relation: BelongsTo,
    options: Call['options'],
    problems: Problem[],
  ): number | null | undefined {
    const terms = referenceOf(row, relation.name);
    if (terms === null || terms === undefined) return terms;
    const target = this.find(system, this.schema.models[relation.target] as ModelSpec, relation.name, terms, options, problems); // prettier-ignore
    return target?.id;
  }

  /** R21: the one object that the columns mean. */
  private find(
    system: string,
    there: ModelSpec,
    relation: string,
    terms: Terms,
    options: Call['options'],
    problems: Problem[],
  ): Thing | undefined {
    const found = this.all(there.name).filter((target) => this.termsHold(system, there, target, terms));
    const [target] = found;
    if (target && found.length === 1) return target;
    problems.push(`${target ? 'REFERENCE_AMBIGUOUS' : 'REFERENCE_NOT_FOUND'}(${relation})`);
    if (options.onUnresolvedReference === 'FAIL') this.mustFail = true;
    return undefined;
  }

  private mustFail = false;

  // R11
  private create(
    system: string,
    model: ModelSpec,
    row: ProgramRow,
    action: Action,
    options: Call['options'],
    result: Result,
  ): Thing {
    this.mustFail = false;
    const thing: Thing = { id: this.state.next++, values: {} };
    for (const [name, value] of this.fieldsOf(model, row)) thing.values[name] = value;
    const unresolved: BelongsTo[] = [];
    for (const relation of model.belongsTo) {
      const before = result.problems.length;
      const id = this.resolve(system, model, row, relation, options, result.problems);
      if (result.problems.length > before) unresolved.push(relation);
      if (id !== undefined) thing.values[columnOf(relation.name)] = id;
    }
    if (this.mustFail) throw new Failure(result.problems);
    this.notNull(model, thing.values, result.problems);
    for (const [name, value] of Object.entries(thing.values)) if (value !== null) result.changed.push(name);
    const linking = this.links(system, model, row, true, options, thing, result);
    if (this.mustFail) throw new Failure(result.problems);
    const unlinked = this.unlinked(system, model, row);
    this.all(model.name).push(thing);
    this.check(system, model, thing, true);
    linking();
    this.map(system, model.name, keyOf(row), thing.id);
    // R13: the update after the create finds what the create could not, the object itself among them.
    if (action.update)
      for (const relation of unresolved) {
        const again: Problem[] = [];
        const id = this.resolve(system, model, row, relation, { ...options, onUnresolvedReference: 'WARN' }, again);
        if (id !== thing.id) continue;
        result.problems = result.problems.filter((problem) => problem !== `REFERENCE_NOT_FOUND(${relation.name})`);
        // R27: the create may have taken the field's value.
        if (!action.force && !isEmpty(thing.values[columnOf(relation.name)])) continue;
        thing.values[columnOf(relation.name)] = id;
        result.changed.push(columnOf(relation.name));
      }
    if (action.update) this.linkToItself(system, model, row, thing, unlinked, result);
    return thing;
  }

  private notNull(
    model: ModelSpec,
    values: Record<string, Value>,
    problems: readonly Problem[],
    onlyGiven = false,
  ): void {
    // What a trigger may fill in yet is for the database to refuse.
    const missing = model.lowers ? [] : this.missing(model, values, onlyGiven);
    if (missing.length > 0) throw new Failure([...problems, ...missing.map((name) => `NOT_NULL_VIOLATION(${name})`)]);
  }

  /** Columns without a value that they need. */
  private missing(model: ModelSpec, values: Record<string, Value>, onlyGiven = false): string[] {
    const required = [
      ...model.fields.filter(({ nullable }) => !nullable).map(({ name }) => name as string),
      ...model.belongsTo.filter(({ nullable }) => !nullable).map(({ name }) => columnOf(name)),
    ];
    return required.filter((name) =>
      onlyGiven && values[name] === undefined ? false : (values[name] ?? null) === null,
    );
  }

  /** The first unique key whose value others hold, and all objects that hold values of keys. */
  private takenBy(model: ModelSpec, thing: Thing): { problem: string; holders: number[] } {
    const keys = [
      ...model.fields.filter(({ unique }) => unique).map(({ name }) => [name as string]),
      ...(model.uniqueTogether ? [['code', 'rank']] : []),
    ];
    const found = keys.flatMap((key) => {
      if (key.some((name) => (thing.values[name] ?? null) === null)) return [];
      const holders = this.all(model.name).filter(
        (other) =>
          other !== thing &&
          !(this.leaving.model === model.name && this.leaving.ids.has(other.id)) &&
          key.every((name) => this.equal(model, name, other.values[name] ?? null, thing.values[name] ?? null)),
      );
      return holders.length > 0 ? [{ problem: `UNIQUE_VIOLATION(${key.join(', ')})`, holders }] : [];
    });
    return { problem: found[0]?.problem ?? '', holders: found.flatMap(({ holders }) => holders.map(({ id }) => id)) };
  }

  // R17, R17b
  private check(system: string, model: ModelSpec, thing: Thing, isNew: boolean): void {
    const [missing] = this.missing(model, thing.values);
    if (missing !== undefined) throw new Refused(`NOT_NULL_VIOLATION(${missing})`);
    const { problem, holders } = this.takenBy(model, thing);
    const isOfTheSource = (id: number): boolean =>
      this.state.mappings.some((mapping) => mapping.system === system && mapping.model === model.name && mapping.id === id); // prettier-ignore
    // Only the database knows what a trigger makes of values, so that such a row waits whoever holds them.
    const blocked = model.lowers ? { own: null, holders: [] } : { own: isNew ? null : thing.id, holders };
    if (holders.length > 0)
      throw new Refused(problem, model.lowers || holders.every(isOfTheSource) ? blocked : undefined);
    if (model.checked && Number(thing.values.rank ?? 0) >= TOO_HIGH)
      throw new Refused(`CHECK_VIOLATION(t_${model.name.toLowerCase()}_rank)`);
    for (const { name, target } of model.belongsTo) {
      const id = thing.values[columnOf(name)] ?? null;
      const there = this.schema.models[target]?.name ?? '';
      if (id !== null && !this.all(there).some((other) => other.id === id))
        throw new Refused(`FOREIGN_KEY_VIOLATION(${columnOf(name)})`);
    }
  }

  // R10, R12
  private update(
    system: string,
    model: ModelSpec,
    row: ProgramRow,
    action: Action,
    options: Call['options'],
    thing: Thing,
    other: Thing | undefined,
    result: Result,
  ): void {
    this.mustFail = false;
    let doomed: Thing | undefined;
    if (other && other !== thing) {
      if (options.onMatchConflict === 'FAIL')
        throw new Failure([...result.problems, 'MATCH_CONFLICT(match_on)'], thing.id);
      const isOfTheSource = this.state.mappings.some(
        (mapping) => mapping.system === system && mapping.model === model.name && mapping.id === other.id,
      );
      if (action.force && !isOfTheSource) doomed = other;
      else result.problems.push('MATCH_CONFLICT(match_on)');
    }
    // It goes first: nothing that the row names is found by it.
    const putBack = doomed && this.takeAway(model.name, doomed);
    const merges = doomed !== undefined && options.onMatchConflict === 'MERGE';
    if (doomed && merges) this.moveLinks(model.name, doomed, thing);
    const changes: Record<string, Value> = {};
    const set = (name: string, value: Value): void => {
      const current = thing.values[name] ?? null;
      if (current !== value) changes[name] = value;
      else Reflect.deleteProperty(changes, name);
    };
    // R27: a reference that is resolved decides over its column.
    const given = new Map(this.fieldsOf(model, row));
    const unresolved = new Set<string>();
    for (const relation of model.belongsTo) {
      const before = result.problems.length;
      const id = this.resolve(system, model, row, relation, options, result.problems);
      if (id !== undefined) given.set(columnOf(relation.name), id);
      else if (result.problems.length > before) unresolved.add(columnOf(relation.name));
    }
    // R46: an empty text that is stored stays when it is sent back.
    const staysEmpty = (name: string): boolean => row.values[name] === '' && thing.values[name] === '';
    for (const [name, value] of given)
      if (!staysEmpty(name) && (action.force || isEmpty(thing.values[name]))) set(name, value);
    if (doomed && merges)
      for (const [name, value] of this.takenValues(model, doomed, thing))
        if (!given.has(name) && !unresolved.has(name)) set(name, value);
    const linking = this.links(system, model, row, action.force, options, thing, result);
    try {
      this.notNull(model, changes, result.problems, true);
    } catch (error) {
      throw error instanceof Failure ? new Failure(error.problems, thing.id) : error;
    }
    if (this.mustFail) throw new Failure(result.problems, thing.id);
    const before = { ...thing.values };
    if (doomed) {
      putBack?.();
      if (merges) this.moveKeys(model.name, doomed, thing);
      this.destroy(model.name, doomed);
      result.alsoDeleted = [doomed.id];
    }
    const isCleared = (name: string): boolean => before[name] !== thing.values[name];
    const cleared = model.lowers ? Object.keys(before).filter(isCleared) : [];
    Object.assign(thing.values, changes);
    linking();
    // R12a: where values are read back, what the database has set to NULL is in changes too, and stays NULL: what points the object
    // to itself from the other side (R25) is a change of that relation.
    result.changed.push(...cleared.filter((name) => !(name in changes) && isEmpty(thing.values[name])));
    if (Object.keys(changes).length > 0) this.check(system, model, thing, false);
    result.changed.push(...Object.keys(changes));
    if (result.changed.length > 0 || doomed) result.status = 'UPDATED';
  }

  /** Gives what puts it back. */
  private takeAway(modelName: string, thing: Thing): () => void {
    const things = this.all(modelName);
    const place = things.indexOf(thing);
    things.splice(place, 1);
    return () => things.splice(place, 0, thing);
  }

  // ── R10: onMatchConflict MERGE ──

  /** What an object has of its own and the other one has not; what points to it points to the other one. */
  private takenValues(model: ModelSpec, from: Thing, into: Thing): [string, Value][] {
    const own = this.schema.models.indexOf(model);
    const isOwn = (name: string): boolean =>
      model.belongsTo.some((key) => columnOf(key.name) === name && key.target === own);
    const names = [...model.fields.map(({ name }) => name as string), ...model.belongsTo.map(({ name }) => columnOf(name))]; // prettier-ignore
    return names.flatMap((name): [string, Value][] => {
      const isTaken = isEmpty(into.values[name]) && !isEmpty(from.values[name]);
      const value = (isTaken ? from : into).values[name] ?? null;
      if (isOwn(name) && value === from.id) return [[name, into.id]];
      return isTaken ? [[name, value]] : [];
    });
  }

  private moveLinks(modelName: string, from: Thing, into: Thing): void {
    const index = this.schema.models.findIndex(({ name }) => name === modelName);
    for (const { table, one, other } of this.schema.links) {
      const moved = new Map<string, [number, number]>();
      for (const [a, b] of this.state.links.get(table) ?? []) {
        const pair: [number, number] = [
          one === index && a === from.id ? into.id : a,
          other === index && b === from.id ? into.id : b,
        ];
        moved.set(String(pair), pair);
      }
      this.state.links.set(table, [...moved.values()]);
    }
  }

  private moveKeys(modelName: string, from: Thing, into: Thing): void {
    const index = this.schema.models.findIndex(({ name }) => name === modelName);
    for (const model of this.schema.models)
      for (const { name, target } of model.belongsTo)
        for (const { values } of target === index ? this.all(model.name) : [])
          if (values[columnOf(name)] === from.id) values[columnOf(name)] = into.id;
    for (const mapping of this.state.mappings)
      if (mapping.model === modelName && mapping.id === from.id) mapping.id = into.id;
    this.merges += 1;
    this.meet('merged');
  }

  private merges = 0;

  // ── R24, R25 ──

  /** Finds the targets now, and gives what is to be done once the object has its values. */
  private links(
    system: string,
    model: ModelSpec,
    row: ProgramRow,
    force: boolean,
    options: Call['options'],
    thing: Thing,
    result: Result,
  ): () => void {
    const steps: (() => void)[] = [];
    const find = (there: ModelSpec, relation: string, terms: Terms): Thing | [] =>
      this.find(system, there, relation, terms, options, result.problems) ?? [];
    for (const { name, from, key } of backsOf(this.schema, model)) {
      const targets = pointingOf(row, name).flatMap((terms) => find(from, name, terms));
      const column = columnOf(key.name);
      const isTaken = this.all(from.name).some(({ values }) => values[column] === thing.id);
      const moving = targets.filter(({ values }) => values[column] !== thing.id);
      if (moving.length === 0 || (!force && isTaken)) continue;
      result.changed.push(name);
      steps.push(() => moving.forEach((target) => (target.values[column] = thing.id)));
    }
    for (const { name, link, side, isToOne } of linksOf(this.schema, model)) {
      const changes = linkChangesOf(row, name, isToOne);
      if (typeof changes === 'string') continue;
      const there = this.schema.models[link[otherSide(side)]] as ModelSpec;
      const [own, far] = side === 'one' ? ([0, 1] as const) : ([1, 0] as const);
      const now = (this.state.links.get(link.table) ?? []).filter((pair) => pair[own] === thing.id);
      const before = new Set<number>(now.map((pair) => pair[far]));
      let next = new Set(before);
      for (const { sign, targets } of changes) {
        const found = targets.flatMap((terms) => find(there, name, terms));
        // A set of which one is not found stays as it was.
        if (sign === '=' && found.length === targets.length && (force || before.size === 0))
          next = new Set(found.map(({ id }) => id));
        if (sign === '+') for (const { id } of found) next.add(id);
        if (sign === '-') for (const { id } of found) next.delete(id);
      }
      if (next.size === before.size && [...next].every((id) => before.has(id))) continue;
      result.changed.push(name);
      const has = (pairs: readonly [number, number][], id: number): boolean =>
        pairs.some((pair) => pair[own] === thing.id && pair[far] === id);
      steps.push(() => {
        const gone = [...before].filter((id) => !next.has(id));
        const kept = (this.state.links.get(link.table) ?? []).filter(
          (pair) => pair[own] !== thing.id || !gone.includes(pair[far]),
        );
        for (const id of next)
          if (!before.has(id) && !has(kept, id)) kept.push(side === 'one' ? [thing.id, id] : [id, thing.id]);
        this.state.links.set(link.table, kept);
      });
    }
    return () => steps.forEach((step) => step());
  }

  /** Targets of links that the create does not find, as JSON. */
  private unlinked(system: string, model: ModelSpec, row: ProgramRow): Set<string> {
    return new Set(
      linksOf(this.schema, model).flatMap(({ name, link, side, isToOne }) => {
        const changes = linkChangesOf(row, name, isToOne);
        const there = this.schema.models[link[otherSide(side)]] as ModelSpec;
        const targets = typeof changes === 'string' ? [] : changes.flatMap((change) => change.targets);
        return targets
          .filter((terms) => !this.all(there.name).some((one) => this.termsHold(system, there, one, terms)))
          .map((terms) => JSON.stringify([name, terms]));
      }),
    );
  }

  /** R24: the update after a create links the object to itself where the row names it. */
  private linkToItself(
    system: string,
    model: ModelSpec,
    row: ProgramRow,
    thing: Thing,
    unlinked: ReadonlySet<string>,
    result: Result,
  ): void {
    for (const { name, link, side, isToOne } of linksOf(this.schema, model)) {
      const changes = linkChangesOf(row, name, isToOne);
      const there = this.schema.models[link[otherSide(side)]];
      if (typeof changes === 'string' || there !== model) continue;
      for (const { sign, targets } of changes) {
        const found = targets.map((terms) => this.all(model.name).filter((one) => this.termsHold(system, model, one, terms))); // prettier-ignore
        const itself = found.filter(
          ([first, ...others], place) =>
            first === thing && others.length === 0 && unlinked.has(JSON.stringify([name, targets[place]])),
        );
        itself.forEach(() => result.problems.splice(result.problems.indexOf(`REFERENCE_NOT_FOUND(${name})`), 1));
        const pairs = this.state.links.get(link.table) ?? [];
        const own = side === 'one' ? 0 : 1;
        const isSettled = found.every(({ length }) => length === 1) && !pairs.some((pair) => pair[own] === thing.id);
        if (itself.length === 0 || sign === '-' || (sign === '=' && !isSettled)) continue;
        const linked = sign === '=' ? found.flatMap(([first]) => first ?? []) : [thing];
        for (const { id } of linked) {
          const pair: [number, number] = side === 'one' ? [thing.id, id] : [id, thing.id];
          if (!pairs.some(([one, other]) => one === pair[0] && other === pair[1])) pairs.push(pair);
        }
        result.changed.push(name);
      }
    }
  }

  // ── R30–R35 ──

  private remove(
    system: string,
    model: ModelSpec,
    row: ProgramRow,
    action: Action,
    key: string | null,
    linked: Thing | undefined,
    matched: Thing | undefined,
    result: Result,
    done: () => Result,
  ): Result {
    const thing = comparesAnything(model, row) ? matched : linked;
    const mine = (m: State['mappings'][number]): boolean =>
      m.system === system && m.model === model.name && m.key === key;
    const mapping = this.state.mappings.find(mine);
    const pointing = this.state.mappings.filter((m) => m.model === model.name && m.id === thing?.id);
    const reason = !thing
      ? 'NOT_FOUND()'
      : action.force
        ? null
        : key === null
          ? 'NO_EXTERNAL_KEY(external_key)'
          : !linked
            ? 'NOT_MAPPED(external_key)'
            : linked !== thing
              ? 'MAPPED_ELSEWHERE(external_key)'
              : pointing.length > 1
                ? 'STILL_REFERENCED(external_key)'
                : null;
    result.id = thing?.id ?? null;
    if (!reason && thing) {
      this.destroy(model.name, thing);
      result.status = 'DELETED';
    } else if (reason) result.problems.push(reason);
    if (mapping) {
      // R32
      this.state.mappings = this.state.mappings.filter((m) => !mine(m));
      if (reason) {
        result.status = 'UNLINKED';
        result.id ??= mapping.id;
      }
    }
    return done();
  }

  /** R33, R34 */
  private destroy(modelName: string, thing: Thing): void {
    const index = this.schema.models.findIndex(({ name }) => name === modelName);
    for (const other of this.schema.models)
      for (const { name, target, onDelete } of other.belongsTo) {
        if (target !== index) continue;
        for (const pointing of this.all(other.name).filter(({ values }) => values[columnOf(name)] === thing.id)) {
          if (onDelete === 'SET NULL') pointing.values[columnOf(name)] = null;
          else if (onDelete === 'RESTRICT')
            throw new Refused(`FOREIGN_KEY_VIOLATION(t_${other.name.toLowerCase()}.${columnOf(name)})`);
          else this.destroy(other.name, pointing);
        }
      }
    const things = this.all(modelName);
    const place = things.indexOf(thing);
    if (place >= 0) things.splice(place, 1);
    this.state.mappings = this.state.mappings.filter((m) => m.model !== modelName || m.id !== thing.id);
    for (const link of this.schema.links) {
      const pairs = this.state.links.get(link.table) as [number, number][];
      this.state.links.set(
        link.table,
        pairs.filter(
          ([one, other]) => !(link.one === index && one === thing.id) && !(link.other === index && other === thing.id),
        ),
      );
    }
  }
}

const NOBODY = { model: '', ids: new Set<number>() };

/** Problems of rows that fail whatever the database holds. */
const READ_FAILURES = new WeakMap<ProgramRow, readonly Problem[]>();

const PRECEDENCE = ['FAILED', 'CREATED', 'UPDATED', 'DELETED', 'UNLINKED', 'UNCHANGED', 'SKIPPED'];
const UNRESOLVED = /^REFERENCE_/;

/** R41: the outcome of a row joins those of its actions. */
function join(earlier: Result, later: Result, updates: boolean): Result {
  const acted = updates && earlier.status !== 'FAILED' && (later.status === 'UPDATED' || later.status === 'UNCHANGED');
  const kept = earlier.problems.filter(
    (problem) => !(acted && UNRESOLVED.test(problem) && !later.problems.includes(problem)),
  );
  return {
    status: PRECEDENCE.find((status) => status === earlier.status || status === later.status) ?? later.status,
    id: later.id ?? earlier.id,
    changed: [...new Set([...earlier.changed, ...later.changed])].sort(),
    alsoDeleted: [...earlier.alsoDeleted, ...later.alsoDeleted],
    problems: [...kept, ...later.problems.filter((problem) => !kept.includes(problem))].sort(),
  };
}
