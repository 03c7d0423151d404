/** The caller, tokens, and the audit log. */
import { Arg, Args, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { formatScope, readScopes, recordedName, type Scope } from '../../access';
import type { ModelCatalog } from '../../models';
import { auditPage, type AuditAction as AuditActionName, createToken, revokeToken, tokensPage } from '../../records';
import type { ApiContext } from '../context';
import { AuditAction } from '../enums';
import { connection, numberedPageRequest, NullablePageArgs } from '../pages';
import {
  AuditEvent,
  AuditEventConnection,
  CreateTokenInput,
  CreateTokenPayload,
  RevokeTokenInput,
  RevokeTokenPayload,
  Token,
  TokenConnection,
  Viewer,
} from '../types/access';
import type { Connection } from '../types/pages';

/** A scope with the catalog's spelling of model names. Throws UNKNOWN_MODEL, because a scope with a misspelt name would allow nothing. */
function known(scope: Scope, catalog: ModelCatalog): Scope {
  if (scope.kind !== 'sync' || scope.models === null) return scope;
  return { ...scope, models: scope.models.map((name) => catalog.find(name)?.name ?? catalog.get(name).name) };
}

@Resolver()
export class AccessResolver {
  @Query(() => Viewer, { description: 'Who makes the request, and what they may do.' })
  viewer(@Ctx() { viewer }: ApiContext): Viewer {
    return viewer;
  }

  @Query(() => TokenConnection, { description: 'All tokens, oldest first. Revoked tokens stay in the list.' })
  async tokens(
    @Args(() => NullablePageArgs) args: NullablePageArgs,
    @Ctx() { database, limits }: ApiContext,
  ): Promise<Connection<Token>> {
    const request = numberedPageRequest(args, limits, 2n ** 31n - 1n);
    return connection(
      await tokensPage(database.reader, request),
      request,
      ({ id }) => id,
      (token) => token,
    );
  }

  @Query(() => AuditEventConnection, { description: 'What administrators did, newest first.' })
  async auditEvents(
    @Arg('actor', () => String, { nullable: true, description: 'Only what this caller did.' }) actor: string | null,
    @Arg('actions', () => [AuditAction], { nullable: true, description: 'Only events of these kinds.' })
    actions: AuditActionName[] | null,
    @Args(() => NullablePageArgs) args: NullablePageArgs,
    @Ctx() { database, limits }: ApiContext,
  ): Promise<Connection<AuditEvent>> {
    const request = numberedPageRequest(args, limits);
    const filter = { actor: actor ?? undefined, actions: actions ? [...new Set(actions)] : undefined };
    return connection(
      await auditPage(database.reader, filter, request),
      request,
      ({ id }) => id,
      (event) => event,
    );
  }

  @Mutation(() => CreateTokenPayload, {
    description:
      'Creates a token. From the first token on, every request needs one. Errors: `TOKEN_EXISTS`, `UNKNOWN_MODEL`.',
  })
  async createToken(
    @Arg('input', () => CreateTokenInput, { description: 'The token to create.' })
    { name, scopes: given, expiresAt = null }: CreateTokenInput,
    @Ctx() { database, catalog, viewer, audit }: ApiContext,
  ): Promise<CreateTokenPayload> {
    const scopes = readScopes(given).map((scope) => formatScope(known(scope, catalog)));
    const created = await createToken(
      database,
      { name, scopes, expiresAt, createdBy: recordedName(viewer) },
      new Date(),
    );
    await audit('CREATE_TOKEN', created.token.name, { scopes, expiresAt: expiresAt?.toISOString() ?? null });
    return created;
  }

  @Mutation(() => RevokeTokenPayload, {
    description:
      'Revokes a token at once, on every server. Running syncs of the token go on. Error: `TOKEN_NOT_FOUND`.',
  })
  async revokeToken(
    @Arg('input', () => RevokeTokenInput, { description: 'The token to revoke.' }) { name }: RevokeTokenInput,
    @Ctx() { database, audit }: ApiContext,
  ): Promise<RevokeTokenPayload> {
    const token = await revokeToken(database, name, new Date());
    await audit('REVOKE_TOKEN', token.name, {});
    return { token };
  }
}
