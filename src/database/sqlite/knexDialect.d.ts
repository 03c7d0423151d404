/** knex's own client, of which its typings do not speak. */
declare module 'knex/lib/dialects/better-sqlite3' {
  import type { Knex } from 'knex';
  const client: typeof Knex.Client;
  export default client;
}
