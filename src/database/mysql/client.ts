/** knex's client of mysql2. */
import client from 'knex/lib/dialects/mysql2';

/** What knex's typings do not say of its client. */
interface Querying {
  _query(connection: unknown, query: { bindings?: readonly unknown[] }): Promise<unknown>;
}

export class MysqlClient extends client {
  /** The driver searches a text for placeholders even where there is nothing to put in their place. */
  _query(connection: unknown, query: { bindings?: readonly unknown[] }): Promise<unknown> {
    if (query.bindings?.length === 0) delete query.bindings;
    return (client.prototype as unknown as Querying)._query.call(this, connection, query);
  }
}
