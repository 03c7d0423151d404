/** One row per call by many clients, to nsync's server and to a resolver written by hand, each in a process of its own. */
import { join } from 'node:path';
import type { Database } from '../src/database';
import { SYNC_ROWS } from './api';
import { type Load, type Measured, measureLoad } from './load';
import { median } from './measure';
import { freshTables, keyOf, makePerson, SYSTEM } from './persons';
import { type BenchServer, startServer } from './server';
import { expectRows } from './speed';

export const CALL_SCENARIOS = ['first', 'unchanged'] as const;
type CallScenario = (typeof CALL_SCENARIOS)[number];

/** Medians over the rounds; ratios are medians of the ratios within a round, nsync's figure divided by the other. */
export interface CallFigures {
  readonly nsync: Load;
  readonly byHand: Load;
  readonly rateRatio: number;
  readonly p99Ratio: number;
}

/** By scenario and number of clients. */
export type Calls = Record<CallScenario, Record<string, CallFigures>>;

export interface CallOptions {
  readonly clients: readonly number[];
  /** Seconds of each measurement. */
  readonly seconds: number;
  readonly rounds: number;
}

interface Contender {
  /** What the server runs, if it is not nsync's. */
  readonly script?: string;
  readonly bodyOf: (person: number) => string;
  /** A part of each good answer. */
  readonly good: Record<CallScenario, RegExp>;
}

const SYNC_PERSON = `mutation ($system: String!, $key: ID!, $person: PersonInput!) {
  syncPerson(system: $system, key: $key, person: $person) { id status }
}`;

const CONTENDERS = {
  nsync: {
    bodyOf: (person) => {
      const rows = [{ externalKey: keyOf(person), values: makePerson(person) }];
      return JSON.stringify({ query: SYNC_ROWS, variables: { system: SYSTEM, rows } });
    },
    good: {
      first: /"COMPLETED","counts":\{"rows":1,"created":1,/,
      unchanged: /"COMPLETED","counts":\{"rows":1,"created":0,"updated":0,"unchanged":1,/,
    },
  },
  byHand: {
    script: join(__dirname, 'baselines', 'resolver.js'),
    bodyOf: (person) =>
      JSON.stringify({
        query: SYNC_PERSON,
        variables: { system: SYSTEM, key: keyOf(person), person: makePerson(person) },
      }),
    good: { first: /"status":"CREATED"/, unchanged: /"status":"UNCHANGED"/ },
  },
} satisfies Record<string, Contender>;

type Name = keyof typeof CONTENDERS;
const NAMES = Object.keys(CONTENDERS) as Name[];

/** Persons that are sent again and again. */
const KNOWN_PERSONS = 1000;

type Round = Record<CallScenario, Measured>;

/** New persons into empty tables, and then the same persons again. */
async function roundOf(
  database: Database,
  { url }: BenchServer,
  { bodyOf, good }: Contender,
  clients: number,
  seconds: number,
): Promise<Round> {
  await freshTables(database);
  const load = (scenario: CallScenario, personOf: (call: number) => number): Promise<Measured> =>
    measureLoad({
      url,
      clients,
      seconds,
      bodyOf: (call) => bodyOf(personOf(call)),
      isGood: (answer) => good[scenario].test(answer),
    });
  const first = await load('first', (call) => call);
  const known = Math.min(first.sent, KNOWN_PERSONS);
  const unchanged = await load('unchanged', (call) => call % known);
  for (const table of ['person', 'nsync_external_key_mappings']) await expectRows(database.knex, table, first.sent);
  return { first, unchanged };
}

/** V8 needs many calls until it has compiled what they use, and servers run for days. */
const WARM_UP = { clients: 16, seconds: 20 };

const medianOf = (all: readonly Load[]): Load => ({
  rate: median(all.map(({ rate }) => rate)),
  p50: median(all.map(({ p50 }) => p50)),
  p99: median(all.map(({ p99 }) => p99)),
});

function figuresOf(rounds: readonly Record<Name, Round>[], scenario: CallScenario): CallFigures {
  const loadsOf = (name: Name): Load[] => rounds.map((round) => round[name][scenario]);
  const [nsync, byHand] = [loadsOf('nsync'), loadsOf('byHand')];
  const ratio = (of: 'rate' | 'p99'): number =>
    median(nsync.map((load, index) => load[of] / (byHand[index]?.[of] ?? NaN)));
  return { nsync: medianOf(nsync), byHand: medianOf(byHand), rateRatio: ratio('rate'), p99Ratio: ratio('p99') };
}

/** Also returns the largest share of a core that the clients used: near 1 they would be what is measured. */
export async function callsOf(
  database: Database,
  databaseUrl: string,
  { clients, seconds, rounds }: CallOptions,
): Promise<{ calls: Calls; clientCpu: number }> {
  await freshTables(database);
  const servers = new Map<Name, BenchServer>();
  try {
    for (const name of NAMES) servers.set(name, await startServer(databaseUrl, (CONTENDERS[name] as Contender).script));
    const round = (name: Name, by: number, forSeconds: number): Promise<Round> =>
      roundOf(database, servers.get(name) as BenchServer, CONTENDERS[name], by, forSeconds);
    for (const name of NAMES) await round(name, WARM_UP.clients, WARM_UP.seconds);
    const measured = new Map<number, Record<Name, Round>[]>(clients.map((count) => [count, []]));
    for (let index = 0; index < rounds; index += 1)
      for (const count of clients) {
        const pair: Partial<Record<Name, Round>> = {};
        for (const name of index % 2 === 0 ? NAMES : [...NAMES].reverse())
          pair[name] = await round(name, count, seconds);
        measured.get(count)?.push(pair as Record<Name, Round>);
      }
    const figures = (scenario: CallScenario): Record<string, CallFigures> =>
      Object.fromEntries([...measured].map(([count, all]) => [count, figuresOf(all, scenario)]));
    const loads = [...measured.values()].flat().flatMap((pair) => NAMES.flatMap((name) => Object.values(pair[name])));
    return {
      calls: { first: figures('first'), unchanged: figures('unchanged') },
      clientCpu: Math.max(...loads.map(({ clientCpu }) => clientCpu)),
    };
  } finally {
    for (const server of servers.values()) await server.stop();
  }
}
