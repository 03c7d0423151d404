/** The abilities of a server, by its version and settings. */
import type { Knex } from 'knex';

export interface Abilities {
  /** INSERT … RETURNING: MariaDB since 10.5, MySQL never. */
  readonly returning: boolean;
  /** `VALUES (…), (…)` as a table: MariaDB since 10.3. MySQL has another syntax. */
  readonly tableValues: boolean;
  /** `max_allowed_packet` in bytes: a longer statement ends the connection. */
  readonly longestStatement: number;
}

const known = new WeakMap<object, Abilities>();

/** Queries each server once. */
export async function abilitiesOf(knex: Knex): Promise<Abilities> {
  const config = knex.client.config as object;
  const found = known.get(config);
  if (found) return found;
  const [[row]] = (await knex.raw('SELECT VERSION() AS version, @@max_allowed_packet AS longest')) as [
    [{ version: string; longest: number | string }],
  ];
  const [major = 0, minor = 0] = row.version.split('.').map((part) => parseInt(part, 10));
  const since = (least: number): boolean =>
    /mariadb/i.test(row.version) && (major > 10 || (major === 10 && minor >= least));
  const abilities = { returning: since(5), tableValues: since(3), longestStatement: Number(row.longest) };
  known.set(config, abilities);
  return abilities;
}
