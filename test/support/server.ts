/** A server in this process, and a client that sends typed operations to it. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import pino, { type Logger } from 'pino';
import type { ServiceLimits } from '../../src/api';
import { readSettings } from '../../src/server/settings';
import { type RunningServer, startServer } from '../../src/server/start';
import { type DatabaseKind, migratedDatabase, type TestDatabase } from './databases';

export interface GraphQLAnswer<T> {
  readonly data?: T | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

export interface TestServer {
  readonly url: string;
  readonly databaseUrl: string;
  readonly server: RunningServer;
  /** The data of an operation. Throws if the response contains errors. */
  send<T, V>(document: TypedDocumentNode<T, V>, variables: V): Promise<T>;
  /** The code and message of the first error. */
  fail<T, V>(document: TypedDocumentNode<T, V>, variables: V): Promise<{ code: string; message: string }>;
  /** The response to a multipart request. Files are given by the paths of their variables. */
  upload<T, V>(
    document: TypedDocumentNode<T, V>,
    variables: V,
    files: Readonly<Record<string, { name: string; content: string | Uint8Array }>>,
  ): Promise<GraphQLAnswer<T>>;
  stop(): Promise<void>;
}

/** A form as the GraphQL multipart request specification defines it. */
function multipartForm(operations: object, files: Parameters<TestServer['upload']>[2]): FormData {
  const form = new FormData();
  form.set('operations', JSON.stringify(operations));
  form.set(
    'map',
    JSON.stringify(Object.fromEntries(Object.keys(files).map((path, index) => [`f${index}`, [`variables.${path}`]]))),
  );
  Object.values(files).forEach(({ name, content }, index) =>
    form.set(`f${index}`, new Blob([content as string]), name),
  );
  return form;
}

/** Serves models on a fresh database: a module, or `demo`. Null: the tables that `prepare` creates. */
export async function serve(
  kind: DatabaseKind,
  options: {
    models?: string | null;
    environment?: Readonly<Record<string, string>>;
    limits?: Partial<ServiceLimits>;
    prepare?: (test: TestDatabase) => Promise<void>;
    log?: Logger;
  } = {},
): Promise<TestServer> {
  const database = await migratedDatabase(kind);
  await options.prepare?.(database);
  const { models = 'demo', environment = {}, log = pino({ level: 'silent' }) } = options;
  const settings = readSettings({
    DATABASE_URL: database.url,
    PORT: '0',
    ...(models === null ? {} : { NSYNC_MODELS: models }),
    ...environment,
  });
  const server = await startServer({ ...settings, limits: { ...settings.limits, ...options.limits } }, log);
  const { url } = server;

  const post = async <T, V>(document: TypedDocumentNode<T, V>, variables: V): Promise<GraphQLAnswer<T>> => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: print(document), variables }),
    });
    return (await response.json()) as GraphQLAnswer<T>;
  };
  return {
    url,
    databaseUrl: database.url,
    server,
    async send(document, variables) {
      const { data, errors } = await post(document, variables);
      if (errors || !data) throw new Error(JSON.stringify(errors));
      return data;
    },
    async fail(document, variables) {
      const { errors } = await post(document, variables);
      const [error] = errors ?? [];
      if (!error) throw new Error('the call did not fail');
      return { code: error.extensions.code, message: error.message };
    },
    async upload(document, variables, files) {
      const form = multipartForm({ query: print(document), variables }, files);
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        body: form,
        headers: { 'apollo-require-preflight': 'true' },
      });
      return (await response.json()) as GraphQLAnswer<never>;
    },
    async stop() {
      await server.stop();
      await database.drop();
    },
  };
}
