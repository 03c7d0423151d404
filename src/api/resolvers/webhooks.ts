/** Webhooks and their deliveries. */
import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import {
  deleteWebhook,
  deliveriesPage,
  type DeliveryRecord,
  findWebhook,
  listWebhooks,
  saveWebhook,
} from '../../records';
import type { ApiContext } from '../context';
import { connection, numberedPageRequest, NullablePageArgs } from '../pages';
import type { Connection } from '../types/pages';
import {
  DeleteWebhookInput,
  DeleteWebhookPayload,
  SaveWebhookInput,
  SaveWebhookPayload,
  Webhook,
  WebhookDelivery,
  WebhookDeliveryConnection,
} from '../types/webhooks';

@Resolver(() => Webhook)
export class WebhookResolver {
  @Query(() => [Webhook], { description: 'All webhooks, oldest first.' })
  webhooks(@Ctx() { database }: ApiContext): Promise<Webhook[]> {
    return listWebhooks(database.reader);
  }

  @Query(() => Webhook, { nullable: true, description: 'A webhook by its name.' })
  webhook(
    @Arg('name', () => String, { description: 'The exact name.' }) name: string,
    @Ctx() { database }: ApiContext,
  ): Promise<Webhook | null> {
    return findWebhook(database.reader, name.trim());
  }

  @FieldResolver(() => WebhookDeliveryConnection, {
    description: 'What was and will be sent, newest first. Deliveries are removed after 30 days.',
  })
  async deliveries(
    @Root() { id }: Webhook,
    @Args(() => NullablePageArgs) args: NullablePageArgs,
    @Ctx() { database, limits }: ApiContext,
  ): Promise<Connection<WebhookDelivery>> {
    const request = numberedPageRequest(args, limits);
    const page = await deliveriesPage(database.reader, id, request);
    return connection<DeliveryRecord, WebhookDelivery>(
      page,
      request,
      ({ number }) => number,
      (delivery) => delivery,
    );
  }

  @Mutation(() => SaveWebhookPayload, {
    description: 'Creates a webhook, or replaces the settings of the one with this name, and enables it.',
  })
  async saveWebhook(
    @Arg('input', () => SaveWebhookInput, { description: 'The webhook to save.' })
    { name, url, systems = null, statuses = null, secret = null }: SaveWebhookInput,
    @Ctx() { database, webhookPrivate, audit }: ApiContext,
  ): Promise<SaveWebhookPayload> {
    const saved = await saveWebhook(database, { name, url, systems, statuses, secret }, webhookPrivate, new Date());
    const { webhook } = saved;
    // The rest of a URL may be a secret of the receiver.
    const { origin } = new URL(webhook.url);
    await audit('SAVE_WEBHOOK', webhook.name, { origin, systems: webhook.systems, statuses: webhook.statuses, newSecret: secret !== null || saved.secret !== null }); // prettier-ignore
    return saved;
  }

  @Mutation(() => DeleteWebhookPayload, {
    description: 'Deletes a webhook and its deliveries. Nothing more is sent. Error: `WEBHOOK_NOT_FOUND`.',
  })
  async deleteWebhook(
    @Arg('input', () => DeleteWebhookInput, { description: 'The webhook to delete.' }) { name }: DeleteWebhookInput,
    @Ctx() { database, audit }: ApiContext,
  ): Promise<DeleteWebhookPayload> {
    const deleted = await deleteWebhook(database, name);
    await audit('DELETE_WEBHOOK', deleted, {});
    return { name: deleted };
  }
}
