/** `nsync doctor`: checks a database for what would go wrong. */
export type { Finding } from './check';
export * from './examine';
