/** Batched loading: the data for all items of a page is read with one statement. */
import DataLoader from 'dataloader';
import type { Knex } from 'knex';
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

interface Loaded {
  readonly database: Database;
  readonly catalog: ModelCatalog;
  readonly runs: RunRecords;
}

/** The loaders of one request. Each is created when it is first used: a mutation uses none or two of them. */
class RequestLoaders implements Loaders {
  private readonly made: { -readonly [Name in keyof Loaders]?: Loaders[Name] } = {};

  constructor(private readonly from: Loaded) {}

  get system(): Loaders['system'] {
    return (this.made.system ??= this.loader(async (ids) => {
      const found = new Map((await systemsByIds(this.knex, ids)).map((system) => [system.id, system]));
      return ids.map((id) => found.get(id) ?? null);
    }));
  }

  get run(): Loaders['run'] {
    return (this.made.run ??= this.loader(async (ids) => {
      const found = new Map((await this.from.runs.byIds(ids)).map((run) => [run.id, run]));
      return ids.map((id) => found.get(id) ?? null);
    }));
  }

  get sources(): Loaders['sources'] {
    return (this.made.sources ??= this.loader(async (runIds) => {
      const found = groupedBy(await this.from.runs.sourcesOf(runIds), ({ runId }) => runId);
      return runIds.map((id) => found.get(id) ?? []);
    }));
  }

  get object(): Loaders['object'] {
    const { database } = this.from;
    return (this.made.object ??= this.byObject<SyncedObject | null>(
      async (model, _name, ids) =>
        new Map(model ? (await objectsByIds(database, model, ids)).map((object) => [object.id, object]) : []),
      null,
    ));
  }

  get mappings(): Loaders['mappings'] {
    return (this.made.mappings ??= this.byObject<MappingRecord[]>(
      async (_model, name, ids) =>
        groupedBy(await mappingRecordsOfObjects(this.knex, name, ids), ({ objectId }) => objectId),
      [],
    ));
  }

  get touches(): Loaders['touches'] {
    return (this.made.touches ??= this.byObject<TouchRecord[]>(
      async (_model, name, ids) => groupedBy(await touchesOfObjects(this.knex, name, ids), ({ objectId }) => objectId),
      [],
    ));
  }

  get unreadable(): Loaders['unreadable'] {
    const { database } = this.from;
    return (this.made.unreadable ??= this.loader((models) =>
      Promise.all(models.map((model) => whyUnreadable(database, model))),
    ));
  }

  get mappingCounts(): Loaders['mappingCounts'] {
    return (this.made.mappingCounts ??= this.loader(async (systemIds) => {
      const found = groupedBy(await mappingCounts(this.knex, systemIds), ({ systemId }) => systemId);
      return systemIds.map((id) => new Map((found.get(id) ?? []).map(({ model, count }) => [model, count])));
    }));
  }

  private get knex(): Knex {
    return this.from.database.reader;
  }

  private loader<K, V>(load: (keys: readonly K[]) => Promise<V[]>): DataLoader<K, V> {
    return retryingLoader(this.from.database, load);
  }

  private byObject<T>(read: Parameters<typeof objectLoader<T>>[2], nothing: T): DataLoader<ObjectKey, T, string> {
    return objectLoader(this.from.database, this.from.catalog, read, nothing);
  }
}

/** The loaders of one request. Loaded data stays in memory as long as its loader. */
export const makeLoaders = (from: Loaded): Loaders => new RequestLoaders(from);
