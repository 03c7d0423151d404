/** The GraphQL API. It converts inputs to requests of the engine, and records to objects of the schema. It contains no SQL. */
export * from './context';
export { keyInHeader } from './idempotency';
export * from './operations';
export * from './plainRows';
export { requestOf } from './queuedCalls';
export * from './schema';
export * from './services';
export * from './traffic';
