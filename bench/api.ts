/** Measures the same rows through the API of a separate server, compared with the engine alone. */
import type { Database } from '../src/database';
import { rateOf } from './measure';
import { csvOf, freshTables, keyOf, makePersons, type Person, source, SYSTEM } from './persons';
import { mutate, startServer, upload } from './server';
import { makeEngine, syncWhole } from './speed';

const ROWS_A_CALL = 5000;

export const SYNC_ROWS = `mutation ($system: String!, $rows: [RowInput!]!) {
  syncRows(input: {system: $system, model: "Person", rows: $rows, defaults: {actionFlags: "cu*", matchOn: ["employee_id"]}}) {
    run { status counts { rows created updated unchanged failed } }
  }
}`;

const SYNC_CSV = `mutation ($system: String!, $file: Upload!) {
  syncCsv(input: {system: $system, model: "Person", file: $file, defaults: {actionFlags: "cu*", matchOn: ["employee_id"]}}) {
    run { status counts { rows created updated unchanged failed } }
  }
}`;

export const WAYS = ['engine alone', 'syncRows', 'syncRows, two calls at once', 'syncCsv'] as const;
type Way = (typeof WAYS)[number];
export const API_SCENARIOS = ['first load', 'unchanged'] as const;
type ApiScenario = (typeof API_SCENARIOS)[number];
type ApiRound = Record<Way, Record<ApiScenario, number>>;

/** Sends the rows in calls, with `atOnce` calls in parallel: the server reads one while the database works on another. */
async function inRows(url: string, persons: readonly Person[], atOnce: number): Promise<void> {
  let next = 0;
  const send = async (): Promise<void> => {
    while (next < persons.length) {
      const start = next;
      next += ROWS_A_CALL;
      const rows = persons
        .slice(start, start + ROWS_A_CALL)
        .map((values, index) => ({ externalKey: keyOf(start + index), values }));
      await mutate(url, SYNC_ROWS, { system: SYSTEM, rows });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, send));
}

/** Alternates between the ways for some rounds on one server. Each round starts with empty tables. */
export async function apiRounds(
  database: Database,
  databaseUrl: string,
  count: number,
  rounds: number,
): Promise<ApiRound[]> {
  const all = makePersons(count);
  const engine = await makeEngine(database);
  const server = await startServer(databaseUrl);
  const ways: Record<Way, () => Promise<void>> = {
    'engine alone': () => syncWhole(engine, [source('Person', all, 'cu*', 'employee_id')]),
    syncRows: () => inRows(server.url, all, 1),
    'syncRows, two calls at once': () => inRows(server.url, all, 2),
    syncCsv: () => upload(server.url, SYNC_CSV, { system: SYSTEM }, new Blob([csvOf(all)])),
  };
  const round = async (work: () => Promise<void>): Promise<Record<ApiScenario, number>> => {
    await freshTables(database);
    return { 'first load': await rateOf(count, work), unchanged: await rateOf(count, work) };
  };
  try {
    // Code that has just been loaded is slower, so the first round is not measured.
    for (const way of WAYS) await round(ways[way]);
    const measured: ApiRound[] = [];
    for (let index = 0; index < rounds; index += 1) {
      const rates: Partial<ApiRound> = {};
      for (const way of WAYS) rates[way] = await round(ways[way]);
      measured.push(rates as ApiRound);
    }
    return measured;
  } finally {
    await server.stop();
  }
}
