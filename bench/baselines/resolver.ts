/**
 * A server with one mutation for persons, as one writes it by hand for one table: Apollo on node:http, and one resolver.
 * It stores no outcome and no run. Settings: DATABASE_URL; PORT, by default a free one.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApolloServer, HeaderMap } from '@apollo/server';
import { makeMysqlResolver } from './resolverMysql';
import type { PersonCall, SyncedPerson, SyncPerson } from './resolverParts';
import { makePostgresResolver } from './resolverPostgres';
import { makeSqliteResolver } from './resolverSqlite';

const typeDefs = `
  type Query { status: String! }
  type Mutation { syncPerson(system: String!, key: ID!, person: PersonInput!): SyncedPerson! }
  input PersonInput {
    employee_id: String!
    first_name: String!
    last_name: String!
    age: Int!
    hair_colour: String!
  }
  type SyncedPerson { id: ID!, status: SyncStatus! }
  enum SyncStatus { CREATED UPDATED UNCHANGED }
`;

const RESOLVERS: Readonly<Record<string, (url: string) => SyncPerson>> = {
  'mysql:': makeMysqlResolver,
  'postgres:': makePostgresResolver,
  'sqlite:': makeSqliteResolver,
};

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString());
}

async function answer(apollo: ApolloServer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, headers, body } = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: {
      method: request.method ?? '',
      headers: new HeaderMap([['content-type', request.headers['content-type'] ?? '']]),
      search: '',
      body: await bodyOf(request),
    },
    context: () => Promise.resolve({}),
  });
  const text = body.kind === 'complete' ? body.string : '';
  response.writeHead(status ?? 200, { ...Object.fromEntries(headers), 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

async function main(): Promise<void> {
  const url = process.env.DATABASE_URL ?? '';
  const makeResolver = RESOLVERS[new URL(url).protocol];
  if (!makeResolver) throw new Error(`RESOLVERS in bench/baselines/resolver.ts lacks ${url}`);
  const syncPerson = makeResolver(url);
  const apollo = new ApolloServer({
    typeDefs,
    resolvers: {
      Query: { status: () => 'ok' },
      Mutation: { syncPerson: (_root: unknown, call: PersonCall): Promise<SyncedPerson> => syncPerson(call) },
    },
  });
  await apollo.start();
  const server = createServer((request, response) => {
    answer(apollo, request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
    process.stdout.write(`GraphQL  http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql\n`);
  });
  process.once('SIGTERM', () => process.exit());
}

void main();
