/** `nsync doctor`: checks a database for problems. */
export type { Finding } from './check';
export * from './examine';
