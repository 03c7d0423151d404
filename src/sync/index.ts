/**
 * The engine: rows in, outcomes out. A run reads, loads, plans and writes chunks of rows.
 * Other folders import only these names: requests, observers, policies, and the columns and rows that sources supply.
 */
export * from './observer';
export * from './policy';
export * from '../problems';
export { shown } from '../shown';
export { RowColumns } from './read/rowColumns';
export * from './request';
export * from './row';
export * from './run/engine';
