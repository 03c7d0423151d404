/**
 * The scope that each field of the schema requires. Every field has a rule. The models, external systems and runs that a caller may see limit the
 * fields further (context.ts).
 */
import type { Access } from '../access';

/** `any`: every authenticated caller. */
export type FieldRule = 'any' | 'sync' | 'read' | 'admin';

/** One rule for all fields of a type that is reached only through guarded fields, or a rule for each field. */
type TypeRules = FieldRule | Readonly<Record<string, FieldRule>>;

export const FIELD_RULES: Readonly<Record<string, TypeRules>> = {
  Query: {
    viewer: 'any',
    limits: 'any',
    models: 'any',
    model: 'any',
    modelWarnings: 'any',
    object: 'read',
    objects: 'read',
    runs: 'any',
    run: 'any',
    externalSystems: 'any',
    externalSystem: 'any',
    externalKeyMappings: 'read',
    tokens: 'admin',
    auditEvents: 'admin',
    webhooks: 'admin',
    webhook: 'admin',
  },
  Mutation: {
    syncRows: 'sync',
    syncCsv: 'sync',
    syncCsvFiles: 'sync',
    cancelRun: 'sync',
    saveExternalSystem: 'admin',
    deleteExternalSystem: 'admin',
    pruneRuns: 'admin',
    reloadModels: 'admin',
    createToken: 'admin',
    revokeToken: 'admin',
    saveWebhook: 'admin',
    deleteWebhook: 'admin',
  },
  Subscription: { runProgress: 'any' },
  ExternalSystem: {
    name: 'any',
    description: 'any',
    createdAt: 'any',
    mappingCount: 'any',
    mappings: 'read',
    runs: 'any',
  },
  SyncedObject: 'read',
  SyncedObjectConnection: 'read',
  SyncedObjectEdge: 'read',
  SystemTouch: 'read',
  ExternalKeyMapping: 'read',
  ExternalKeyMappingConnection: 'read',
  ExternalKeyMappingEdge: 'read',
  Token: 'admin',
  TokenConnection: 'admin',
  TokenEdge: 'admin',
  CreateTokenPayload: 'admin',
  RevokeTokenPayload: 'admin',
  AuditEvent: 'admin',
  AuditEventConnection: 'admin',
  AuditEventEdge: 'admin',
  Webhook: 'admin',
  WebhookDelivery: 'admin',
  WebhookDeliveryConnection: 'admin',
  WebhookDeliveryEdge: 'admin',
  SaveWebhookPayload: 'admin',
  DeleteWebhookPayload: 'admin',
  ReloadModelsPayload: 'admin',
  PruneRunsPayload: 'admin',
  SaveExternalSystemPayload: 'admin',
  DeleteExternalSystemPayload: 'admin',
  SyncRowsPayload: 'sync',
  SyncCsvPayload: 'sync',
  CancelRunPayload: 'sync',
  Viewer: 'any',
  Limits: 'any',
  Model: 'any',
  ModelField: 'any',
  ModelRelation: 'any',
  SyncRun: 'any',
  SyncRunConnection: 'any',
  SyncRunEdge: 'any',
  RunProgress: 'any',
  RunError: 'any',
  RunSource: 'any',
  RunCounts: 'any',
  RowOutcome: 'any',
  RowOutcomeConnection: 'any',
  RowOutcomeEdge: 'any',
  ObjectRef: 'any',
  FieldChange: 'any',
  Problem: 'any',
  ProblemGroup: 'any',
  ExternalSystemConnection: 'any',
  ExternalSystemEdge: 'any',
  PageInfo: 'any',
};

/** The rule of a field; undefined if it has none. */
export function ruleOf(type: string, field: string): FieldRule | undefined {
  const rules = Object.hasOwn(FIELD_RULES, type) ? FIELD_RULES[type] : undefined;
  if (typeof rules !== 'object') return rules;
  return Object.hasOwn(rules, field) ? rules[field] : undefined;
}

/** The scope that the caller lacks for a rule; null if the caller may use the fields. */
export function missingScope(rule: FieldRule, access: Access): string | null {
  switch (rule) {
    case 'any':
      return null;
    case 'sync':
      return access.maySync ? null : 'sync:SYSTEM/MODEL';
    case 'read':
      return access.mayRead ? null : 'read';
    case 'admin':
      return access.isAdmin ? null : 'admin';
  }
}
