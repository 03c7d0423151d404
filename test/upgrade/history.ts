/** The work of a version before its dump, and the state that every later version must still have. */
import type { TestServer } from '../support/server';

type Row = Readonly<Record<string, unknown>>;

/** Sends a GraphQL operation. Throws if the response contains errors. */
async function ask<T>(server: TestServer, query: string, variables: object = {}): Promise<T> {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: T; errors?: unknown };
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

/** Syncs rows. The first two elements of each are its key and its flags. */
const sync = async (
  server: TestServer,
  system: string,
  model: string,
  matchOn: string | null,
  rows: readonly Row[],
  options: object = {},
): Promise<string[]> => {
  const { syncRows } = await ask<{ syncRows: { outcomes: { status: string }[] } }>(
    server,
    'mutation ($input: SyncRowsInput!) { syncRows(input: $input) { outcomes { status } } }',
    {
      input: {
        system,
        model,
        defaults: { actionFlags: 'cu*', matchOn: matchOn === null ? [] : [matchOn] },
        rows: rows.map(({ key, flags, ...values }) => ({ externalKey: key, actionFlags: flags, values })),
        options,
      },
    },
  );
  return syncRows.outcomes.map(({ status }) => status);
};

/** A text that a dump may damage. */
const ODD_KEY = `it's "50%" \\ \t; -- ${'é'.normalize('NFD')} 😀 `;

const PERSONS: readonly Row[] = [
  { key: '1001', employee_id: 'EMP1', first_name: 'Bruce', last_name: 'Wayne', age: 42 },
  { key: ODD_KEY, employee_id: 'EMP2', first_name: 'Renée', last_name: "O'Hara \\ 😀", age: null },
  { key: '1003', employee_id: 'EMP3', first_name: 'Harvey', last_name: 'Dent' },
];
const HOUSES: readonly Row[] = [
  { key: 'H-1', address: '1007 Mountain Drive', country: 'USA', 'owner=>employee_id': 'EMP1' },
  { key: 'H-2', address: 'Arkham Road 1', country: 'USA', 'owner=>employee_id': 'EMP9' },
];
const TAGS: readonly Row[] = [{ key: 'T-1', label: 'hero', 'people=>+employee_id': 'EMP1' }];

/** Creates runs of every kind, mappings, pruned runs, and objects that several systems share. */
export async function makeHistory(server: TestServer): Promise<void> {
  const hr = (rows: readonly Row[], options = {}) =>
    sync(server, 'HR "system"', 'Person', 'employee_id', rows, options);
  await hr(PERSONS);
  await hr(PERSONS.map(({ key, ...row }) => ({ key, ...row, hair_colour: 'black' })));
  await ask(server, 'mutation ($input: PruneRunsInput!) { pruneRuns(input: $input) { runs } }', {
    input: { finishedBefore: new Date(Date.now() + 1000).toISOString() },
  });
  await sync(server, 'Land registry', 'House', 'address', HOUSES);
  await sync(server, 'Tags', 'Tag', 'label', TAGS);
  await sync(server, 'Payroll', 'Person', 'employee_id', [{ key: 'P-1', employee_id: 'EMP1' }]);
  await hr([{ employee_id: 'EMP1', age: 'unknown' }, PERSONS[1]!], { onError: 'CONTINUE' });
  await hr([
    { employee_id: 'EMP4', first_name: 'Not', last_name: 'There' },
    { employee_id: 'EMP1', age: 'unknown' },
  ]);
  await hr([{ employee_id: 'EMP5', first_name: 'Dry', last_name: 'Run' }], { dryRun: true });
  await hr([{ key: '1003', flags: 'd', employee_id: 'EMP3' }]);
  await hr([PERSONS[0]!], { onError: 'CONTINUE' });
}

/** Makes the last run look like that of a killed process. */
export async function killLastRun({ server: { database } }: TestServer): Promise<void> {
  const { knex, dialect } = database;
  const last = (await knex('nsync_runs').orderBy('id', 'desc').first('id', 'started_at')) as Row;
  await knex('nsync_runs')
    .where({ id: last.id })
    .update({ status: 'RUNNING', finished_at: null, heartbeat_at: last.started_at });
  if (dialect.name !== 'sqlite')
    await knex('nsync_run_progress').insert({
      run_id: last.id,
      attempt: 1,
      heartbeat_at: last.started_at,
      phase: 'SYNCING',
      rows_done: 1,
    });
}

const COUNTS = '{ rows created updated unchanged deleted unlinked skipped failed warnings }';
const OBJECT = `{ nodes { id values mappings { externalKey system { name } }
  touchedBy { system { name } externalKeys firstTouchedAt lastTouchedAt lastRun { id status } } } }`;
const STATE = `{
  externalSystems { nodes { name description createdAt } }
  externalKeyMappings { nodes { id system { name } model externalKey objectId createdAt updatedAt } }
  runs { nodes {
    id status dryRun startedAt finishedAt counts ${COUNTS}
    sources { system { name } model file counts ${COUNTS} }
    problemGroups { code severity field file count rows message }
    outcomes { nodes { row line model externalKey status objectId alsoDeleted alsoChanged { model id }
      changes { field before after } problems { code severity field message } } }
  } }
  persons: objects(model: "Person") ${OBJECT}
  houses: objects(model: "House") ${OBJECT}
  tags: objects(model: "Tag") ${OBJECT}
}`;

export interface State {
  readonly runs: { readonly nodes: readonly { readonly id: string; readonly status: string }[] };
  readonly [field: string]: unknown;
}

/** The complete state in the API. */
export const stateOf = (server: TestServer): Promise<State> => ask<State>(server, STATE);

/** The expected statuses of the rows in `goOn`. Repeated rows change nothing. */
export const WHAT_ROWS_DO = {
  persons: ['UNCHANGED', 'UNCHANGED'],
  houses: ['UNCHANGED', 'UNCHANGED'],
  tags: ['UNCHANGED'],
  byKey: ['UPDATED'],
  new: ['CREATED'],
  referring: ['CREATED'],
  shared: ['UNLINKED'],
  deleted: ['DELETED'],
};

/** Repeats every file of the history, and syncs new rows. Returns the status of each row. */
export async function goOn(server: TestServer): Promise<Record<string, readonly string[]>> {
  const kept = PERSONS.slice(0, 2);
  return {
    persons: await sync(server, 'HR "system"', 'Person', 'employee_id', kept),
    houses: await sync(server, 'Land registry', 'House', 'address', HOUSES),
    tags: await sync(server, 'Tags', 'Tag', 'label', TAGS),
    byKey: await sync(server, 'HR "system"', 'Person', null, [{ key: ODD_KEY, age: 30 }]),
    new: await sync(server, 'HR "system"', 'Person', 'employee_id', [
      { key: '1006', employee_id: 'EMP6', first_name: 'Barbara', last_name: 'Gordon' },
    ]),
    referring: await sync(server, 'Land registry', 'House', 'address', [
      { key: 'H-3', address: 'Clock Tower', 'owner=>employee_id': 'EMP6' },
    ]),
    shared: await sync(server, 'Payroll', 'Person', 'employee_id', [{ key: 'P-1', flags: 'd', employee_id: 'EMP1' }]),
    deleted: await sync(server, 'HR "system"', 'Person', 'employee_id', [{ key: '1001', flags: 'd', employee_id: 'EMP1' }]), // prettier-ignore
  };
}
