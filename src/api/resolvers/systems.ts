/** External systems and their key mappings. */
import { Arg, Args, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { CallError } from '../../errors';
import { unstorable } from '../../models';
import {
  deleteSystem,
  hasMappings,
  LARGEST_SYSTEM_ID,
  type MappingFilter,
  type MappingRecord,
  mappingsPage,
  saveSystem,
  systemByName,
  systemName,
  systemsPage,
  whereDangling,
} from '../../records';
import type { ApiContext } from '../context';
import { DeleteExternalSystemInput, ExternalKeyMappingFilter, SaveExternalSystemInput } from '../inputs/systems';
import { mappingNode, runNode, systemNode } from '../nodes';
import { readableModels } from '../objects';
import { connection, numberedPageRequest, PageArgs } from '../pages';
import { SyncedObject } from '../types/models';
import type { Connection } from '../types/pages';
import { SyncRun, SyncRunConnection } from '../types/runs';
import {
  DeleteExternalSystemPayload,
  ExternalKeyMapping,
  ExternalKeyMappingConnection,
  ExternalSystem,
  ExternalSystemConnection,
  SaveExternalSystemPayload,
} from '../types/systems';

/** An id that no system has, for a name that is not recorded. */
const NO_SYSTEM = -1;

async function mappings(
  context: ApiContext,
  filter: MappingFilter,
  args: PageArgs,
): Promise<Connection<ExternalKeyMapping>> {
  const request = numberedPageRequest(args, context.limits);
  const page = await mappingsPage(context.database, filter, request);
  return connection<MappingRecord, ExternalKeyMapping>(page, request, ({ id }) => id, mappingNode);
}

/** The model's own name, or the given name of a removed model. Throws UNKNOWN_MODEL if no mapping has the name. */
async function modelName({ catalog, database }: ApiContext, name: string): Promise<string> {
  const known = catalog.find(name.trim());
  if (known) return known.name;
  const wasKnown = unstorable(name) !== null || (await hasMappings(database.reader, name));
  return wasKnown ? name : catalog.get(name).name;
}

@Resolver(() => ExternalSystem)
export class ExternalSystemResolver {
  @Query(() => ExternalSystemConnection, { description: 'All external systems, oldest first.' })
  async externalSystems(
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: ApiContext,
  ): Promise<Connection<ExternalSystem>> {
    const request = numberedPageRequest(args, context.limits, LARGEST_SYSTEM_ID);
    const { access } = context.viewer;
    const page = await systemsPage(
      context.database.reader,
      request,
      access.seesAllSystems ? undefined : access.systems,
    );
    return connection(page, request, ({ id }) => String(id), systemNode);
  }

  @Query(() => ExternalSystem, { nullable: true, description: 'An external system by its name.' })
  async externalSystem(
    @Arg('name', () => String, { description: 'The exact name: "HRSystem".' }) name: string,
    @Ctx() { database, viewer }: ApiContext,
  ): Promise<ExternalSystem | null> {
    const found = viewer.access.seesSystem(name.trim()) ? await systemByName(database.reader, name.trim()) : null;
    return found && systemNode(found);
  }

  @Mutation(() => SaveExternalSystemPayload, { description: 'Creates, renames or describes an external system.' })
  async saveExternalSystem(
    @Arg('input', () => SaveExternalSystemInput, { description: 'The system to save.' }) input: SaveExternalSystemInput,
    @Ctx() { database, audit }: ApiContext,
  ): Promise<SaveExternalSystemPayload> {
    const { name, created } = await saveSystem(database, input, new Date().toISOString());
    const saved = await systemByName(database.reader, name);
    if (!saved) throw new Error(`external system "${name}" was not kept`);
    await audit('SAVE_EXTERNAL_SYSTEM', name, { ...input, created });
    return { externalSystem: systemNode(saved), created };
  }

  @Mutation(() => DeleteExternalSystemPayload, {
    description:
      'Removes an external system. If it has mappings, the call fails with `SYSTEM_IN_USE`, unless `deleteMappings` is set.',
  })
  async deleteExternalSystem(
    @Arg('input', () => DeleteExternalSystemInput, { description: 'The system to remove.' })
    input: DeleteExternalSystemInput,
    @Ctx() { database, audit }: ApiContext,
  ): Promise<DeleteExternalSystemPayload> {
    const name = systemName(input.name);
    const deletedMappings = await deleteSystem(database, name, input.deleteMappings ?? false);
    await audit('DELETE_EXTERNAL_SYSTEM', name, { deletedMappings });
    return { deletedName: name, deletedMappings };
  }

  @FieldResolver(() => Int, { description: 'The number of the system’s mappings.' })
  async mappingCount(
    @Root() { id }: ExternalSystem,
    @Arg('model', () => String, { nullable: true, description: 'Only mappings of this model.' }) model: string | null,
    @Ctx() context: ApiContext,
  ): Promise<number> {
    if (id === null) return 0;
    const { access } = context.viewer;
    const all = await context.loaders.mappingCounts.load(id);
    const counts = new Map([...all].filter(([name]) => access.seesModel(name)));
    if (model === null || model === undefined) return [...counts.values()].reduce((sum, count) => sum + count, 0);
    return counts.get(await modelName(context, model)) ?? 0;
  }

  @FieldResolver(() => ExternalKeyMappingConnection, {
    description: 'The system’s mappings, oldest first.',
  })
  async mappings(
    @Root() { id }: ExternalSystem,
    @Arg('model', () => String, { nullable: true, description: 'Only mappings of this model.' }) model: string | null,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: ApiContext,
  ): Promise<Connection<ExternalKeyMapping>> {
    return mappings(
      context,
      { systemId: id ?? NO_SYSTEM, model: model ? await modelName(context, model) : undefined },
      args,
    );
  }

  @FieldResolver(() => SyncRunConnection, { description: 'Runs with rows of the system, newest first.' })
  async runs(
    @Root() { id, name }: ExternalSystem,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { runs, limits }: ApiContext,
  ): Promise<Connection<SyncRun>> {
    const request = numberedPageRequest(args, limits);
    const page = await runs.page({ system: { id, name } }, request);
    return connection(page, request, (run) => run.id, runNode);
  }
}

@Resolver(() => ExternalKeyMapping)
export class ExternalKeyMappingResolver {
  @Query(() => ExternalKeyMappingConnection, {
    description: 'External key mappings, oldest first.',
  })
  async externalKeyMappings(
    @Arg('filter', () => ExternalKeyMappingFilter, { nullable: true, description: 'The mappings to return.' })
    filter: ExternalKeyMappingFilter | null,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: ApiContext,
  ): Promise<Connection<ExternalKeyMapping>> {
    const { database, catalog } = context;
    const keys =
      filter?.externalKey == null
        ? filter?.externalKeys
        : (filter.externalKeys ?? [filter.externalKey]).filter((key) => key === filter.externalKey);
    const system = filter?.system == null ? null : await systemByName(database.reader, filter.system.trim());
    const models = catalog.models.filter(({ idFields }) => idFields.length > 0);
    return mappings(
      context,
      {
        systemId: filter?.system == null ? undefined : (system?.id ?? NO_SYSTEM),
        model: filter?.model == null ? undefined : await modelName(context, filter.model),
        externalKeys: keys ?? undefined,
        objectId: filter?.objectId ?? undefined,
        narrow:
          filter?.dangling == null
            ? undefined
            : whereDangling(database, models, await readableModels(database, models), filter.dangling),
      },
      args,
    );
  }

  @FieldResolver(() => ExternalSystem, { description: 'The external system of the key.' })
  async system(@Root() { systemId }: ExternalKeyMapping, @Ctx() { loaders }: ApiContext): Promise<ExternalSystem> {
    const system = await loaders.system.load(systemId);
    if (!system)
      throw new CallError('UNKNOWN_EXTERNAL_SYSTEM', 'The external system of the mapping was removed in the meantime.');
    return systemNode(system);
  }

  @FieldResolver(() => SyncedObject, { nullable: true, description: 'The object; null if it no longer exists.' })
  async object(
    @Root() { model, objectId }: ExternalKeyMapping,
    @Ctx() { loaders }: ApiContext,
  ): Promise<SyncedObject | null> {
    return loaders.object.load({ model, id: objectId });
  }
}
