/** Servers with limits on callers, and callers that they may refuse. */
import type { Knex } from 'knex';
import { openDatabase } from '../../src/database';
import { createToken } from '../../src/records';
import { DATABASES, type DatabaseKind } from './databases';
import { serve, type TestServer } from './server';

const [SQLITE] = DATABASES as [DatabaseKind, ...DatabaseKind[]];
/** A query that every caller may send. */
export const VIEWER = '{ viewer { name } }';
/** A mutation that creates a tag. */
export const syncOf = (label: string): string =>
  `mutation { syncRows(input: {system: "S", model: "Tag", rows: [{actionFlags: "c", matchOn: "label", values: {label: "${label}"}}]}) { run { status } } }`;

export interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly retryAfter: unknown;
  readonly headers: Headers;
}

/** The response to an operation that may be refused. */
export async function ask(url: string, query: string, secret?: string): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(secret ? { authorization: `Bearer ${secret}` } : {}) },
    body: JSON.stringify({ query }),
  });
  const { errors } = (await response.json()) as {
    errors?: { message: string; extensions: { code: string; retryAfter?: number } }[];
  };
  const { message, extensions } = errors?.[0] ?? {};
  return {
    status: response.status,
    code: extensions?.code,
    message,
    retryAfter: extensions?.retryAfter,
    headers: response.headers,
  };
}

/** Creates tokens with all scopes. Returns their secrets. */
export async function secretsOf({ server }: TestServer, names: readonly string[]): Promise<string[]> {
  const secrets: string[] = [];
  for (const name of names)
    secrets.push((await createToken(server.database, { name, scopes: ['admin'], expiresAt: null, createdBy: null }, new Date())).secret); // prettier-ignore
  return secrets;
}

/** Serves while `work` runs. */
export async function serving(
  environment: Record<string, string>,
  work: (server: TestServer) => Promise<void>,
): Promise<void> {
  const server = await serve(SQLITE, { environment });
  try {
    await work(server);
  } finally {
    await server.stop();
  }
}

/** Makes every run of the server wait while `work` runs. */
export async function withoutWrites(server: TestServer, work: () => Promise<void>): Promise<void> {
  const other = openDatabase(server.databaseUrl);
  const lock: Knex.Transaction = await other.knex.transaction();
  try {
    await lock('nsync_external_systems').insert({ name: 'lock', created_at: '2026-01-01 00:00:00' });
    await work();
  } finally {
    await lock.rollback();
    await other.close();
  }
}
