/** Plays a program, and tells what it leaves and says in a form in which two ways of playing it can be compared. */
import type { Knex } from 'knex';
import type { ModelCatalog } from '../../src/models';
import type { RowOutcome } from '../../src/records';
import { DEFAULT_OPTIONS, type EngineSettings, SyncEngine, type SyncRequest } from '../../src/sync';
import type { TestDatabase } from '../support/databases';
import type { Call } from './program';
import { columnOf, linkNames, type Schema, tableOf } from './schema';

type Values = Record<string, unknown>;

/** The tables that a program works on, and where in them ids of objects stand. */
export interface Shape {
  readonly models: readonly {
    readonly name: string;
    readonly table: string;
    readonly fields: readonly string[];
    /** Models that foreign keys point to, by column. */
    readonly references: Readonly<Record<string, string>>;
    /** Those of them that may be NULL: they may go round in a circle. */
    readonly optional: readonly string[];
    /** Models that relations to many lead to, by relation. */
    readonly lists: Readonly<Record<string, string>>;
  }[];
  readonly links: readonly {
    readonly table: string;
    /** Column and model on either side. */
    readonly sides: readonly (readonly [column: string, model: string])[];
  }[];
}

export function shapeOf(schema: Schema): Shape {
  const nameOf = (index: number): string => schema.models[index]?.name ?? '';
  return {
    models: schema.models.map(({ name, fields, belongsTo }, index) => ({
      name,
      table: tableOf(name),
      fields: fields.map((field) => field.name),
      references: Object.fromEntries(belongsTo.map((key) => [columnOf(key.name), nameOf(key.target)])),
      optional: belongsTo.filter(({ nullable }) => nullable).map((key) => columnOf(key.name)),
      lists: Object.fromEntries([
        ...schema.models.flatMap((from) =>
          from.belongsTo.filter(({ target }) => target === index).map(({ back }) => [back, from.name]),
        ),
        ...schema.links.flatMap((link) => [
          ...(link.one === index ? [[linkNames(link).one, nameOf(link.other)]] : []),
          ...(link.other === index ? [[linkNames(link).other, nameOf(link.one)]] : []),
        ]),
      ]),
    })),
    links: schema.links.map(({ table, one, other }) => ({
      table,
      sides: [
        ['one_id', nameOf(one)],
        ['other_id', nameOf(other)],
      ],
    })),
  };
}

/** A row's outcome as far as the rules say it. */
export interface Told {
  readonly status: string;
  readonly object: string | null;
  readonly changed: readonly string[];
  readonly alsoDeleted: number;
  /** Code and field, each once, sorted. */
  readonly problems: readonly string[];
}

/** Ids of objects are their places in their tables: the first, the second, or gone. */
export interface Ending {
  readonly told: readonly (readonly Told[])[];
  /** Of each call: code and field of what is wrong with a column. */
  readonly problems: readonly (readonly string[])[];
  readonly tables: Readonly<Record<string, readonly Values[]>>;
  readonly links: Readonly<Record<string, readonly string[]>>;
  readonly mappings: readonly string[];
}

/** What is left, with the database's own ids. */
export interface Raw {
  readonly told: readonly (readonly (Omit<Told, 'object'> & {
    readonly model: string;
    readonly id: string | null;
  })[])[];
  readonly problems: readonly (readonly string[])[];
  readonly tables: ReadonlyMap<string, readonly Values[]>;
  /** Ids on the two sides. */
  readonly links: ReadonlyMap<string, readonly (readonly unknown[])[]>;
  readonly mappings: readonly { system: string; model: string; key: string; id: string }[];
}

type PlaceOf = (model: string, id: unknown) => string | null;

function placesIn({ models }: Shape, tables: Raw['tables']): PlaceOf {
  const places = new Map<string, Map<string, string>>();
  for (const { name } of models) {
    const ids = (tables.get(name) ?? []).map(({ id }) => Number(id)).sort((a, b) => a - b);
    places.set(name, new Map(ids.map((id, index) => [String(id), `#${index}`])));
  }
  return (model, id) => (id === null || id === undefined ? null : (places.get(model)?.get(String(id)) ?? 'gone'));
}

const sortedSet = (items: readonly string[]): string[] => [...new Set(items)].sort();

export function ending(shape: Shape, raw: Raw): Ending {
  const place = placesIn(shape, raw.tables);
  return {
    told: raw.told.map((outcomes) =>
      outcomes.map(({ model, id, problems, ...outcome }) => ({
        ...outcome,
        problems: sortedSet(problems),
        object: place(model, id),
      })),
    ),
    problems: raw.problems.map(sortedSet),
    tables: Object.fromEntries(
      shape.models.map(({ name, fields, references }) => [
        name,
        [...(raw.tables.get(name) ?? [])]
          .sort((a, b) => Number(a.id) - Number(b.id))
          .map((row) => ({
            ...Object.fromEntries(fields.map((field) => [field, row[field] ?? null])),
            ...Object.fromEntries(Object.entries(references).map(([column, model]) => [column, place(model, row[column])])), // prettier-ignore
          })),
      ]),
    ),
    links: Object.fromEntries(
      shape.links.map(({ table, sides }) => [
        table,
        (raw.links.get(table) ?? []).map((ids) => ids.map((id, side) => place(sides[side]?.[1] ?? '', id)).join(' ')).sort(), // prettier-ignore
      ]),
    ),
    mappings: raw.mappings.map(({ system, model, key, id }) => `${system} ${model} ${key} ${place(model, id)}`).sort(),
  };
}

/** Empties tables that may point to each other in any way, and nsync's own. */
export async function clean(knex: Knex, { models, links }: Shape): Promise<void> {
  for (const { table } of links) await knex(table).delete();
  for (const { table, optional } of models)
    if (optional.length > 0) await knex(table).update(Object.fromEntries(optional.map((column) => [column, null])));
  for (const table of [
    ...[...models].reverse().map((model) => model.table),
    'nsync_external_key_mappings',
    'nsync_related_changes',
    'nsync_row_outcomes',
    'nsync_run_sources',
    'nsync_external_systems',
    'nsync_runs',
  ])
    await knex(table).delete();
}

/** What a play of the engine has told beside what the rules say: values before and after, and other objects. */
type Details = readonly (readonly unknown[])[];

function detailsOf(shape: Shape, place: PlaceOf, outcomes: readonly (RowOutcome & { model: string })[]): unknown[] {
  return outcomes.map(({ model, changes, alsoChanged, problems, row }) => {
    const { references = {}, lists = {} } = shape.models.find(({ name }) => name === model) ?? {};
    const value = (field: string, raw: unknown): unknown => {
      if (field === 'id') return place(model, raw);
      if (references[field]) return place(references[field], raw);
      return lists[field] && Array.isArray(raw) ? raw.map((id) => place(lists[field] ?? '', id)).sort() : raw;
    };
    return {
      row,
      changes: changes.map(({ field, before, after }) => [field, value(field, before), value(field, after)]),
      alsoChanged: alsoChanged.map((other) => `${other.model} ${place(other.model, other.objectId)}`).sort(),
      problems: problems.map(({ code, severity, field }) => `${severity} ${code}(${field ?? ''})`),
    };
  });
}

type ModelOutcome = RowOutcome & { readonly model: string };

/** What a call has told, and the id of its run. */
export interface CallResult {
  readonly call: Call;
  readonly runId: string;
  readonly outcomes: readonly ModelOutcome[];
}

/** `isShort`: the engine learns the number of rows, so that it may carry out the run together with others. */
export const requestOf = ({ sources, options }: Call, isShort = false): SyncRequest => ({
  sources: sources.map(({ system, model, rows }) => ({
    system,
    model,
    file: null,
    text: true,
    columns: new Set(rows.flatMap(({ values }) => Object.keys(values))),
    ...(isShort && { expectedRows: rows.length }),
    async *batches() {
      yield await Promise.resolve(rows.map((row, index) => ({ ...row, number: index + 1 })));
    },
  })),
  options: { ...DEFAULT_OPTIONS, ...options },
  wantOutcomes: true,
});

export async function runCall(engine: SyncEngine, call: Call, isShort = false): Promise<CallResult> {
  const { sources } = call;
  const { outcomes, runId } = await engine.run(requestOf(call, isShort));
  const told = sources.flatMap(({ model }, index) => (outcomes[index] ?? []).map((outcome) => ({ ...outcome, model })));
  return { call, runId, outcomes: told };
}

/** Calls that the engine runs one after another. */
async function inTurn(engine: SyncEngine, calls: readonly Call[]): Promise<CallResult[]> {
  const results: CallResult[] = [];
  for (const call of calls) results.push(await runCall(engine, call));
  return results;
}

/** What the tables contain after the calls. */
async function storedIn(knex: Knex, shape: Shape) {
  const tables = new Map<string, Values[]>();
  for (const { name, table } of shape.models) tables.set(name, (await knex(table)) as Values[]);
  const links = new Map<string, unknown[][]>();
  for (const { table, sides } of shape.links)
    links.set(
      table,
      ((await knex(table)) as Values[]).map((row) => sides.map(([column]) => row[column])),
    );
  const mappings = (await knex('nsync_external_key_mappings')
    .join('nsync_external_systems', 'nsync_external_systems.id', 'external_system_id')
    .select({ system: 'name', model: 'model', key: 'external_key', id: 'object_id' })) as Raw['mappings'][number][];
  const runs = (await knex('nsync_runs').select('id', 'problems')) as { id: number | string; problems: string }[];
  const problemsOf = (runId: string): { code: string; field: string | null }[] => {
    const run = runs.find(({ id }) => String(id) === runId);
    if (!run) throw new Error(`Run ${runId} has no record.`);
    return JSON.parse(run.problems) as { code: string; field: string | null }[];
  };
  return { tables, links, mappings, problemsOf };
}

/** With the engine, as the settings say; `prepare` fills the empty tables. */
export function play(
  test: TestDatabase,
  catalog: ModelCatalog,
  shape: Shape,
  calls: readonly Call[],
  settings: Pick<EngineSettings, 'chunkSize' | 'lookahead'>,
  prepare: (knex: Knex) => Promise<void> = () => Promise.resolve(),
): Promise<Ending & { readonly details: Details }> {
  return playBy(test, shape, () => inTurn(new SyncEngine(test.database, catalog, settings), calls), prepare);
}

/** Plays calls in whatever way. `prepare` fills the empty tables. */
export async function playBy(
  { database }: TestDatabase,
  shape: Shape,
  carryOut: () => Promise<readonly CallResult[]>,
  prepare: (knex: Knex) => Promise<void>,
): Promise<Ending & { readonly details: Details }> {
  const { knex } = database;
  await clean(knex, shape);
  await prepare(knex);
  const results = await carryOut();
  const told = results.map(({ outcomes }) => outcomes);
  const { tables, links, mappings, problemsOf } = await storedIn(knex, shape);
  const place = placesIn(shape, tables);
  return {
    ...ending(shape, {
      told: told.map((outcomes) =>
        outcomes.map(({ model, status, objectId, changes, alsoDeleted, problems }) => ({
          model,
          status,
          id: objectId,
          changed: changes.map(({ field }) => field).sort(),
          alsoDeleted: alsoDeleted.length,
          problems: problems.map(({ code, field }) => `${code}(${field ?? ''})`),
        })),
      ),
      problems: results.map(({ runId }) => problemsOf(runId).map(({ code, field }) => `${code}(${field ?? ''})`)),
      tables,
      links,
      mappings,
    }),
    details: told.map((outcomes) => detailsOf(shape, place, outcomes)),
  };
}
