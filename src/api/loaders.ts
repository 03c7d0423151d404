/** Batched loading: the data for all items of a page is read with one statement. */
import DataLoader from 'dataloader';
import { type Database, retrying } from '../database';
import type { Model, ModelCatalog } from '../models';
import {
  mappingCounts,
  mappingRecordsOfObjects,
  type MappingRecord,
  type RunRecord,
  type RunRecords,
  type SourceRecord,
  type SystemRecord,
  systemsByIds,
  touchesOfObjects,
  type TouchRecord,
} from '../records';
import { objectsByIds, whyUnreadable } from './objects';
import type { SyncedObject } from './types/models';

export interface ObjectKey {
  readonly model: string;
  readonly id: string;
}

export interface Loaders {
  readonly system: DataLoader<number, SystemRecord | null>;
  readonly run: DataLoader<string, RunRecord | null>;
  readonly sources: DataLoader<string, SourceRecord[]>;
  readonly object: DataLoader<ObjectKey, SyncedObject | null, string>;
  readonly mappings: DataLoader<ObjectKey, MappingRecord[], string>;
  readonly touches: DataLoader<ObjectKey, TouchRecord[], string>;
  /** Why the objects of a model cannot be read, as a sentence; null if they can. */
  readonly unreadable: DataLoader<Model, string | null>;
  /** The number of a system's mappings by model. */
  readonly mappingCounts: DataLoader<number, ReadonlyMap<string, number>>;
}

const cacheKeyFn = ({ model, id }: ObjectKey): string => JSON.stringify([model, id]);

function groupedBy<T, K>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}

/** A loader that retries by itself (R44), because a DataLoader also caches failures. */
const retryingLoader = <K, V, C = K>(
  { dialect }: Database,
  load: (keys: readonly K[]) => Promise<V[]>,
  options?: DataLoader.Options<K, V, C>,
): DataLoader<K, V, C> => new DataLoader((keys) => retrying(dialect, () => load(keys)), options);

/** A loader of data about objects, with one statement per model among the keys. */
const objectLoader = <T>(
  database: Database,
  catalog: ModelCatalog,
  read: (model: Model | null, name: string, ids: readonly string[]) => Promise<Map<string, T>>,
  nothing: T,
): DataLoader<ObjectKey, T, string> =>
  retryingLoader<ObjectKey, T, string>(
    database,
    async (keys) => {
      const found = new Map<string, Map<string, T>>();
      for (const [name, group] of groupedBy(keys, ({ model }) => model))
        found.set(name, await read(catalog.find(name) ?? null, name, [...new Set(group.map(({ id }) => id))]));
      return keys.map(({ model, id }) => found.get(model)?.get(id) ?? nothing);
    },
    { cacheKeyFn },
  );

/** Creates the loaders of one request. Loaded data stays in memory as long as its loader. */
export function makeLoaders({
  database,
  catalog,
  runs,
}: {
  readonly database: Database;
  readonly catalog: ModelCatalog;
  readonly runs: RunRecords;
}): Loaders {
  const knex = database.reader;

  const loader = <K, V>(load: (keys: readonly K[]) => Promise<V[]>): DataLoader<K, V> => retryingLoader(database, load);
  const byObject = <T>(read: Parameters<typeof objectLoader<T>>[2], nothing: T): DataLoader<ObjectKey, T, string> =>
    objectLoader(database, catalog, read, nothing);

  return {
    system: loader(async (ids) => {
      const found = new Map((await systemsByIds(knex, ids)).map((system) => [system.id, system]));
      return ids.map((id) => found.get(id) ?? null);
    }),
    run: loader(async (ids) => {
      const found = new Map((await runs.byIds(ids)).map((run) => [run.id, run]));
      return ids.map((id) => found.get(id) ?? null);
    }),
    sources: loader(async (runIds) => {
      const found = groupedBy(await runs.sourcesOf(runIds), ({ runId }) => runId);
      return runIds.map((id) => found.get(id) ?? []);
    }),
    object: byObject<SyncedObject | null>(
      async (model, _name, ids) =>
        new Map(model ? (await objectsByIds(database, model, ids)).map((object) => [object.id, object]) : []),
      null,
    ),
    mappings: byObject<MappingRecord[]>(
      async (_model, name, ids) =>
        groupedBy(await mappingRecordsOfObjects(knex, name, ids), ({ objectId }) => objectId),
      [],
    ),
    touches: byObject<TouchRecord[]>(
      async (_model, name, ids) => groupedBy(await touchesOfObjects(knex, name, ids), ({ objectId }) => objectId),
      [],
    ),
    unreadable: loader((models) => Promise.all(models.map((model) => whyUnreadable(database, model)))),
    mappingCounts: loader(async (systemIds) => {
      const found = groupedBy(await mappingCounts(knex, systemIds), ({ systemId }) => systemId);
      return systemIds.map((id) => new Map((found.get(id) ?? []).map(({ model, count }) => [model, count])));
    }),
  };
}
