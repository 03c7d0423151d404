/**
 * The engine: rows in, outcomes out. read -> load -> plan -> write, in runs. This is all that other folders may import of it:
 * what is asked of a run, what it tells, its policies, and what whoever makes a source must know of its rows.
 */
export * from './observer';
export * from './policy';
export * from '../problems';
export { shown } from '../shown';
export { RowColumns } from './read/rowColumns';
export * from './request';
export * from './row';
export * from './run/engine';
