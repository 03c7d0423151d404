/** What tables and mappings hold before a program begins, made in a way of its own: not by syncing. */
import fc from 'fast-check';
import type { Knex } from 'knex';
import { type BelongsTo, columnOf, type ModelSpec, type Schema, tableOf } from './schema';

export type Value = string | number | null;

export interface StartObject {
  readonly id: number;
  /** By column. */
  readonly values: Readonly<Record<string, Value>>;
}

export interface Start {
  readonly objects: ReadonlyMap<string, readonly StartObject[]>;
  readonly links: ReadonlyMap<string, readonly (readonly [one: number, other: number])[]>;
  readonly mappings: readonly {
    readonly system: string;
    readonly model: string;
    readonly key: string;
    /** Of an object that there need not be. */
    readonly id: number;
  }[];
}

const GONE = 999;

interface Draft {
  readonly name: string;
  readonly code: string | null;
  readonly rank: number | null;
  /** Places of targets, for each foreign key that a model may have. */
  readonly targets: readonly (number | null)[];
}

const draft: fc.Arbitrary<Draft> = fc.record({
  name: fc.constantFrom('a', 'b', 'A', 'c', ''),
  code: fc.constantFrom('x', 'y', 'X', '', null),
  rank: fc.constantFrom(1, 2, null),
  targets: fc.array(fc.option(fc.nat(3), { nil: null, freq: 3 }), { minLength: 4, maxLength: 4 }),
});

/** As far as some database could take two texts for equal. */
const coarse = (value: Value): Value => (typeof value === 'string' ? value.toLowerCase() : value);

/** What a model's constraints would refuse stays out. */
class Table {
  readonly objects: { id: number; values: Record<string, Value> }[] = [];

  constructor(private readonly model: ModelSpec) {}

  private collides(values: Readonly<Record<string, Value>>, columns: readonly string[]): boolean {
    return this.objects.some(
      (other) =>
      columns.every((column) => values[column] !== null && coarse(values[column] ?? null) === coarse(other.values[column] ?? null)), // prettier-ignore
    );
  }

  add(values: Record<string, Value>): void {
    const keys = this.model.fields.filter(({ unique }) => unique).map(({ name }): string[] => [name]);
    if (this.model.uniqueTogether) keys.push(['code', 'rank']);
    if (keys.some((columns) => this.collides(values, columns))) return;
    this.objects.push({ id: this.objects.length + 1, values });
  }
}

/** Objects of the drafts, with references to those that are there; a key that must have a target points to an earlier model. */
function settle(schema: Schema, drafts: readonly (readonly Draft[])[]): Map<string, Table['objects']> {
  const tables = schema.models.map((model) => new Table(model));
  const targetOf = ({ target }: BelongsTo, place: number | null | undefined): number | null => {
    const there = tables[target]?.objects ?? [];
    return place === null || place === undefined ? null : (there[place % Math.max(1, there.length)]?.id ?? null);
  };
  schema.models.forEach(({ belongsTo }, index) => {
    for (const { targets, ...fields } of drafts[index] ?? []) {
      const needed = belongsTo.filter(({ nullable }) => !nullable);
      const columns = needed.map((key): [string, Value] => [columnOf(key.name), targetOf(key, targets[0] ?? 0)]);
      if (columns.every(([, id]) => id !== null)) tables[index]?.add({ ...fields, ...Object.fromEntries(columns) });
    }
  });
  schema.models.forEach(({ belongsTo }, index) => {
    for (const [place, { values }] of (tables[index]?.objects ?? []).entries())
      belongsTo
        .filter(({ nullable }) => nullable)
        .forEach((key, which) => {
          values[columnOf(key.name)] = targetOf(key, drafts[index]?.[place]?.targets[which]);
        });
  });
  return new Map(schema.models.map(({ name }, index) => [name, tables[index]?.objects ?? []]));
}

const KEYS = ['k1', 'k1', 'k2', 'k2', 'K1', 'k1 '];

export function starts(schema: Schema): fc.Arbitrary<Start> {
  const pair = fc.tuple(fc.nat(3), fc.nat(3));
  const mapping = fc.record({
    system: fc.constantFrom('S1', 'S1', 'S2', 'S2', 'S3'),
    model: fc.constantFrom(...schema.models.map(({ name }) => name)),
    key: fc.constantFrom(...KEYS),
    // The last is of an object that is not there.
    place: fc.constantFrom(0, 0, 0, 1, 1, 2, 9),
  });
  // Small arrays are the rule with fast-check, and nothing much happens on empty tables.
  const several = <T>(item: fc.Arbitrary<T>, most: number): fc.Arbitrary<T[]> =>
    fc.oneof(fc.array(item, { maxLength: most }), fc.array(item, { minLength: most - 1, maxLength: most }));
  return fc
    .record({
      drafts: fc.tuple(...schema.models.map(() => several(draft, 5))),
      links: fc.tuple(...schema.links.map(() => several(pair, 4))),
      mappings: several(mapping, 7),
    })
    .map(({ drafts, links, mappings }): Start => {
      const objects = settle(schema, drafts);
      const idAt = (model: string, place: number): number | undefined => objects.get(model)?.[place]?.id;
      const unique = <T>(items: readonly T[], nameOf: (item: T) => string): T[] => [
        ...new Map(items.map((item) => [nameOf(item), item])).values(),
      ];
      return {
        objects,
        links: new Map(
          schema.links.map(({ table, one, other }, index) => {
            const ids = (links[index] ?? []).flatMap(([a, b]): [number, number][] => {
              const [from, to] = [idAt(schema.models[one]?.name ?? '', a), idAt(schema.models[other]?.name ?? '', b)];
              return from === undefined || to === undefined ? [] : [[from, to]];
            });
            return [table, unique(ids, String)];
          }),
        ),
        mappings: unique(
          mappings.map(({ system, model, key, place }) => ({ system, model, key, id: idAt(model, place) ?? GONE })),
          ({ system, model, key }) => `${system} ${model} ${key}`,
        ),
      };
    });
}

/** Fills empty tables. */
export async function insertStart(knex: Knex, schema: Schema, start: Start): Promise<void> {
  const optional = new Map(
    schema.models.map(({ name, belongsTo }) => [
      name,
      new Set(belongsTo.filter(({ nullable }) => nullable).map((key) => columnOf(key.name))),
    ]),
  );
  for (const [model, objects] of start.objects) {
    const rows = objects.map(({ id, values }) => ({
      id,
      ...Object.fromEntries(Object.entries(values).filter(([column]) => !optional.get(model)?.has(column))),
    }));
    if (rows.length > 0) await knex(tableOf(model)).insert(rows);
  }
  // Foreign keys may go round in a circle.
  for (const [model, objects] of start.objects)
    for (const { id, values } of objects) {
      const given = Object.entries(values).filter(([column, value]) => value !== null && optional.get(model)?.has(column)); // prettier-ignore
      if (given.length > 0) await knex(tableOf(model)).where({ id }).update(Object.fromEntries(given));
    }
  for (const [table, pairs] of start.links)
    if (pairs.length > 0) await knex(table).insert(pairs.map(([one_id, other_id]) => ({ one_id, other_id })));
  const systems = [...new Set(start.mappings.map(({ system }) => system))];
  if (systems.length === 0) return;
  const now = new Date();
  await knex('nsync_external_systems').insert(systems.map((name) => ({ name, created_at: now })));
  const ids = (await knex('nsync_external_systems').select('id', 'name')) as { id: number; name: string }[];
  await knex('nsync_external_key_mappings').insert(
    start.mappings.map(({ system, model, key, id }) => ({
      external_system_id: ids.find(({ name }) => name === system)?.id,
      model,
      external_key: key,
      object_id: String(id),
      created_at: now,
      updated_at: now,
    })),
  );
}
