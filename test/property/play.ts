/** Plays a program, and tells what it leaves and says in a form in which two ways of playing it can be compared. */
import type { Knex } from 'knex';
import type { ModelCatalog } from '../../src/models';
import { DEFAULT_OPTIONS, SyncEngine } from '../../src/sync';
import type { TestDatabase } from '../support/databases';
import type { Call } from './program';
import { columnOf, type Schema, tableOf, tablesOf } from './schema';

type Values = Record<string, unknown>;

/** A row's outcome as far as it can be compared: ids are those of the objects. */
export interface Told {
  readonly status: string;
  readonly object: string | null;
  readonly changed: readonly string[];
  readonly alsoDeleted: number;
  /** Code and field, sorted. */
  readonly problems: readonly string[];
}

export interface Ending {
  readonly told: readonly (readonly Told[])[];
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
  readonly tables: ReadonlyMap<string, readonly Values[]>;
  readonly links: ReadonlyMap<string, readonly (readonly [unknown, unknown])[]>;
  readonly mappings: readonly { system: string; model: string; key: string; id: string }[];
}

/** Generated ids become places: the first object of its table, the second, and those that are gone. */
export function ending(schema: Schema, program: readonly Call[], raw: Raw): Ending {
  const places = new Map<string, Map<string, string>>();
  for (const { name } of schema.models) {
    const ids = (raw.tables.get(name) ?? []).map(({ id }) => Number(id)).sort((a, b) => a - b);
    places.set(name, new Map(ids.map((id, index) => [String(id), `#${index}`])));
  }
  const place = (model: string, id: unknown): string | null =>
    id === null || id === undefined ? null : (places.get(model)?.get(String(id)) ?? 'gone');
  const nameOf = (index: number): string => schema.models[index]?.name ?? '';
  return {
    told: raw.told.map((outcomes, index) => {
      const { dryRun, onError } = program[index]?.options ?? {};
      // Where nothing stays, numbers are given again to others.
      const isUndone =
        dryRun === true || (onError === 'ROLLBACK' && outcomes.some(({ status }) => status === 'FAILED'));
      return outcomes.map(({ model, id, ...outcome }) => ({ ...outcome, object: isUndone ? null : place(model, id) }));
    }),
    tables: Object.fromEntries(
      schema.models.map(({ name, fields, belongsTo }) => [
        name,
        [...(raw.tables.get(name) ?? [])]
          .sort((a, b) => Number(a.id) - Number(b.id))
          .map((row) => ({
            ...Object.fromEntries(fields.map((field) => [field.name, row[field.name] ?? null])),
            ...Object.fromEntries(
              belongsTo.map((relation) => [
                relation.name,
                place(nameOf(relation.target), row[columnOf(relation.name)]),
              ]),
            ),
          })),
      ]),
    ),
    links: Object.fromEntries(
      schema.links.map((link) => [
        link.table,
        (raw.links.get(link.table) ?? [])
          .map(([one, other]) => `${place(nameOf(link.one), one)} ${place(nameOf(link.other), other)}`)
          .sort(),
      ]),
    ),
    mappings: raw.mappings.map(({ system, model, key, id }) => `${system} ${model} ${key} ${place(model, id)}`).sort(),
  };
}

async function clean(knex: Knex, schema: Schema): Promise<void> {
  for (const table of schema.links) await knex(table.table).delete();
  // Foreign keys may go round in a circle.
  for (const { name, belongsTo } of schema.models) {
    const optional = belongsTo.filter(({ nullable }) => nullable);
    if (optional.length > 0)
      await knex(tableOf(name)).update(Object.fromEntries(optional.map((relation) => [columnOf(relation.name), null])));
  }
  for (const table of [
    ...tablesOf(schema),
    'nsync_external_key_mappings',
    'nsync_related_changes',
    'nsync_row_outcomes',
    'nsync_run_sources',
    'nsync_external_systems',
    'nsync_runs',
  ])
    await knex(table).delete();
}

/** With the engine, in chunks of a size. */
export async function play(
  test: TestDatabase,
  catalog: ModelCatalog,
  schema: Schema,
  program: readonly Call[],
  chunkSize: number,
): Promise<Ending> {
  const { knex } = test.database;
  await clean(knex, schema);
  const engine = new SyncEngine(test.database, catalog, { chunkSize });
  const told: Raw['told'][number][] = [];
  for (const { system, model, rows, options } of program) {
    const { outcomes } = await engine.run({
      sources: [
        {
          system,
          model,
          file: null,
          text: true,
          columns: new Set(rows.flatMap(({ values }) => Object.keys(values))),
          async *batches() {
            yield await Promise.resolve(rows.map((row, index) => ({ ...row, number: index + 1 })));
          },
        },
      ],
      options: { ...DEFAULT_OPTIONS, ...options },
      wantOutcomes: true,
    });
    told.push(
      (outcomes[0] ?? []).map(({ status, objectId, changes, alsoDeleted, problems }) => ({
        model,
        status,
        id: objectId,
        changed: changes.map(({ field }) => field).sort(),
        alsoDeleted: alsoDeleted.length,
        problems: problems.map(({ code, field }) => `${code}(${field ?? ''})`).sort(),
      })),
    );
  }
  const tables = new Map<string, Values[]>();
  for (const { name } of schema.models) tables.set(name, (await knex(tableOf(name))) as Values[]);
  const links = new Map<string, [unknown, unknown][]>();
  for (const { table } of schema.links)
    links.set(
      table,
      ((await knex(table)) as Values[]).map((row) => [row.one_id, row.other_id]),
    );
  const mappings = (await knex('nsync_external_key_mappings')
    .join('nsync_external_systems', 'nsync_external_systems.id', 'external_system_id')
    .select({ system: 'name', model: 'model', key: 'external_key', id: 'object_id' })) as Raw['mappings'][number][];
  return ending(schema, program, { told, tables, links, mappings });
}
