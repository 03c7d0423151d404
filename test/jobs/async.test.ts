/** `options.async`: a call is answered at once with a queued run, which a worker carries out (R44, R47, R49). */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { parse } from 'graphql';
import { claimRun, interruptDeadRuns } from '../../src/records';
import { DATABASES } from '../support/databases';
import { eventually } from '../support/eventually';
import { serve, type TestServer } from '../support/server';

interface RunData {
  readonly id: string;
  readonly status: string;
  readonly replayed: boolean;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly progress: { readonly phase: string } | null;
  readonly counts: Readonly<Record<string, number>>;
}

type Syncs = Readonly<Record<string, { readonly run: RunData; readonly outcomes?: readonly unknown[] }>>;

const document = <T>(text: string): TypedDocumentNode<T, object> => parse(text) as TypedDocumentNode<T, object>;

const RUN = 'run { id status replayed error { code message } progress { phase } counts { rows created updated unchanged failed } }'; // prettier-ignore
const SYNC_ROWS = document<Syncs>(`mutation ($input: SyncRowsInput!) { syncRows(input: $input) { ${RUN} outcomes { row } } }`); // prettier-ignore
const SYNC_CSV = document<Syncs>(`mutation ($input: SyncCsvInput!) { syncCsv(input: $input) { ${RUN} } }`);
const SYNC_FILES = document<Syncs>(`mutation ($input: SyncCsvFilesInput!) { syncCsvFiles(input: $input) { ${RUN} } }`);
const ONE_RUN = document<{ run: RunData }>(`query ($id: ID!) { ${RUN.replace('run', 'run(id: $id)')} }`);
const CANCEL = document<Syncs>(`mutation ($id: ID!) { cancelRun(input: {id: $id}) { ${RUN} } }`);

const FILE = 'employee_id,first_name,last_name\nE1,Ann,Lee\nE2,Bob,Ray\n';
const DEFAULTS = { actionFlags: 'cu*', matchOn: ['employee_id'] };

const rowsInput = (first_name: string, options: object = {}): object => ({
  system: 'HR',
  model: 'Person',
  rows: [{ externalKey: '1', values: { employee_id: 'E1', first_name, last_name: 'Lee' } }],
  defaults: DEFAULTS,
  options: { async: true, ...options },
});

async function ended(server: TestServer, { id }: RunData): Promise<RunData> {
  return eventually(`the end of run ${id}`, async () => {
    const { run } = await server.send(ONE_RUN, { id });
    return run.status === 'QUEUED' || run.status === 'RUNNING' ? null : run;
  });
}

describe.each(DATABASES)('queued calls on $name', (kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await serve(kind);
  });
  afterAll(() => server.stop());

  it('R44: are answered with a QUEUED run, which is then carried out', async () => {
    const { syncRows } = await server.send(SYNC_ROWS, { input: rowsInput('Ann') });
    expect(syncRows).toMatchObject({
      outcomes: [],
      run: { status: 'QUEUED', progress: { phase: 'WAITING' }, replayed: false, error: null },
    });
    expect(await ended(server, syncRows!.run)).toMatchObject({
      status: 'COMPLETED',
      progress: null,
      counts: { rows: 1, created: 1 },
    });
  });

  it('may be a text, or several uploads', async () => {
    const input = { system: 'HR', model: 'Person', csv: FILE, defaults: DEFAULTS, options: { async: true, onError: 'CONTINUE' } }; // prettier-ignore
    const { syncCsv } = await server.send(SYNC_CSV, { input });
    expect(await ended(server, syncCsv!.run)).toMatchObject({ status: 'COMPLETED', counts: { rows: 2, created: 1 } });
    const files = { files: [{ file: null }, { file: null }], defaults: DEFAULTS, options: { async: true } };
    const { data } = await server.upload(
      SYNC_FILES,
      { input: files },
      {
        'input.files.0.file': { name: 'HR_app_Person.csv', content: FILE },
        'input.files.1.file': { name: 'HR_app_Tag.csv', content: 'label,match_on,action_flags\nHero,label,c\n' },
      },
    );
    expect(data?.syncCsvFiles?.run.status).toBe('QUEUED');
    expect(await ended(server, data!.syncCsvFiles!.run)).toMatchObject({
      status: 'COMPLETED',
      counts: { rows: 3, created: 1, unchanged: 2 },
    });
  });

  it('fail at once if they cannot start', async () => {
    const runs = await server.server.database.knex('nsync_runs').count({ all: '*' });
    expect(await server.fail(SYNC_ROWS, { input: { ...rowsInput('Ann'), model: 'Persn' } })).toMatchObject({
      code: 'UNKNOWN_MODEL',
    });
    expect(await server.fail(SYNC_ROWS, { input: rowsInput('Ann', { minRows: 2 }) })).toMatchObject({
      code: 'TOO_FEW_ROWS',
    });
    expect(await server.fail(SYNC_ROWS, { input: rowsInput('Ann', { maxWaitSeconds: -1 }) })).toMatchObject({
      code: 'BAD_USER_INPUT',
    });
    expect(await server.server.database.knex('nsync_runs').count({ all: '*' })).toEqual(runs);
  });

  it('R49: are one run if they have the same key', async () => {
    const input = { ...rowsInput('Key'), idempotencyKey: `key-${kind.name}` };
    const [one, other] = await Promise.all([server.send(SYNC_ROWS, { input }), server.send(SYNC_ROWS, { input })]);
    expect(new Set([one, other].map(({ syncRows }) => syncRows?.run.id)).size).toBe(1);
    expect([one, other].filter(({ syncRows }) => syncRows?.run.replayed)).toHaveLength(1);
    await ended(server, one.syncRows!.run);
    const sync = await server.send(SYNC_ROWS, { input: { ...input, options: { async: false } } });
    expect(sync.syncRows?.run).toMatchObject({ id: one.syncRows?.run.id, replayed: true, status: 'COMPLETED' });
  });

  it('leave nothing in the queue once they have ended', async () => {
    const { syncRows } = await server.send(SYNC_ROWS, { input: rowsInput('Left') });
    await ended(server, syncRows!.run);
    const { knex } = server.server.database;
    await eventually('the removal of the input', async () => {
      const left = await knex('nsync_run_pieces').where({ run_id: syncRows!.run.id });
      return left.length === 0;
    });
  });

  // A writer on SQLite would also keep the call from being queued.
  if (kind.name !== 'SQLite')
    it('R47: tell why they have ended', async () => {
      const trx = await server.server.database.knex.transaction();
      try {
        await trx('nsync_locks').where({ model: 'Person' }).forUpdate();
        const { syncRows } = await server.send(SYNC_ROWS, { input: rowsInput('Busy', { maxWaitSeconds: 0.2 }) });
        const run = await ended(server, syncRows!.run);
        expect(run).toMatchObject({ status: 'CANCELLED', error: { code: 'RUN_BUSY' } });
      } finally {
        await trx.rollback();
      }
    });
});

describe.each(DATABASES)('queued calls that no worker takes on $name', (kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await serve(kind, { environment: { NSYNC_ASYNC_RUNS: '0', NSYNC_MAX_ATTEMPTS: '2' } });
  });
  afterAll(() => server.stop());

  it('R47: can be cancelled', async () => {
    const { syncRows } = await server.send(SYNC_ROWS, { input: rowsInput('Ann') });
    const { id } = syncRows!.run;
    expect((await server.send(ONE_RUN, { id })).run).toMatchObject({
      status: 'QUEUED',
      progress: { phase: 'WAITING' },
    });
    const { cancelRun } = await server.send(CANCEL, { id });
    expect(cancelRun?.run).toMatchObject({ id, status: 'CANCELLED', progress: null });
    expect(await server.fail(CANCEL, { id })).toMatchObject({ code: 'RUN_ALREADY_FINISHED' });
    const { knex } = server.server.database;
    expect(await knex('nsync_run_pieces').where({ run_id: id })).toEqual([]);
  });

  it('R47: end as INTERRUPTED when too many processes have lost them', async () => {
    const { syncRows } = await server.send(SYNC_ROWS, { input: rowsInput('Ann') });
    const { id } = syncRows!.run;
    const { database } = server.server;
    for (const status of ['QUEUED', 'INTERRUPTED']) {
      expect((await claimRun(database, { owner: 'a process that dies', seconds: 1 }))?.started.id).toBe(id);
      await eventually(`run ${id} ${status}`, async () => {
        await interruptDeadRuns(database);
        return (await server.send(ONE_RUN, { id })).run.status === status;
      });
    }
  });
});
