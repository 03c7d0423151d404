/** Models, their objects, and the systems that touched them. */
import { Arg, Args, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { BOUNDS } from '../../bounds';
import type { ApiContext } from '../context';
import { modelChanges } from '../modelChanges';
import { mappingNode, modelNode, modelNodes, runNode, systemNode } from '../nodes';
import { countReadable, objectsPage } from '../objects';
import { connection, PageArgs, pageRequest } from '../pages';
import { JsonObject } from '../scalars';
import { Limits } from '../types/limits';
import { Model, ReloadModelsPayload, SyncedObject, SyncedObjectConnection, SystemTouch } from '../types/models';
import type { Connection } from '../types/pages';
import { SyncRun } from '../types/runs';
import { ExternalKeyMapping, ExternalSystem } from '../types/systems';

const earliest = (dates: readonly Date[]): Date | null =>
  dates.reduce<Date | null>((least, date) => (least && least <= date ? least : date), null);
const latest = (dates: readonly Date[]): Date | null =>
  dates.reduce<Date | null>((most, date) => (most && most >= date ? most : date), null);

@Resolver(() => Model)
export class ModelResolver {
  @Query(() => [Model], { description: 'All models, by name.' })
  models(@Ctx() { catalog }: ApiContext): Model[] {
    return modelNodes(catalog);
  }

  @Query(() => [String], {
    description: 'Why some tables are not models, and which settings have no effect.',
  })
  modelWarnings(@Ctx() { catalog, viewer }: ApiContext): readonly string[] {
    // Warnings contain names of tables.
    return viewer.access.mayRead ? catalog.warnings : [];
  }

  @Query(() => Model, { nullable: true, description: 'A model by its name.' })
  model(
    @Arg('name', () => String, {
      description: 'The model: "Person". Upper and lower case may differ if only one model fits.',
    })
    name: string,
    @Ctx() { catalog }: ApiContext,
  ): Model | null {
    const found = catalog.find(name.trim());
    return found ? modelNode(found) : null;
  }

  @Mutation(() => ReloadModelsPayload, {
    description:
      'Reads tables and columns again, after a migration. Running runs keep the models that they started with.',
  })
  async reloadModels(@Ctx() { catalog, reloadModels, audit }: ApiContext): Promise<ReloadModelsPayload> {
    const models = modelNodes(await reloadModels());
    const changes = modelChanges(modelNodes(catalog), models);
    await audit('RELOAD_MODELS', null, {});
    return { models, ...changes };
  }

  @FieldResolver(() => Boolean, { description: 'Whether rows can be synced into the model.' })
  async syncable(@Root() { info, syncable }: Model, @Ctx() { loaders }: ApiContext): Promise<boolean> {
    return syncable && (await loaders.unreadable.load(info)) === null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'Why rows cannot be synced into the model; null if they can.',
  })
  async reason(@Root() { info, reason }: Model, @Ctx() { loaders }: ApiContext): Promise<string | null> {
    return reason ?? (await loaders.unreadable.load(info));
  }

  @FieldResolver(() => Int, { description: 'The number of objects; 0 if the table cannot be read.' })
  async objectCount(@Root() { info }: Model, @Ctx() { database }: ApiContext): Promise<number> {
    return countReadable(database, info);
  }

  @Query(() => Limits, { description: 'The limits for clients.' })
  limits(@Ctx() { limits, traffic }: ApiContext): Limits {
    return { ...limits, ...traffic, ...BOUNDS };
  }
}

@Resolver(() => SyncedObject)
export class SyncedObjectResolver {
  @Query(() => SyncedObject, { nullable: true, description: 'An object by its id.' })
  async object(
    @Arg('model', () => String, { description: 'The object’s model: "Person".' }) model: string,
    @Arg('id', () => ID, { description: 'The object’s primary key. A composite key is a JSON array.' }) id: string,
    @Ctx() { catalog, loaders }: ApiContext,
  ): Promise<SyncedObject | null> {
    return loaders.object.load({ model: catalog.get(model).name, id });
  }

  @Query(() => SyncedObjectConnection, {
    description: 'Objects in primary key order. For browsing, not for export.',
  })
  async objects(
    @Arg('model', () => String, { description: 'The model of the objects: "Person".' }) model: string,
    @Arg('where', () => JsonObject, {
      nullable: true,
      description: 'Values that the objects have, by field name: `{"last_name": "Wayne", "age": null}`.',
    })
    where: Record<string, unknown> | null,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { catalog, database, limits }: ApiContext,
  ): Promise<Connection<SyncedObject>> {
    const request = pageRequest(args, limits);
    const page = await objectsPage(database, catalog.get(model), where ?? {}, request);
    return connection(
      page,
      request,
      ({ id }) => id,
      (object) => object,
    );
  }

  @FieldResolver(() => [ExternalKeyMapping], { description: 'The mappings of all systems to the object.' })
  async mappings(@Root() { model, id }: SyncedObject, @Ctx() { loaders }: ApiContext): Promise<ExternalKeyMapping[]> {
    return (await loaders.mappings.load({ model, id })).map(mappingNode);
  }

  @FieldResolver(() => [SystemTouch], {
    description: 'The systems that have a mapping to the object or have changed it.',
  })
  async touchedBy(@Root() { model, id }: SyncedObject, @Ctx() { loaders }: ApiContext): Promise<SystemTouch[]> {
    const [mappings, touches] = await Promise.all([
      loaders.mappings.load({ model, id }),
      loaders.touches.load({ model, id }),
    ]);
    const systemIds = [...new Set([...mappings, ...touches].map(({ systemId }) => systemId))].sort((a, b) => a - b);
    return systemIds.map((systemId) => {
      const own = mappings.filter((mapping) => mapping.systemId === systemId);
      const changed = touches.filter((touch) => touch.systemId === systemId);
      return {
        systemId,
        externalKeys: own.map(({ externalKey }) => externalKey),
        firstTouchedAt: earliest([
          ...own.map(({ createdAt }) => createdAt),
          ...changed.map(({ firstTouchedAt }) => firstTouchedAt),
        ]),
        lastTouchedAt: latest([
          ...own.map(({ updatedAt }) => updatedAt),
          ...changed.map(({ lastTouchedAt }) => lastTouchedAt),
        ]),
        lastRunId: changed.map(({ lastRunId }) => lastRunId).sort((a, b) => Number(b) - Number(a))[0] ?? null,
      };
    });
  }
}

@Resolver(() => SystemTouch)
export class SystemTouchResolver {
  @FieldResolver(() => ExternalSystem, { description: 'The system.' })
  async system(@Root() { systemId }: SystemTouch, @Ctx() { loaders }: ApiContext): Promise<ExternalSystem> {
    const system = await loaders.system.load(systemId);
    if (!system) throw new Error(`external system ${systemId} was removed meanwhile`);
    return systemNode(system);
  }

  @FieldResolver(() => SyncRun, { nullable: true, description: 'The last run that changed the object.' })
  async lastRun(@Root() { lastRunId }: SystemTouch, @Ctx() { loaders }: ApiContext): Promise<SyncRun | null> {
    const run = lastRunId === null ? null : await loaders.run.load(lastRunId);
    return run && runNode(run);
  }
}
