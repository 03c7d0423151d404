/** Types of the schema for callers, their tokens, and the audit log of administrators. */
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import type { AuditAction as AuditActionName } from '../../records';
import { AuditAction } from '../enums';
import { DateTime, JsonObject } from '../scalars';
import { connectionOf } from './pages';

const SCOPES =
  '`read`, `admin`, or `sync:SYSTEM/MODEL[,MODEL…][:FLAGS]`, with `*` for any: "sync:HRSystem/Person,House:cu". Encode `/`, `,`, `:`, `%` and blanks in names as in URLs.';

@ObjectType({ description: 'The caller.' })
export class Viewer {
  @Field(() => String, {
    description: 'The name of the token. Without authentication `anonymous`. Of a JWT the subject, after `jwt:`.',
  })
  name!: string;

  @Field(() => [String], { description: `What the caller may do: ${SCOPES}` })
  scopes!: readonly string[];
}

@ObjectType({ description: 'A token that lets a service in. The secret itself is not stored.' })
export class Token {
  @Field(() => String, { description: 'The name.' })
  name!: string;

  @Field(() => String, { description: 'The first characters of the secret.' })
  prefix!: string;

  @Field(() => [String], { description: `What the token allows: ${SCOPES}` })
  scopes!: readonly string[];

  @Field(() => DateTime, { description: 'When the token was created.' })
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When the token expires; null for never.' })
  expiresAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'The last use, to the minute; null before the first use.' })
  lastUsedAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When the token was revoked.' })
  revokedAt!: Date | null;
}

@InputType({ description: 'Creates a token.' })
export class CreateTokenInput {
  @Field(() => String, {
    description: 'A name that no other token has or had: letters, digits and characters of `._-@`.',
  })
  name!: string;

  @Field(() => [String], { description: `What the token allows: ${SCOPES}` })
  scopes!: string[];

  @Field(() => DateTime, { nullable: true, description: 'When the token expires. Default: never.' })
  expiresAt?: Date | null;
}

@ObjectType({ description: 'The result of `createToken`.' })
export class CreateTokenPayload {
  @Field(() => Token, { description: 'The token.' })
  token!: Token;

  @Field(() => String, {
    description: 'The secret, for the header `Authorization: Bearer SECRET`. It is shown only once.',
  })
  secret!: string;
}

@InputType({ description: 'Revokes a token.' })
export class RevokeTokenInput {
  @Field(() => String, { description: 'The name of the token.' })
  name!: string;
}

@ObjectType({ description: 'The result of `revokeToken`.' })
export class RevokeTokenPayload {
  @Field(() => Token, { description: 'The token.' })
  token!: Token;
}

@ObjectType({ description: 'Something that an administrator did.' })
export class AuditEvent {
  @Field(() => ID, { description: 'The number of the event.' })
  id!: string;

  @Field(() => DateTime, { description: 'When.' })
  at!: Date;

  @Field(() => String, {
    nullable: true,
    description: 'The name of the caller: `viewer.name`. Null without authentication.',
  })
  actor!: string | null;

  @Field(() => AuditAction, { description: 'What was done.' })
  action!: AuditActionName;

  @Field(() => String, {
    nullable: true,
    description: 'The name of the token, system or webhook, or the id of the run.',
  })
  subject!: string | null;

  @Field(() => JsonObject, { description: 'What was asked for, without secrets.' })
  details!: Readonly<Record<string, unknown>>;

  @Field(() => String, { nullable: true, description: 'The id of the request: the header `X-Request-Id`.' })
  requestId!: string | null;
}

export const TokenConnection = connectionOf(Token, 'Token', 'tokens');
export const AuditEventConnection = connectionOf(AuditEvent, 'AuditEvent', 'events');
