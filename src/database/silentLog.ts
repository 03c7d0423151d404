/** Silences knex, which also prints the errors that it throws. Whoever catches an error decides on its message. */
import type { Knex } from 'knex';

const nothing = (): void => undefined;

export const SILENT: Knex.Logger = { warn: nothing, error: nothing, deprecate: nothing, debug: nothing };
