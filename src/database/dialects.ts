/** All databases. To add one, add a folder and a line here (docs/internals.md). */
import type { Knex } from 'knex';
import { nearest } from '../nearest';
import { listed } from '../wording';
import type { Dialect } from './dialect';
import { mysql } from './mysql';
import { postgres } from './postgres';
import { sqlite } from './sqlite';

export const DIALECTS: readonly Dialect[] = [sqlite, mysql, postgres];

/** Servers come first. */
const OWN_DRIVERS = DIALECTS.toSorted((a, b) => Number(b.locksRows) - Number(a.locksRows)).flatMap(
  ({ knexDrivers: [own] }) => own?.name ?? [],
);

const schemeOf = (url: string): string => /^[a-z0-9+]+:/i.exec(url)?.[0].toLowerCase() ?? '';

/** The dialect of a URL, by its scheme; undefined if no dialect has the scheme. */
export const dialectOfUrl = (url: string): Dialect | undefined =>
  DIALECTS.find(({ urlSchemes }) => urlSchemes.includes(schemeOf(url)));

/** Throws an Error with a one-line message if no dialect has the URL's scheme. */
export function requireDialect(url: string): Dialect {
  const dialect = dialectOfUrl(url);
  if (dialect) return dialect;
  const scheme = schemeOf(url);
  const near = nearest(scheme, DIALECTS.flatMap(({ urlSchemes }) => urlSchemes)); // prettier-ignore
  const examples = listed(DIALECTS.flatMap(({ urlExamples }) => urlExamples), 'or'); // prettier-ignore
  throw new Error(
    `DATABASE_URL has the unknown scheme "${scheme || url}".${near ? ` Did you mean "${near}"?` : ''} Use ${examples}.`,
  );
}

/** The dialect of a knex instance, by its driver. Throws an Error with a one-line message if nsync does not support it. */
export function dialectOf(knex: Knex): Dialect {
  const { driverName } = knex.client as { driverName?: string };
  const found = DIALECTS.find(({ knexDrivers }) => knexDrivers.some(({ name }) => name === driverName));
  if (!found)
    throw new Error(
      `knex has the client "${driverName}", which nsync does not support. Use ${listed(OWN_DRIVERS, 'or')}`,
    );
  return found;
}
