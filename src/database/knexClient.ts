/** knex, but a `?` in a name is part of the name, and no placeholder. */
import makeKnex, { type Knex } from 'knex';
import { escapeMarks } from './quoting';
import { SILENT } from './silentLog';

type ClientClass = typeof Knex.Client;

/** knex itself takes the escape away for PostgreSQL only. */
export function unescaping(base: ClientClass): ClientClass {
  return class extends base {
    override positionBindings(sql: string): string {
      return sql.includes('\\?') ? sql.replaceAll('\\?', '?') : sql;
    }
  };
}

/** `name` is what knex calls the client; `quote` quotes one name. */
export function connectKnex(
  name: string,
  client: ClientClass,
  quote: (name: string) => string,
  config: Knex.Config,
): Knex {
  const knex = makeKnex({
    ...config,
    client,
    log: SILENT,
    wrapIdentifier: (identifier) => (identifier === '*' ? '*' : escapeMarks(quote(identifier))),
  });
  // Migrations tell the databases apart by it.
  (knex.client as { config: Knex.Config }).config.client = name;
  return knex;
}
