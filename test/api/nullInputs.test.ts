/** Every input field with a default is nullable, and null means the default. Tested for each field of the schema. */
import { isInputObjectType, isNonNullType, parse } from 'graphql';
import { makeSchema } from '../../src/api';
import { DATABASES } from '../support/databases';
import { serve, type TestServer } from '../support/server';

const RUN =
  'run { status dryRun counts { created updated deleted failed warnings } outcomes(first: 9) { nodes { status changes { field after } problems { code } } } }';
const SYNC_ROWS = `mutation ($input: SyncRowsInput!) { syncRows(input: $input) { ${RUN} } }`;
const SYNC_CSV = `mutation ($input: SyncCsvInput!) { syncCsv(input: $input) { ${RUN} } }`;
const SYNC_FILES = `mutation ($input: SyncCsvFilesInput!) { syncCsvFiles(input: $input) { ${RUN} } }`;
const DELETE_SYSTEM =
  'mutation ($input: DeleteExternalSystemInput!) { deleteExternalSystem(input: $input) { deletedMappings } }';
const PRUNE = 'mutation ($input: PruneRunsInput!) { pruneRuns(input: $input) { __typename } }';
const LAST_RUN = 'query ($where: JSONObject) { objects(model: "Person", where: $where) { nodes { touchedBy { lastRun { status } } } } }'; // prettier-ignore

const DEFAULTS = { actionFlags: 'cu*', matchOn: ['employee_id'] };
const names = { first_name: 'Ada', last_name: 'King' };

/** Sends an operation. Returns its data, or the code of its error. */
type Send = (operation: string, variables: object) => Promise<unknown>;

interface Case {
  /** Any value other than the default. Its effect must be visible. */
  readonly other: unknown;
  /** Returns the effect of `given`, which contains only the field. `id` is unique. */
  observe(send: Send, given: object, id: string, server: TestServer): Promise<unknown>;
}

const syncPerson = (id: string, more: object = {}): object => ({
  system: 'HR',
  model: 'Person',
  defaults: DEFAULTS,
  rows: [{ externalKey: id, values: { ...names, employee_id: id } }],
  ...more,
});

const CASES: Readonly<Record<string, Case>> = {
  'SyncOptionsInput.createExternalSystem': {
    other: false,
    observe: (send, options, id) => send(SYNC_ROWS, { input: syncPerson(id, { system: id, options }) }),
  },
  'SyncOptionsInput.async': {
    other: true,
    observe: (send, options, id) => send(SYNC_ROWS, { input: syncPerson(id, { options }) }),
  },
  'SyncOptionsInput.onError': {
    other: 'CONTINUE',
    observe: (send, options, id) =>
      send(SYNC_ROWS, { input: syncPerson(id, { options, rows: [{ values: { ...names, employee_id: id } }, { values: { employee_id: `${id}b` } }] }) }),
  },
  'SyncOptionsInput.onMatchConflict': {
    other: 'FAIL',
    async observe(send, options, id) {
      await send(SYNC_ROWS, { input: syncPerson(`${id}a`) });
      await send(SYNC_ROWS, { input: syncPerson(`${id}b`, { rows: [{ values: { ...names, employee_id: `${id}b` } }] }) });
      return send(SYNC_ROWS, { input: syncPerson(id, { options, rows: [{ externalKey: `${id}a`, values: { employee_id: `${id}b` } }] }) });
    },
  },
  'SyncOptionsInput.onUnresolvedReference': {
    other: 'FAIL',
    observe: (send, options, id) =>
      send(SYNC_ROWS, { input: { system: 'HR', model: 'House', options, defaults: { actionFlags: 'cu', matchOn: ['address'] }, rows: [{ values: { address: id, owner: { employee_id: 'nobody' } } }] } }),
  },
  'SyncOptionsInput.dryRun': {
    other: true,
    observe: (send, options, id) => send(SYNC_ROWS, { input: syncPerson(id, { options }) }),
  },
  'SyncOptionsInput.onUnknownField': {
    other: 'FAIL',
    observe: (send, options, id) =>
      send(SYNC_ROWS, { input: syncPerson(id, { options, rows: [{ values: { ...names, employee_id: id, nothing: 1 } }] }) }),
  },
  'ColumnInput.ignore': {
    other: true,
    observe: (send, column, id) =>
      send(SYNC_CSV, { input: { system: 'HR', model: 'Person', defaults: DEFAULTS, columns: [{ header: 'colour', name: 'hair_colour', ...column }], csv: `employee_id,first_name,last_name,colour\n${id},Ada,King,red\n` } }),
  },
  'CsvFormatInput.encoding': {
    other: 'latin1',
    async observe(_send, format, id, server) {
      const input = { system: 'HR', model: 'Person', defaults: DEFAULTS, format, file: null };
      const { data } = await server.upload(parse(SYNC_CSV) as never, { input } as never, {
        'input.file': { name: 'x.csv', content: `employee_id,first_name,last_name\n${id},Zoë,King\n` },
      });
      return data;
    },
  },
  'SyncCsvFilesInput.smartOrder': {
    other: false,
    observe: (send, given, id) =>
      send(SYNC_FILES, { input: { ...given, defaults: { actionFlags: 'cu' }, files: [
        { system: 'HR', model: 'House', csv: `match_on,address,owner=>employee_id\naddress,${id},${id}\n` },
        { system: 'HR', model: 'Person', csv: `match_on,employee_id,first_name,last_name\nemployee_id,${id},Ada,King\n` },
      ] } }),
  },
  'DeleteExternalSystemInput.deleteMappings': {
    other: true,
    async observe(send, given, id) {
      await send(SYNC_ROWS, { input: syncPerson(id, { system: id }) });
      return send(DELETE_SYSTEM, { input: { name: id, ...given } });
    },
  },
  'PruneRunsInput.keepLastTouch': {
    other: false,
    async observe(send, given, id) {
      await send(SYNC_ROWS, { input: syncPerson(id) });
      await send(PRUNE, { input: { finishedBefore: new Date(Date.now() + 60_000), ...given } });
      return send(LAST_RUN, { where: { employee_id: id } });
    },
  },
}; // prettier-ignore

describe('null for an input field with a default', () => {
  let server: TestServer;
  let serial = 0;
  beforeAll(async () => {
    server = await serve(DATABASES[0]!);
  });
  afterAll(() => server.stop());

  const send: Send = async (query, variables) => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as {
      data?: unknown;
      errors?: { message: string; extensions: { code: string } }[];
    };
    return errors ? errors.map(({ extensions }) => extensions.code) : data;
  };

  /** Every input field with a default, as `Type.field`. */
  const fieldsWithDefault = async () =>
    Object.values((await makeSchema()).getTypeMap())
      .filter(isInputObjectType)
      .flatMap((type) =>
        Object.values(type.getFields())
          .filter(({ defaultValue }) => defaultValue !== undefined)
          .map((field) => ({ ...field, path: `${type.name}.${field.name}` })),
      );

  it('is allowed, and tried below, for all of them', async () => {
    const fields = await fieldsWithDefault();
    expect(fields.filter(({ type }) => isNonNullType(type)).map(({ path }) => path)).toEqual([]);
    expect(fields.map(({ path }) => path).sort()).toEqual(Object.keys(CASES).sort());
  });

  it.each(Object.entries(CASES))('is the default: %s', async (path, tried) => {
    const field = (await fieldsWithDefault()).find((each) => each.path === path);
    if (!field) throw new Error(`there is no ${path}`);
    const observed = async (given: object): Promise<string> => {
      const id = `N${(serial += 1)}`;
      const seen = JSON.stringify(await tried.observe(send, given, id, server));
      expect(seen).not.toContain('GRAPHQL_VALIDATION_FAILED');
      return seen.replaceAll(id, '(id)').replaceAll(/"after":\d+/g, '"after":(number)');
    };
    const byDefault = await observed({ [field.name]: field.defaultValue });
    expect(byDefault).not.toContain('BAD_USER_INPUT');
    expect(await observed({ [field.name]: null })).toBe(byDefault);
    expect(await observed({})).toBe(byDefault);
    expect(await observed({ [field.name]: tried.other })).not.toBe(byDefault);
  });
});
