/** Connections, and everything that differs between SQLite, MySQL/MariaDB and PostgreSQL. */
export * from './callErrors';
export * from './catalog';
export * from './dialect';
export * from './grouping';
export * from './migrate';
export * from './monitor';
export { sentenceOf } from './nativeError';
export * from './open';
export * from './retry';
export * from './rights';
export * from './tableNames';
export * from './sharing';
export * from './swallowedWrite';
