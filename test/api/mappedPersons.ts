/** A server with a thousand persons, each with a mapping. */
import { SyncRowsDocument, type SyncRowsMutation } from '../../schema/operations/generated';
import type { DatabaseKind } from '../support/databases';
import { serve, type TestServer } from '../support/server';

export const MAPPED = 1000;

/** Syncs rows. By default they create and update objects. */
export const syncTo = (
  server: TestServer,
  system: string,
  model: string,
  matchOn: string,
  rows: object[],
  flags = 'cu*',
): Promise<SyncRowsMutation> =>
  server.send(SyncRowsDocument, {
    input: { system, model, defaults: { actionFlags: flags, matchOn: [matchOn] }, rows: rows as never },
  });

export async function serveMapped(kind: DatabaseKind): Promise<TestServer> {
  const server = await serve(kind);
  const rows = Array.from({ length: MAPPED }, (_, index) => ({
    externalKey: `k${index}`,
    values: { employee_id: `E${index}`, first_name: 'Bruce', last_name: `Wayne ${index}` },
  }));
  await syncTo(server, 'HRSystem', 'Person', 'employee_id', rows);
  return server;
}
