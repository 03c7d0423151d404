/** Servers on databases whose tables nsync did not create, without model classes. */
import { type Logger } from 'pino';
import { ModelsDocument, type ModelsQuery, SyncRowsDocument } from '../../schema/operations/generated';
import type { DatabaseKind } from '../support/databases';
import { serve, type TestServer } from '../support/server';

export type Name = DatabaseKind['name'];

/** Words that the databases spell differently. */
const WORDS: Record<Name, Readonly<Record<string, string>>> = {
  SQLite: { id: 'integer PRIMARY KEY', time: 'datetime', bytes: 'blob', long: 'text' },
  MariaDB: { id: 'int AUTO_INCREMENT PRIMARY KEY', time: 'datetime', bytes: 'longblob', long: 'longtext' },
  PostgreSQL: { id: 'serial PRIMARY KEY', time: 'timestamp', bytes: 'bytea', long: 'text' },
};

/** A quoted name for SQL without bindings that is sent through knex. */
export function quoted(kind: Name, name: string): string {
  const mark = kind === 'MariaDB' ? '`' : '"';
  return `${mark}${name.replaceAll(mark, mark + mark).replaceAll('?', '\\?')}${mark}`;
}

/** SQL for a database: names are in "…", `{id}` is a generated key. */
export const inDialect = (kind: Name, sql: string): string =>
  sql
    .replace(/"((?:[^"]|"")+)"/g, (_, name: string) => quoted(kind, name.replaceAll('""', '"')))
    .replace(/\{(\w+)\}/g, (_, word: string) => WORDS[kind][word] ?? word);

export interface ZeroCode {
  readonly server: TestServer;
  /** Syncs rows. Returns their statuses and problem codes. The flags are `cu*`, unless `$flags` is given. */
  sync(model: string, matchOn: string | readonly string[], rows: readonly Values[]): Promise<string[]>;
  models(): Promise<ModelsQuery['models']>;
}

type Values = Readonly<Record<string, unknown>>;

/** Runs the statements before the server starts. */
export async function zeroCode(
  kind: DatabaseKind,
  statements: readonly string[],
  options: { readonly environment?: Readonly<Record<string, string>>; readonly log?: Logger } = {},
): Promise<ZeroCode> {
  const server = await serve(kind, {
    ...options,
    models: null,
    prepare: async ({ database: { knex } }) => {
      for (const statement of statements) await knex.raw(inDialect(kind.name, statement));
    },
  });
  return {
    server,
    async sync(model, matchOn, rows) {
      const { syncRows } = await server.send(SyncRowsDocument, {
        input: {
          system: 'Test',
          model,
          defaults: { actionFlags: 'cu*', matchOn: [matchOn].flat() },
          options: { onError: 'CONTINUE' },
          rows: rows.map(({ $flags, $key, ...values }) => ({
            values,
            ...($flags === undefined ? {} : { actionFlags: String($flags) }),
            ...($key === undefined ? {} : { externalKey: String($key) }),
          })),
        },
      });
      const columns = syncRows.run.problems.map(({ code, field }) => `${code}(${field})`);
      return [
        ...syncRows.outcomes.map(({ status, problems }) =>
          [status, ...problems.map(({ code, field }) => `${code}(${field})`)].join(' '),
        ),
        ...columns,
      ];
    },
    models: async () => (await server.send(ModelsDocument, {})).models,
  };
}
