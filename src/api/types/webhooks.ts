/** Webhooks, and what was sent to them. */
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { DeliveryStatus as DeliveryStatusName, RunStatus as RunStatusName } from '../../records';
import { DeliveryStatus, RunStatus } from '../enums';
import { DateTime } from '../scalars';
import { connectionOf } from './pages';

@ObjectType({ description: 'An address that is told of runs that ended.' })
export class Webhook {
  id!: string;

  @Field(() => String, { description: 'The unique name.' })
  name!: string;

  @Field(() => String, { description: 'Where deliveries are sent.' })
  url!: string;

  @Field(() => [String], {
    nullable: true,
    description: 'Only runs with rows of these external systems; null for all.',
  })
  systems!: readonly string[] | null;

  @Field(() => [RunStatus], {
    nullable: true,
    description: 'Only runs that ended with one of these statuses; null for all.',
  })
  statuses!: readonly RunStatusName[] | null;

  @Field(() => DateTime, { description: 'When the webhook was created.' })
  createdAt!: Date;

  @Field(() => DateTime, {
    nullable: true,
    description:
      'When the receiver answered 410, so that nothing is sent any more. `saveWebhook` enables the webhook again.',
  })
  disabledAt!: Date | null;
}

@ObjectType({ description: 'A message to a webhook about one run.' })
export class WebhookDelivery {
  @Field(() => ID, { description: 'The id of the message: the header `webhook-id`, the same in each attempt.' })
  id!: string;

  @Field(() => ID, { description: 'The id of the run. The run may have been removed since.' })
  runId!: string;

  @Field(() => DeliveryStatus, { description: 'Whether the delivery was accepted.' })
  status!: DeliveryStatusName;

  @Field(() => Int, { description: 'The number of attempts, with the one under way.' })
  attempts!: number;

  @Field(() => Int, { nullable: true, description: 'The HTTP status of the last answer; null if there was none.' })
  lastStatusCode!: number | null;

  @Field(() => String, { nullable: true, description: 'Why the last attempt failed.' })
  lastError!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When the next attempt is due; null if there is none.' })
  nextAttemptAt!: Date | null;

  @Field(() => DateTime, { description: 'When the delivery was created, shortly after the end of the run.' })
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When the receiver accepted the delivery.' })
  deliveredAt!: Date | null;
}

@InputType({ description: 'Creates or changes a webhook.' })
export class SaveWebhookInput {
  @Field(() => String, {
    description: 'The name: letters, digits and characters of `._-@`. A webhook of this name is changed.',
  })
  name!: string;

  @Field(() => String, {
    description:
      'Where deliveries are sent: an `https://` URL with a public address, unless `NSYNC_WEBHOOK_PRIVATE` is set.',
  })
  url!: string;

  @Field(() => [String], {
    nullable: true,
    description: 'Only runs with rows of these external systems. Default: all.',
  })
  systems?: string[] | null;

  @Field(() => [RunStatus], {
    nullable: true,
    description: 'Only runs that end with one of these statuses. Default: all.',
  })
  statuses?: RunStatusName[] | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The secret that signs deliveries: `whsec_` and the base64 of 24 to 64 random bytes. Default: an existing secret stays, and a new webhook gets a generated one.',
  })
  secret?: string | null;
}

@ObjectType({ description: 'The result of `saveWebhook`.' })
export class SaveWebhookPayload {
  @Field(() => Webhook, { description: 'The saved webhook.' })
  webhook!: Webhook;

  @Field(() => String, {
    nullable: true,
    description: 'The secret, if it was generated. It is shown only once.',
  })
  secret!: string | null;
}

@InputType({ description: 'Deletes a webhook.' })
export class DeleteWebhookInput {
  @Field(() => String, { description: 'The name of the webhook.' })
  name!: string;
}

@ObjectType({ description: 'The result of `deleteWebhook`.' })
export class DeleteWebhookPayload {
  @Field(() => String, { description: 'The name of the deleted webhook.' })
  name!: string;
}

export const WebhookDeliveryConnection = connectionOf(WebhookDelivery, 'WebhookDelivery', 'deliveries');
