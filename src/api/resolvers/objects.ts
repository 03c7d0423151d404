/** Models, their objects, and which systems touched them. */
import { Arg, Args, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { ApiContext } from '../context';
import { modelChanges } from '../modelChanges';
import { mappingNode, modelNode, modelNodes, runNode, systemNode } from '../nodes';
import { countReadable, objectsPage } from '../objects';
import { connection, PageArgs, pageRequest } from '../pages';
import { JsonObject } from '../scalars';
import {
  type Connection,
  ExternalKeyMapping,
  ExternalSystem,
  Limits,
  Model,
  ReloadModelsPayload,
  SyncedObject,
  SyncedObjectConnection,
  SyncRun,
  SystemTouch,
} from '../types';

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
    description: 'Which tables are no models against what one might expect, and which settings have no effect.',
  })
  modelWarnings(@Ctx() { catalog }: ApiContext): readonly string[] {
    return catalog.warnings;
  }

  @Query(() => Model, { nullable: true, description: 'A model by its name.' })
  model(
    @Arg('name', () => String, { description: '"Person"; in any case where that is unique.' }) name: string,
    @Ctx() { catalog }: ApiContext,
  ): Model | null {
    const found = catalog.find(name.trim());
    return found ? modelNode(found) : null;
  }

  @Mutation(() => ReloadModelsPayload, {
    description:
      'Reads tables and columns again, for the calls that follow; runs that are under way keep what they began with.',
  })
  async reloadModels(@Ctx() { catalog, reloadModels }: ApiContext): Promise<ReloadModelsPayload> {
    const models = modelNodes(await reloadModels());
    return { models, ...modelChanges(modelNodes(catalog), models) };
  }

  @FieldResolver(() => Boolean, { description: 'Whether rows can be synced into it.' })
  async syncable(@Root() { info, syncable }: Model, @Ctx() { loaders }: ApiContext): Promise<boolean> {
    return syncable && (await loaders.unreadable.load(info)) === null;
  }

  @FieldResolver(() => String, { nullable: true, description: 'Why rows cannot be synced into it; null if they can.' })
  async reason(@Root() { info, reason }: Model, @Ctx() { loaders }: ApiContext): Promise<string | null> {
    return reason ?? (await loaders.unreadable.load(info));
  }

  @FieldResolver(() => Int, { description: 'How many objects there are; 0 if they cannot be read.' })
  async objectCount(@Root() { info }: Model, @Ctx() { database }: ApiContext): Promise<number> {
    return countReadable(database, info);
  }

  @Query(() => Limits, { description: 'What a client may send.' })
  limits(@Ctx() { limits }: ApiContext): Limits {
    return limits;
  }
}

@Resolver(() => SyncedObject)
export class SyncedObjectResolver {
  @Query(() => SyncedObject, { nullable: true, description: 'An object by its id.' })
  async object(
    @Arg('model', () => String, { description: 'Its model: "Person".' }) model: string,
    @Arg('id', () => ID, { description: 'Its primary key; of a composite one a JSON array.' }) id: string,
    @Ctx() { catalog, loaders }: ApiContext,
  ): Promise<SyncedObject | null> {
    return loaders.object.load({ model: catalog.get(model).name, id });
  }

  @Query(() => SyncedObjectConnection, {
    description: 'Objects in primary key order. For looking around, not for export.',
  })
  async objects(
    @Arg('model', () => String, { description: 'Their model: "Person".' }) model: string,
    @Arg('where', () => JsonObject, {
      nullable: true,
      description: 'Equality on fields, all of them: `{"last_name": "Wayne", "age": null}`.',
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

  @FieldResolver(() => [ExternalKeyMapping], { description: 'The mappings of all systems that point to it.' })
  async mappings(@Root() { model, id }: SyncedObject, @Ctx() { loaders }: ApiContext): Promise<ExternalKeyMapping[]> {
    return (await loaders.mappings.load({ model, id })).map(mappingNode);
  }

  @FieldResolver(() => [SystemTouch], { description: 'Every system that is mapped to the object or has changed it.' })
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
