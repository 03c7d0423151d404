/** knex's own client, which its typings lack. */
declare module 'knex/lib/dialects/better-sqlite3' {
  import type { Knex } from 'knex';
  const client: typeof Knex.Client;
  export default client;
}
