/**
 * Three workers, of which some are killed or paused in the midst of a run. The run leaves and tells what it would without a fault (R42, R47).
 * NSYNC_FAULTS: the number of faults on each database.
 */
import { parse } from 'graphql';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { DATABASES } from '../support/databases';
import { serve, type TestServer } from '../support/server';
import { WorkerProcesses } from '../support/workers';

const FAULTS = Number(process.env.NSYNC_FAULTS ?? 2);
/** Of one run. */
const MOST_FAULTS = 1;
const LEASE_SECONDS = 2;
const ROWS = 8000;
/** Every so many rows fail, name an object of an earlier row again, or leave it as it is. */
const EACH = 40;
/** The longest time in ms until a fault. */
const LATEST = 1500;
const TIMEOUT = 120_000 + FAULTS * 30_000;

interface Queued {
  readonly syncCsv: { readonly run: { readonly id: string; readonly status: string } };
}

const SYNC = parse(`mutation ($input: SyncCsvInput!) { syncCsv(input: $input) { run { id status } } }`) as TypedDocumentNode<Queued, object>; // prettier-ignore

/** Rows of new persons. Of each group, one changes the person before it. With `fails`, one has an age that is no number. */
function csv(first: number, fails: boolean): string {
  const lines = ['external_key,employee_id,first_name,last_name,age'];
  for (let row = 0; row < ROWS; row += 1) {
    const place = row % EACH;
    const key = first + (place === 1 ? row - 1 : row);
    lines.push(`${key},E${key},${place === 1 ? 'again' : `N${key}`},x,${fails && place === 2 ? 'old' : row % 90}`);
  }
  return `${lines.join('\n')}\n`;
}

const GROUPS = ROWS / EACH;

interface Options {
  readonly onError: 'CONTINUE' | 'ROLLBACK';
  readonly order?: readonly string[];
}

const VARIANTS: readonly Options[] = [
  { onError: 'CONTINUE' },
  { onError: 'ROLLBACK' },
  { onError: 'CONTINUE', order: ['CREATE', 'UPDATE', 'DELETE'] },
];

describe.each(DATABASES)('workers on $name', (kind) => {
  let server: TestServer;
  let workers: WorkerProcesses;
  let first = 0;
  let persons = 0;
  let updated = 0;
  beforeAll(async () => {
    server = await serve(kind, { environment: { NSYNC_ASYNC_RUNS: '0', NSYNC_LEASE_SECONDS: String(LEASE_SECONDS), NSYNC_MAX_ATTEMPTS: '1000' } }); // prettier-ignore
    workers = new WorkerProcesses(server.server.database.knex, {
      DATABASE_URL: server.databaseUrl,
      NSYNC_MODELS: 'demo',
      NSYNC_LEASE_SECONDS: String(LEASE_SECONDS),
      REDIS_URL: 'redis://127.0.0.1:6379/9',
    });
    await workers.start(3);
  }, TIMEOUT);
  afterAll(async () => {
    workers.stop();
    await server.stop();
  });

  async function queue(options: Options): Promise<string> {
    first += ROWS;
    const answer = await server.upload(
      SYNC,
      { input: { system: 'HR', model: 'Person', file: null, defaults: { actionFlags: 'cu*', matchOn: ['employee_id'] }, options: { async: true, ...options } } },
      { 'input.file': { name: 'persons.csv', content: csv(first, options.onError === 'CONTINUE') } },
    ); // prettier-ignore
    expect(answer.errors).toBeUndefined();
    expect(answer.data?.syncCsv.run.status).toBe('QUEUED');
    return answer.data?.syncCsv.run.id ?? '';
  }

  /** Disturbs a run until it has ended, or there were enough faults. Returns the number of faults. */
  async function disturb(runId: string, most: number): Promise<number> {
    let faults = 0;
    while (faults < most) {
      const after = Math.random() * LATEST;
      const isHit =
        faults % 2 === 0
          ? await workers.kill(runId, after)
          : await workers.pause(runId, after, LEASE_SECONDS * 1000 + 1500);
      if (!isHit) break;
      faults += 1;
    }
    return faults;
  }

  async function expectWhole(runId: string, { onError }: Options): Promise<void> {
    await workers.ended(runId);
    const { knex } = server.server.database;
    const run = await knex('nsync_runs').where({ id: runId }).first();
    const fails = onError === 'CONTINUE';
    const failed = fails ? GROUPS : 0;
    expect(run).toMatchObject({ status: fails ? 'COMPLETED_WITH_FAILURES' : 'COMPLETED', error: null });
    const groups = fails ? [{ code: 'INVALID_VALUE', field: 'age', count: failed }] : [];
    expect(JSON.parse(run.problem_groups)).toMatchObject(groups);
    const source = await knex('nsync_run_sources').where({ run_id: runId }).first();
    const created = ROWS - GROUPS - failed;
    const counts = { rows_count: ROWS, created_count: created, updated_count: GROUPS, failed_count: failed };
    expect(source).toMatchObject(counts);
    persons += created;
    updated += GROUPS;
    const countOf = async (table: string, where: object): Promise<number> =>
      Number((await knex(table).where(where).count({ rows: '*' }))[0]?.rows);
    expect({
      persons: await countOf('person', {}),
      updated: await countOf('person', { first_name: 'again' }),
      mappings: await countOf('nsync_external_key_mappings', {}),
      outcomes: await countOf('nsync_row_outcomes', { run_source_id: source.id }),
    }).toEqual({ persons, updated, mappings: persons, outcomes: ROWS });
  }

  it(
    `R42, R47: go on after the last chunk that was committed, or begin again (${FAULTS} faults)`,
    async () => {
      for (let faults = 0, runs = 0; faults < FAULTS; runs += 1) {
        const options = VARIANTS[runs % VARIANTS.length]!;
        const runId = await queue(options);
        faults += await disturb(runId, Math.min(MOST_FAULTS, FAULTS - faults));
        await expectWhole(runId, options);
      }
    },
    TIMEOUT,
  );
});
