/**
 * nsync's own tables: systems, mappings, runs, outcomes, locks, webhooks. Only this folder uses the snake_case names of columns.
 */
export * from './auditEvents';
export * from './backlog';
export * from './cancelling';
export * from './dangling';
export * from './idempotencyKeys';
export * from './deliveries';
export * from './endedRuns';
export * from './locks';
export * from './mappings';
export * from './outcomes';
export * from './progress';
export * from './pruning';
export * from './reading';
export * from './runAtWork';
export * from './runJobs';
export * from './runQueue';
export * from './runFeed';
export * from './runRecords';
export * from './repeatedTask';
export * from './restoreSigns';
export * from './runs';
export * from './systems';
export * from './tables';
export * from './tokens';
export * from './touches';
export * from './upkeep';
export * from './webhookInput';
export * from './webhooks';
export * from './wholeRuns';
