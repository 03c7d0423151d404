/** Converts CSV text and uploads to streams of rows. This folder does not depend on models or databases. */
export * from './csvFile';
export * from './fileName';
export { assertSharedColumns } from './header';
export * from './options';
export * from './spool';
