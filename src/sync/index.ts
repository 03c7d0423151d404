/** The engine: rows in, outcomes out. read -> load -> plan -> write, in runs. */
export * from './policy';
export * from './problems';
export * from './request';
export * from './row';
export * from './run/engine';
