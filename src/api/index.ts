/** The GraphQL API: inputs -> requests of the engine, records -> objects of the schema. No SQL here. */
export * from './context';
export * from './operations';
export * from './plainRows';
export * from './schema';
export * from './services';
export * from './traffic';
