/**
 * The rules of shared semantics once more, as plainly as they are written: one row after another, on arrays, with nothing of
 * src/. Slow, and easy to check by reading. Rule numbers stand where their rule is.
 */
import type { Call, ProgramRow } from './program';
import { type Ending, ending, type Raw } from './play';
import { type BelongsTo, columnOf, type Link, linkNames, type ModelSpec, type Schema } from './schema';

type Value = string | number | null;
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

type Told = Raw['told'][number][number];
type Problem = string;

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
  constructor(readonly problem: Problem) {
    super(problem);
  }
}

interface Action {
  readonly create: boolean;
  readonly update: boolean;
  readonly delete: boolean;
  readonly force: boolean;
}

interface Result {
  status: string;
  id: number | null;
  changed: string[];
  alsoDeleted: number;
  problems: Problem[];
}

const isEmpty = (value: unknown): boolean => value === null || value === undefined || value === '';

export class NaiveModel {
  private state: State;

  constructor(private readonly schema: Schema) {
    this.state = {
      things: new Map(schema.models.map(({ name }) => [name, []])),
      links: new Map(schema.links.map(({ table }) => [table, []])),
      mappings: [],
      next: 1,
    };
  }

  static play(schema: Schema, program: readonly Call[]): Ending {
    const model = new NaiveModel(schema);
    const told = program.map((call) => model.call(call));
    return ending(schema, program, {
      told,
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

  private call({ system, model, rows, options }: Call): Told[] {
    const before = this.save();
    const passes: (keyof Action | null)[] = options.order
      ? options.order.map((name) => name.toLowerCase() as keyof Action)
      : [null];
    const told = new Map<number, Result>();
    for (const [pass, only] of passes.entries())
      rows.forEach((row, index) => {
        const result = this.rowInPass(system, model, row, options, only, pass);
        if (!result) return;
        const earlier = told.get(index);
        told.set(index, earlier ? join(earlier, result, only === 'update') : result);
      });
    const results = rows.map((_, index) => told.get(index) as Result);
    const failed = results.some(({ status }) => status === 'FAILED');
    const rolledBack = failed && options.onError === 'ROLLBACK';
    if (options.dryRun || rolledBack) {
      // Numbers that were given away stay so.
      const { next } = this.state;
      this.state = before;
      this.state.next = next;
    }
    return results.map(({ id, ...result }) => ({
      ...result,
      model,
      id: id === null || (rolledBack && result.status === 'CREATED') ? null : String(id),
    }));
  }

  private rowInPass(
    system: string,
    model: string,
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
      return { status: 'FAILED', id: failure.id, changed: [], alsoDeleted: 0, problems: [...failure.problems].sort() };
    }
  }

  // ── R1–R3, R14 ──

  private read(model: string, row: ProgramRow, warnings: Problem[]): Action {
    const letters = [...(row.actionFlags ?? '').trim().toLowerCase()];
    const has = (letter: string): boolean => letters.includes(letter);
    const action = { create: has('c'), update: has('u'), delete: has('d'), force: has('*') };
    const problems: Problem[] = [];
    if (action.delete && (action.create || action.update)) problems.push('INVALID_ACTION_FLAGS(action_flags)');
    else if (action.create || action.update || action.delete) {
      const matched = new Set(this.namesOf(row));
      for (const name of matched) if (row.values[name] === undefined) problems.push(`MATCH_FIELD_MISSING(${name})`);
      const isInvalid = row.values.rank === 'one';
      if (isInvalid && matched.has('rank')) problems.push('INVALID_VALUE(rank)');
      const compares = [...matched].some((name) => !isBlankReference(name, row.values[name]));
      // R7, R9
      if (problems.length === 0 && !compares && this.keyOf(row) === null) problems.push('EMPTY_MATCH(match_on)');
      if (isInvalid && !matched.has('rank') && !action.delete) problems.push('INVALID_VALUE(rank)');
      // R14: nothing is no number.
      if (!action.delete)
        for (const { name, nullable } of this.modelNamed(model).belongsTo)
          if (!nullable && row.values[columnOf(name)] === '') problems.push(`INVALID_VALUE(${columnOf(name)})`);
      if (!action.delete) warnings.push(...this.signWarnings(this.modelNamed(model), row));
    } else warnings.push('NO_ACTION(action_flags)');
    if (problems.length > 0) {
      const all = [...problems, ...warnings];
      READ_FAILURES.set(row, all);
      throw new Failure(all);
    }
    return action;
  }

  private namesOf({ matchOn }: ProgramRow): string[] {
    return (matchOn ?? '').split(' ').filter((token) => token !== '' && !['|', '&', '~'].includes(token));
  }

  private keyOf({ externalKey }: ProgramRow): string | null {
    return externalKey === null || externalKey.trim() === '' ? null : externalKey;
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
    const names = this.namesOf(row);
    if (names.every((name) => isBlankReference(name, row.values[name]))) return [];
    const tokens = (row.matchOn ?? '').split(' ').filter((token) => token !== '');
    const holds = (thing: Thing): boolean => {
      const stack: boolean[] = [];
      for (const token of tokens) {
        if (token === '~') stack.push(!stack.pop());
        else if (token === '|' || token === '&') {
          const [right, left] = [stack.pop() === true, stack.pop() === true];
          stack.push(token === '|' ? left || right : left && right);
        } else stack.push(this.nameHolds(system, model, thing, token, row.values[token], names));
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
    raw: unknown,
    names: string[],
  ): boolean {
    if (!name.includes('=>')) return this.equal(model, name, thing.values[name] ?? null, this.stored(model, name, raw));
    const [relation = ''] = name.split('=>');
    const own = thing.values[columnOf(relation)] ?? null;
    if (isBlankReference(name, raw) && names.length > 0) return own === null;
    return this.targets(system, model, relation, { [name]: raw }).some(({ id }) => id === own);
  }

  // ── R20–R23 ──

  private relation(model: ModelSpec, name: string): BelongsTo | undefined {
    return model.belongsTo.find((candidate) => candidate.name === name);
  }

  /** Objects for which all the columns hold. */
  private targets(system: string, model: ModelSpec, relation: string, columns: Record<string, unknown>): Thing[] {
    const target = this.schema.models[this.relation(model, relation)?.target ?? 0] as ModelSpec;
    return this.all(target.name).filter((thing) =>
      Object.entries(columns).every(([name, raw]) =>
        this.pathHolds(system, target, thing, name.split('=>').slice(1), raw),
      ),
    );
  }

  private pathHolds(system: string, model: ModelSpec, thing: Thing, path: readonly string[], raw: unknown): boolean {
    const [step = '', ...rest] = path;
    if (rest.length > 0) {
      const hop = this.relation(model, step) as BelongsTo;
      const target = this.schema.models[hop.target] as ModelSpec;
      const next = this.all(target.name).find(({ id }) => id === thing.values[columnOf(hop.name)]);
      return next !== undefined && this.pathHolds(system, target, next, rest, raw);
    }
    if (step.startsWith('@'))
      return this.state.mappings.some(
        (mapping) =>
          mapping.system === (step.slice(1) || system) &&
          mapping.model === model.name &&
          mapping.key === raw &&
          mapping.id === thing.id,
      );
    const field = model.fields.find(({ name }) => name === step);
    return this.equal(
      model,
      step,
      thing.values[step] ?? null,
      field?.type === 'integer' ? Number(raw) : (raw as string),
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
    const result: Result = { status: 'SKIPPED', id: null, changed: [], alsoDeleted: 0, problems: [...warnings] };
    const done = (): Result => ({
      ...result,
      problems: [...result.problems].sort(),
      changed: [...new Set(result.changed)].sort(),
    });
    if (!(action.create || action.update || action.delete)) return done();
    const key = this.keyOf(row);
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

  /** Fields that the row sets, as they would be stored; a reference decides over its column (R27). */
  private fieldsOf(model: ModelSpec, row: ProgramRow): [string, Value][] {
    const columns = new Set(model.belongsTo.map(({ name }) => columnOf(name)));
    return Object.entries(row.values)
      .filter(([name]) => model.fields.some((field) => field.name === name) || columns.has(name))
      .filter(([name]) => {
        const relation = model.belongsTo.find((candidate) => columnOf(candidate.name) === name);
        return !relation || this.referenceOf(row, relation) === undefined;
      })
      .map(([name, raw]) => [name, this.stored(model, name, raw)]);
  }

  /** The columns of a reference that say something; null: it is cleared; undefined: it is not touched (R20). */
  private referenceOf(row: ProgramRow, { name }: BelongsTo): Record<string, unknown> | null | undefined {
    const columns = Object.entries(row.values).filter(([column]) => column.startsWith(`${name}=>`));
    const given = columns.filter(([column, raw]) => !isBlankReference(column, raw));
    if (given.length > 0) return Object.fromEntries(given);
    return columns.some(([, raw]) => raw === null) ? null : undefined;
  }

  /** R21 */
  private resolve(
    system: string,
    model: ModelSpec,
    row: ProgramRow,
    relation: BelongsTo,
    options: Call['options'],
    doomed: Thing | undefined,
    problems: Problem[],
  ): number | null | undefined {
    const columns = this.referenceOf(row, relation);
    if (columns === null || columns === undefined) return columns;
    const targets = this.targets(system, model, relation.name, columns).filter((target) => target !== doomed);
    const [target] = targets;
    if (target && targets.length === 1) return target.id;
    problems.push(`${target ? 'REFERENCE_AMBIGUOUS' : 'REFERENCE_NOT_FOUND'}(${relation.name})`);
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
      const id = this.resolve(system, model, row, relation, options, undefined, result.problems);
      if (result.problems.length > before) unresolved.push(relation);
      if (id !== undefined) thing.values[columnOf(relation.name)] = id;
    }
    if (this.mustFail) throw new Failure(result.problems);
    this.notNull(model, thing.values, result.problems);
    for (const [name, value] of Object.entries(thing.values)) if (value !== null) result.changed.push(name);
    const linking = this.links(system, model, row, true, options, undefined, thing, result);
    if (this.mustFail) throw new Failure(result.problems);
    this.all(model.name).push(thing);
    this.check(model, thing);
    linking();
    this.map(system, model.name, this.keyOf(row), thing.id);
    // R13: the update after the create finds what the create could not, the object itself among them.
    if (action.update)
      for (const relation of unresolved) {
        const again: Problem[] = [];
        const id = this.resolve(
          system,
          model,
          row,
          relation,
          { ...options, onUnresolvedReference: 'WARN' },
          undefined,
          again,
        );
        if (id !== thing.id) continue;
        thing.values[columnOf(relation.name)] = id;
        result.changed.push(columnOf(relation.name));
        result.problems = result.problems.filter((problem) => problem !== `REFERENCE_NOT_FOUND(${relation.name})`);
      }
    return thing;
  }

  private notNull(
    model: ModelSpec,
    values: Record<string, Value>,
    problems: readonly Problem[],
    onlyGiven = false,
  ): void {
    const required = [
      ...model.fields.filter(({ nullable }) => !nullable).map(({ name }) => name as string),
      ...model.belongsTo.filter(({ nullable }) => !nullable).map(({ name }) => columnOf(name)),
    ];
    const missing = required.filter((name) =>
      onlyGiven && values[name] === undefined ? false : (values[name] ?? null) === null,
    );
    if (missing.length > 0) throw new Failure([...problems, ...missing.map((name) => `NOT_NULL_VIOLATION(${name})`)]);
  }

  // R17
  private check(model: ModelSpec, thing: Thing): void {
    for (const { name, unique } of model.fields)
      if (unique && thing.values[name] !== null && thing.values[name] !== undefined)
        if (
          this.all(model.name).some(
            (other) =>
              other !== thing && this.equal(model, name, other.values[name] ?? null, thing.values[name] ?? null),
          )
        )
          throw new Refused(`UNIQUE_VIOLATION(${name})`);
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
      if (action.force) doomed = other;
      else result.problems.push('MATCH_CONFLICT(match_on)');
    }
    const changes: Record<string, Value> = {};
    const set = (name: string, value: Value): void => {
      const current = thing.values[name] ?? null;
      if (current !== value) changes[name] = value;
      else Reflect.deleteProperty(changes, name);
    };
    for (const [name, value] of this.fieldsOf(model, row))
      if (action.force || isEmpty(thing.values[name])) set(name, value);
    for (const relation of model.belongsTo) {
      const id = this.resolve(system, model, row, relation, options, doomed, result.problems);
      const column = columnOf(relation.name);
      if (id !== undefined && (action.force || isEmpty(thing.values[column]))) set(column, id);
    }
    const linking = this.links(system, model, row, action.force, options, doomed, thing, result);
    try {
      this.notNull(model, changes, result.problems, true);
    } catch (error) {
      throw error instanceof Failure ? new Failure(error.problems, thing.id) : error;
    }
    if (this.mustFail) throw new Failure(result.problems, thing.id);
    if (doomed) {
      this.destroy(model.name, doomed);
      result.alsoDeleted = 1;
    }
    Object.assign(thing.values, changes);
    linking();
    if (Object.keys(changes).length > 0) this.check(model, thing);
    result.changed.push(...Object.keys(changes));
    if (result.changed.length > 0 || doomed) result.status = 'UPDATED';
  }

  // ── R24, R25 ──

  private signWarnings(model: ModelSpec, row: ProgramRow): Problem[] {
    return this.linksOf(model).flatMap(({ name }) => {
      const signs = new Set(
        Object.entries(row.values)
          .filter(([column, raw]) => column.startsWith(`${name}=>`) && raw !== '')
          .map(([column]) => column.slice(name.length + 2, name.length + 3)),
      );
      return signs.size > 1 ? [`MIXED_RELATION_OPERATORS(${name})`] : [];
    });
  }

  private linksOf(model: ModelSpec): { name: string; link: Link; side: 'one' | 'other' }[] {
    const index = this.schema.models.indexOf(model);
    return this.schema.links.flatMap((link) =>
      (['one', 'other'] as const)
        .filter((side) => link[side] === index)
        .map((side) => ({ name: linkNames(link)[side], link, side })),
    );
  }

  /** Finds the targets now, and gives what is to be done once the object has its values. */
  private links(
    system: string,
    model: ModelSpec,
    row: ProgramRow,
    force: boolean,
    options: Call['options'],
    doomed: Thing | undefined,
    thing: Thing,
    result: Result,
  ): () => void {
    const steps: (() => void)[] = [];
    const find = (there: string, relation: string, raw: unknown): Thing | undefined => {
      const found = this.all(there).filter(
        (other) =>
          other !== doomed && this.equal(this.modelNamed(there), 'name', other.values.name ?? null, raw as string),
      );
      const [target] = found;
      if (target && found.length === 1) return target;
      result.problems.push(`${target ? 'REFERENCE_AMBIGUOUS' : 'REFERENCE_NOT_FOUND'}(${relation})`);
      if (options.onUnresolvedReference === 'FAIL') this.mustFail = true;
      return undefined;
    };
    const given = Object.entries(row.values).filter(([, raw]) => !isEmpty(raw));
    const index = this.schema.models.indexOf(model);
    for (const other of this.schema.models)
      for (const relation of other.belongsTo.filter(({ target }) => target === index)) {
        const raw = given.find(([name]) => name === `${relation.back}=>name`)?.[1];
        const target = raw === undefined ? undefined : find(other.name, relation.back, raw);
        const column = columnOf(relation.name);
        const isTaken = (): boolean => this.all(other.name).some(({ values }) => values[column] === thing.id);
        if (!target || target.values[column] === thing.id || (!force && isTaken())) continue;
        result.changed.push(relation.back);
        steps.push(() => (target.values[column] = thing.id));
      }
    for (const { name, link, side } of this.linksOf(model)) {
      const columns = given.filter(([column]) => column.startsWith(`${name}=>`));
      const [[column, raw] = []] = columns;
      const signs = new Set(columns.map(([each]) => each.slice(name.length + 2, name.length + 3)));
      if (!column || signs.size !== 1) continue;
      const there = this.schema.models[side === 'one' ? link.other : link.one]?.name ?? '';
      const target = find(there, name, raw);
      const pairs = this.state.links.get(link.table) as [number, number][];
      const [own, far] = side === 'one' ? [0, 1] : [1, 0];
      const mine = pairs.filter((pair) => pair[own] === thing.id);
      const sign = [...signs][0];
      if (!target || (sign === '=' && !force && mine.length > 0)) continue;
      const has = mine.some((pair) => pair[far] === target.id);
      const isSame = sign === '+' ? has : sign === '-' ? !has : has && mine.length === 1;
      if (isSame) continue;
      result.changed.push(name);
      steps.push(() => {
        const now = this.state.links.get(link.table) as [number, number][];
        const kept = now.filter((pair) => !(pair[own] === thing.id && (sign === '=' || pair[far] === target.id)));
        if (sign !== '-') kept.push(side === 'one' ? [thing.id, target.id] : [target.id, thing.id]);
        this.state.links.set(link.table, kept);
      });
    }
    return () => steps.forEach((step) => step());
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
    const matchesAtAll = this.namesOf(row).some((name) => !isBlankReference(name, row.values[name]));
    const thing = matchesAtAll ? matched : linked;
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

/** Problems of rows that fail whatever the database holds. */
const READ_FAILURES = new WeakMap<ProgramRow, readonly Problem[]>();

/** Empty values of references, and blank keys, say nothing; of fields every value is compared. */
function isBlankReference(name: string, raw: unknown): boolean {
  return isEmpty(raw) || (name.includes('=>@') && typeof raw === 'string' && raw.trim() === '');
}

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
    alsoDeleted: earlier.alsoDeleted + later.alsoDeleted,
    problems: [...kept, ...later.problems.filter((problem) => !kept.includes(problem))].sort(),
  };
}
