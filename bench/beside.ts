/** Calls with one row, beside a load that commits its chunks. Both go to a server in a process of its own. */
import { setTimeout } from 'node:timers/promises';
import type { Database } from '../src/database';
import { SYNC_ROWS } from './api';
import { quantile } from './load';
import { type Loader, startLoader } from './loader';
import { median, rateOf } from './measure';
import { freshTables, keyOf, makePerson, SYSTEM } from './persons';
import { mutate, startServer } from './server';
import { expectRows } from './speed';

/** Medians over the rounds; `most` is the largest of all. Rates are rows per second, the rest is milliseconds. */
export interface Beside {
  readonly alone: number;
  readonly withCalls: number;
  /** The median of the ratios within a round. */
  readonly ratio: number;
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
}

const CALLS_PER_SECOND = 10;
const WARM_UP_ROWS = 20_000;

const LOAD = `mutation ($system: String!, $file: Upload!) {
  syncCsv(input: {
    system: $system, model: "Person", file: $file
    defaults: {actionFlags: "cu*", matchOn: ["employee_id"]}, options: {onError: CONTINUE}
  }) { run { status counts { rows created updated unchanged failed } } }
}`;

/** Calls at fixed times, however long the earlier ones take. Each creates a person. Returns their durations in milliseconds. */
async function callsUntil(url: string, firstPerson: number, isOver: () => boolean): Promise<number[]> {
  const started = performance.now();
  const calls: Promise<number>[] = [];
  for (let call = 0; !isOver(); call += 1) {
    const due = started + (call * 1000) / CALLS_PER_SECOND;
    await setTimeout(Math.max(0, due - performance.now()));
    const person = firstPerson + call;
    const rows = [{ externalKey: keyOf(person), values: makePerson(person) }];
    calls.push(mutate(url, SYNC_ROWS, { system: SYSTEM, rows }).then(() => performance.now() - due));
  }
  return Promise.all(calls);
}

interface Round {
  readonly alone: number;
  readonly withCalls: number;
  readonly times: readonly number[];
}

async function roundOf(database: Database, url: string, rows: number): Promise<Round> {
  const loader = await startLoader({ url, query: LOAD, rows });
  try {
    return await measured(database, url, rows, loader);
  } finally {
    await loader.end();
  }
}

async function measured(database: Database, url: string, rows: number, loader: Loader): Promise<Round> {
  await freshTables(database);
  const alone = await rateOf(rows, () => loader.load());
  await freshTables(database);
  let isOver = false;
  const calls = callsUntil(url, rows, () => isOver);
  const withCalls = await rateOf(rows, () => loader.load()).finally(() => (isOver = true));
  const times = await calls;
  await expectRows(database.knex, 'person', rows + times.length);
  return { alone, withCalls, times };
}

export async function besideOf(
  database: Database,
  databaseUrl: string,
  { rows, rounds }: { readonly rows: number; readonly rounds: number },
): Promise<Beside> {
  await freshTables(database);
  const server = await startServer(databaseUrl);
  try {
    await roundOf(database, server.url, WARM_UP_ROWS);
    const all: Round[] = [];
    for (let index = 0; index < rounds; index += 1) all.push(await roundOf(database, server.url, rows));
    const sorted = all.map(({ times }) => [...times].sort((a, b) => a - b));
    return {
      alone: median(all.map(({ alone }) => alone)),
      withCalls: median(all.map(({ withCalls }) => withCalls)),
      ratio: median(all.map(({ alone, withCalls }) => withCalls / alone)),
      p50: median(sorted.map((times) => quantile(times, 0.5))),
      p99: median(sorted.map((times) => quantile(times, 0.99))),
      most: Math.max(...sorted.map((times) => times.at(-1) ?? NaN)),
    };
  } finally {
    await server.stop();
  }
}
