/** knex prints to stdout what it throws as well: whoever catches it decides what is said. */
import type { Knex } from 'knex';

const nothing = (): void => undefined;

export const SILENT: Knex.Logger = { warn: nothing, error: nothing, deprecate: nothing, debug: nothing };
