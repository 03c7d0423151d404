/** The keys and indexes of nsync's own tables (see migrations/). */

export interface OwnIndex {
  readonly table: string;
  readonly kind: 'primary key' | 'unique key' | 'index';
  readonly columns: readonly string[];
}

type Kinds = Readonly<Partial<Record<'primary' | 'unique' | 'index', readonly string[]>>>;

/** The keys and indexes by table. Columns are separated by blanks. */
const INDEXES: Readonly<Record<string, Kinds>> = {
  nsync_external_systems: { primary: ['id'], unique: ['name'] },
  nsync_external_key_mappings: {
    primary: ['id'],
    unique: ['external_system_id model external_key'],
    index: ['object_id model'],
  },
  nsync_runs: { primary: ['id'], index: ['status', 'started_by', 'webhooks_due'] },
  nsync_run_sources: { primary: ['id'], index: ['run_id position', 'external_system_id'] },
  nsync_row_outcomes: { primary: ['run_source_id row'], index: ['object_id'] },
  nsync_related_changes: { primary: ['id'], index: ['model object_id', 'run_source_id'] },
  nsync_locks: { primary: ['model'] },
  nsync_first_touches: { primary: ['id'], unique: ['object_id model external_system_id'] },
  nsync_tokens: { primary: ['id'], unique: ['name', 'secret_hash'] },
  nsync_audit_events: { primary: ['id'] },
  nsync_idempotency_keys: { primary: ['id'], unique: ['caller idempotency_key'], index: ['run_id'] },
  nsync_webhooks: { primary: ['id'], unique: ['name'] },
  nsync_webhook_deliveries: {
    primary: ['id'],
    unique: ['run_id webhook_id'],
    index: ['webhook_id id', 'status webhook_id next_attempt_at'],
  },
  nsync_run_jobs: { primary: ['run_id'], index: ['system_name claimed_at'] },
  nsync_run_pieces: { primary: ['run_id input piece'] },
  nsync_run_chunks: { primary: ['run_id chunk'] },
};

const of = (table: string, kind: OwnIndex['kind'], columns: readonly string[] = []): OwnIndex[] =>
  columns.map((names) => ({ table, kind, columns: names.split(' ') }));

export const OWN_INDEXES: readonly OwnIndex[] = Object.entries(INDEXES).flatMap(([table, kinds]) => [
  ...of(table, 'primary key', kinds.primary),
  ...of(table, 'unique key', kinds.unique),
  ...of(table, 'index', kinds.index),
]);
