/** Actions of administrators, recorded for later review. */
import type { Knex } from 'knex';
import type { Database } from '../database';
import { retrying } from '../database';
import { type Page, page, type PageRequest, pointInTime, whereText } from './reading';
import { TIMESTAMP } from './tables';

const AUDIT_TABLE = 'nsync_audit_events';

export const AUDIT_ACTIONS = {
  CREATE_TOKEN: 'A token was created.',
  REVOKE_TOKEN: 'A token was revoked.',
  SAVE_EXTERNAL_SYSTEM: 'An external system was created, renamed or described.',
  DELETE_EXTERNAL_SYSTEM: 'An external system was deleted.',
  PRUNE_RUNS: 'Old runs were removed.',
  CANCEL_RUN: 'A run was stopped.',
  RELOAD_MODELS: 'The models were read again.',
  SAVE_WEBHOOK: 'A webhook was created or changed.',
  DELETE_WEBHOOK: 'A webhook was deleted.',
} as const satisfies Readonly<Record<string, string>>;

export type AuditAction = keyof typeof AUDIT_ACTIONS;

interface AuditEvent {
  /** Null without authentication. */
  readonly actor: string | null;
  readonly action: AuditAction;
  /** The name of the token, system or webhook, or the id of the run. */
  readonly subject: string | null;
  /** The arguments of the action, without secrets. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly requestId: string | null;
}

interface AuditRecord extends AuditEvent {
  readonly id: string;
  readonly at: Date;
}

type Row = Record<string, unknown>;

const readEvent = (row: Row): AuditRecord => ({
  id: String(row.id),
  at: pointInTime(row.at),
  actor: (row.actor as string | null) ?? null,
  action: row.action as AuditAction,
  subject: (row.subject as string | null) ?? null,
  details: JSON.parse(String(row.details)) as Record<string, unknown>,
  requestId: (row.request_id as string | null) ?? null,
});

/** Records an event. */
export async function recordAudit(
  { knex, dialect }: Database,
  { actor, action, subject, details, requestId }: AuditEvent,
  now: Date,
): Promise<void> {
  await retrying(dialect, () =>
    knex(AUDIT_TABLE).insert({
      at: dialect.bind(TIMESTAMP, now.toISOString()),
      actor,
      action,
      subject: subject?.slice(0, 190) ?? null,
      details: JSON.stringify(details),
      request_id: requestId,
    }),
  );
}

interface AuditFilter {
  readonly actor?: string;
  readonly actions?: readonly AuditAction[];
}

/** Newest first. */
export function auditPage(
  knex: Knex,
  { actor, actions }: AuditFilter,
  request: PageRequest,
): Promise<Page<AuditRecord>> {
  const query = knex(AUDIT_TABLE) as Knex.QueryBuilder;
  if (actor !== undefined) whereText(query, 'actor', actor);
  if (actions) query.whereIn('action', actions as AuditAction[]);
  return page(query, request, readEvent, true);
}
