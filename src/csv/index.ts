/** CSV text and uploads -> rows, streamed. Knows nothing of models or databases. */
export * from './csvFile';
export * from './fileName';
export { assertSharedColumns } from './header';
export * from './options';
export * from './spool';
