/** `graphql-nsync/client` for ES modules: the same instance as CommonJS has. */
export * from './index.js';
