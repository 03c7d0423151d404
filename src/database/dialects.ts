/** All databases. A new one is a folder, and a line here (docs/internals.md). */
import type { Knex } from 'knex';
import { listed } from '../wording';
import type { Dialect } from './dialect';
import { mysql } from './mysql';
import { postgres } from './postgres';
import { sqlite } from './sqlite';

export const DIALECTS: readonly Dialect[] = [sqlite, mysql, postgres];

/** Servers first. */
const OWN_DRIVERS = DIALECTS.toSorted((a, b) => Number(b.locksRows) - Number(a.locksRows)).map(
  ({ knexDrivers: [own] }) => own.name,
);

/** The dialect of a knex instance, by its driver. Throws an Error with a message of one line if nsync does not support it. */
export function dialectOf(knex: Knex): Dialect {
  const { driverName } = knex.client as { driverName?: string };
  const found = DIALECTS.find(({ knexDrivers }) => knexDrivers.some(({ name }) => name === driverName));
  if (!found)
    throw new Error(
      `knex has the client "${driverName}", which nsync does not support. Use ${listed(OWN_DRIVERS, 'or')}`,
    );
  return found;
}
