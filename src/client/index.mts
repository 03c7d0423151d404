/** `graphql-nsync/client` for ES modules. It shares its classes with the CommonJS module. */
export * from './index.js';
