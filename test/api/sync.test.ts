/** The sync mutations, as clients send them. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { parse } from 'graphql';
import { DATABASES } from '../support/databases';
import { serve, type TestServer } from '../support/server';
import {
  RunDocument,
  SyncCsvDocument,
  SyncCsvFilesDocument,
  SyncRowsDocument,
  SyncedObjectsDocument,
} from '../../schema/operations/generated';

const PERSONS = { system: 'HRSystem', model: 'Person', defaults: { actionFlags: 'cu*', matchOn: ['employee_id'] } };
const person = (employee_id: string, first_name: string, more: Record<string, unknown> = {}) => ({
  values: { employee_id, first_name, last_name: 'Wayne', ...more },
});

describe.each(DATABASES)('sync mutations on $name', (kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await serve(kind);
  });
  afterAll(() => server.stop());

  it('syncRows answers the run and one outcome a row', async () => {
    const input = {
      ...PERSONS,
      rows: [{ ...person('A1', 'Bruce'), externalKey: 'k1' }, person('A2', 'Clark'), person('A1', 'Batman')],
    };
    const { syncRows } = await server.send(SyncRowsDocument, { input });
    expect(syncRows.run).toMatchObject({
      status: 'COMPLETED',
      dryRun: false,
      systems: [{ name: 'HRSystem' }],
      counts: { rows: 3, created: 2, updated: 1, warnings: 0 },
    });
    expect(syncRows.outcomes.map(({ row, status, externalKey }) => ({ row, status, externalKey }))).toEqual([
      { row: 1, status: 'CREATED', externalKey: 'k1' },
      { row: 2, status: 'CREATED', externalKey: null },
      { row: 3, status: 'UPDATED', externalKey: null },
    ]);
    expect(syncRows.outcomes[2]).toMatchObject({
      objectId: syncRows.outcomes[0]?.objectId,
      changes: [{ field: 'first_name', before: 'Bruce', after: 'Batman' }],
    });
  });

  it('syncRows answers outcomes however they are asked for', async () => {
    const answer = async (selection: string, more = ''): Promise<unknown> => {
      const query = `mutation ($input: SyncRowsInput!) { told: syncRows(input: $input) { run { status } ${selection} } } ${more}`;
      const input = { ...PERSONS, rows: [person('F1', 'Diana')], options: { dryRun: true } };
      return (await server.send(parse(query) as TypedDocumentNode<{ told: unknown }, object>, { input })).told;
    };
    const run = { status: 'COMPLETED' };
    const outcomes = [{ status: 'CREATED' }];
    expect(await answer('outcomes { status }')).toEqual({ run, outcomes });
    expect(await answer('rows: outcomes { status }')).toEqual({ run, rows: outcomes });
    expect(await answer('... @include(if: true) { outcomes { status } }')).toEqual({ run, outcomes });
    const fragments =
      'fragment Told on SyncRowsPayload { ...All } fragment All on SyncRowsPayload { outcomes { status } }';
    expect(await answer('...Told', fragments)).toEqual({ run, outcomes });
    expect(await answer('')).toEqual({ run });
  });

  it('R28: relations are given as objects, to one and to many, over hops and by key', async () => {
    const rows = (list: object[], model: string, match: string) => ({
      input: { system: 'R28', model, defaults: { actionFlags: 'cu*', matchOn: [match] }, rows: list as never },
    });
    await server.send(
      SyncRowsDocument,
      rows(
        ['x', 'y', 'z'].map((label) => ({ values: { label } })),
        'Tag',
        'label',
      ),
    );
    await server.send(
      SyncRowsDocument,
      rows(
        [{ externalKey: 'p1', ...person('R1', 'Selina', { tags: { add: [{ label: 'x' }, { label: 'y' }] } }) }],
        'Person',
        'employee_id',
      ),
    );
    const houses = await server.send(
      SyncRowsDocument,
      rows(
        [
          { values: { address: 'R28 a', owner: { first_name: 'Selina', last_name: 'Wayne' } } },
          { values: { address: 'R28 b', owner: { _key: 'p1' } } },
          { values: { address: 'R28 c', owner: { _key: 'p1', _system: 'Elsewhere' } } },
          { values: { address: 'R28 a', owner: null } },
          { values: { address: 'R28 b', owner: 'Selina' } },
        ],
        'House',
        'address',
      ),
    );
    expect(houses.syncRows.run.status).toBe('ROLLED_BACK');
    expect(houses.syncRows.outcomes.map(({ status, problems }) => [status, ...problems.map(({ code }) => code)])).toEqual([
      ['CREATED'], ['CREATED'], ['CREATED', 'REFERENCE_NOT_FOUND'], ['UPDATED'], ['FAILED', 'INVALID_VALUE'],
    ]); // prettier-ignore
    const tags = await server.send(
      SyncRowsDocument,
      rows(
        [
          person('R1', 'Selina', { tags: { add: [{ label: 'z' }], remove: [{ label: 'x' }] } }),
          person('R1', 'Selina', { tags: { set: [{ label: 'x' }] } }),
          person('R1', 'Selina', { tags: { set: [], add: [] } }),
          person('R1', 'Selina', { tags: [{ label: 'x' }] }),
          person('R1', 'Selina', { tags: null }),
        ],
        'Person',
        'employee_id',
      ),
    );
    expect(tags.syncRows.outcomes.map(({ status, changes, problems }) => [status, changes.map(({ before, after }) => [(before as []).length, (after as []).length]), problems.map(({ code }) => code)])).toEqual([
      ['UPDATED', [[1, 1]], []],
      ['UPDATED', [[2, 1]], []],
      ['UNCHANGED', [], ['MIXED_RELATION_OPERATORS']],
      ['FAILED', [], ['INVALID_VALUE']],
      ['UPDATED', [[1, 0]], []],
    ]); // prettier-ignore
  });

  it('R42: a rolled back run names no object that it did not keep', async () => {
    const input = { ...PERSONS, rows: [person('RB1', 'Gone'), person('RB2', 'Bad', { age: 'old' })] };
    const { syncRows } = await server.send(SyncRowsDocument, { input });
    expect(syncRows.run.status).toBe('ROLLED_BACK');
    expect(syncRows.outcomes.map(({ status, objectId }) => [status, objectId])).toEqual([
      ['CREATED', null],
      ['FAILED', null],
    ]);
    const { objects } = await server.send(SyncedObjectsDocument, {
      model: 'Person',
      where: { employee_id: 'RB1' },
      first: 1,
    });
    expect(objects.totalCount).toBe(0);
  });

  it('R43: a dry run tells what the run does afterwards', async () => {
    const input = {
      ...PERSONS,
      rows: [person('DR1', 'Dick'), person('DR1', 'Robin'), person('DR2', 'Bad', { age: 'old' })],
    };
    const options = {
      createExternalSystem: true,
      onError: 'CONTINUE',
      onMatchConflict: 'DELETE',
      onUnresolvedReference: 'WARN',
      dryRun: true,
    } as const;
    const dry = await server.send(SyncRowsDocument, { input: { ...input, system: 'Dry', options } });
    const { objects } = await server.send(SyncedObjectsDocument, {
      model: 'Person',
      where: { employee_id: 'DR1' },
      first: 1,
    });
    expect(objects.totalCount).toBe(0);
    const real = await server.send(SyncRowsDocument, {
      input: { ...input, system: 'Dry', options: { ...options, dryRun: false } },
    });
    const told = ({ syncRows }: typeof dry) => [
      syncRows.run.status,
      syncRows.run.counts,
      syncRows.outcomes.map(({ status, changes, problems }) => ({ status, changes, problems })),
    ];
    expect(told(dry)).toEqual(told(real));
    expect(dry.syncRows.run.dryRun).toBe(true);
  });

  it('syncCsv reads a text, renames columns, and sums up problems', async () => {
    const csv = [
      'No;Vorname;Nachname;Alter;x',
      ...Array.from({ length: 20 }, (_, i) => `C${i};Bruce;Wayne;${i < 10 ? 'old' : i};1`),
    ].join('\n');
    const { syncCsv } = await server.send(SyncCsvDocument, {
      input: {
        system: 'Csv',
        model: 'person',
        csv,
        defaults: { actionFlags: 'cu*' },
        columns: [
          { header: 'No', name: 'employee_id', ignore: false },
          { header: 'No', name: 'external_key', ignore: false },
          { header: 'Vorname', name: 'first_name', ignore: false },
          { header: 'Nachname', name: 'last_name', ignore: false },
          { header: 'Alter', name: 'age', ignore: false },
          { header: 'x', ignore: true },
        ],
        options: {
          createExternalSystem: true,
          onError: 'CONTINUE',
          onMatchConflict: 'DELETE',
          onUnresolvedReference: 'WARN',
          dryRun: false,
        },
      },
    });
    expect(syncCsv.run).toMatchObject({
      status: 'COMPLETED_WITH_FAILURES',
      counts: { rows: 20, created: 10, failed: 10 },
      problems: [],
    });
    expect(syncCsv.run.problemGroups).toMatchObject([
      { code: 'INVALID_VALUE', severity: 'ERROR', field: 'age', count: 10, rows: '1-10' },
    ]);
    expect(syncCsv.run.outcomes.nodes[0]).toMatchObject({ row: 1, line: 2, status: 'FAILED', externalKey: 'C0' });
    const { run } = await server.send(RunDocument, { id: syncCsv.run.id, statuses: ['CREATED'], first: 3 });
    expect(run?.outcomes).toMatchObject({
      totalCount: 10,
      pageInfo: { hasNextPage: true },
      nodes: [{ row: 11 }, { row: 12 }, { row: 13 }],
    });
  });

  it('syncCsv takes an upload in another encoding', async () => {
    const content = Buffer.from(
      'action_flags,match_on,employee_id,first_name,last_name\r\ncu,employee_id,U1,Zo\xeb,Stra\xdfe\r\n',
      'latin1',
    );
    const { data, errors } = await server.upload(
      SyncCsvDocument,
      { input: { system: 'Upload', model: 'Person', format: { encoding: 'windows-1252' } } },
      { 'input.file': { name: 'p.csv', content } },
    );
    expect(errors).toBeUndefined();
    expect(data?.syncCsv.run).toMatchObject({
      status: 'COMPLETED',
      sources: [{ file: 'p.csv', counts: { created: 1 } }],
    });
    const { objects } = await server.send(SyncedObjectsDocument, {
      model: 'Person',
      where: { employee_id: 'U1' },
      first: 1,
    });
    expect(objects.nodes[0]?.values).toMatchObject({ first_name: 'Zoë', last_name: 'Straße' });
  });

  it('R41: syncCsvFiles reads names and orders actions over all files, so that references look forward', async () => {
    const { data, errors } = await server.upload(
      SyncCsvFilesDocument,
      { input: { smartOrder: true, files: [{}, {}] } },
      {
        'input.files.0.file': {
          name: 'Land_demo_House.csv',
          content: 'external_key,action_flags,match_on,address,owner=>employee_id\n1,cu,address,Forward,F1\n',
        },
        'input.files.1.file': {
          name: 'HR_demo_Person.csv',
          content: 'action_flags,match_on,employee_id,first_name,last_name\ncu,employee_id,F1,Late,Comer\n',
        },
      },
    );
    expect(errors).toBeUndefined();
    expect(data?.syncCsvFiles.run).toMatchObject({
      status: 'COMPLETED',
      counts: { rows: 2, created: 2, warnings: 0 },
      systems: [{ name: 'Land' }, { name: 'HR' }],
    });
    const { objects } = await server.send(SyncedObjectsDocument, {
      model: 'House',
      where: { address: 'Forward' },
      first: 1,
    });
    expect(objects.nodes[0]?.values.owner_id).not.toBeNull();
  });

  it.each([
    ['UNKNOWN_MODEL', { ...PERSONS, model: 'Persn', rows: [] }, /Did you mean "Person"/],
    ['BAD_USER_INPUT', { ...PERSONS, system: '  ', rows: [] }, /blank/],
    ['BAD_USER_INPUT', { ...PERSONS, system: 'x'.repeat(101), rows: [] }, /100/],
    [
      'UNKNOWN_EXTERNAL_SYSTEM',
      { ...PERSONS, system: 'HRSystm', rows: [], options: { createExternalSystem: false } },
      /HRSystem/,
    ],
    ['BAD_USER_INPUT', { ...PERSONS, rows: [], options: { order: ['CREATE', 'CREATE', 'DELETE'] } }, /each once/],
  ])('a call that cannot start answers %s and runs nothing', async (code, input, message) => {
    await server.send(SyncRowsDocument, { input: { ...PERSONS, rows: [] } });
    const failure = await server.fail(SyncRowsDocument, { input: input as never });
    expect(failure.code).toBe(code);
    expect(failure.message).toMatch(message);
  });

  it.each([
    ['EMPTY_CSV', '', /empty/],
    ['EMPTY_CSV', ' \n\n', /empty/],
    ['DUPLICATE_CSV_HEADER', 'a, a\n1,2\n', /"a"/],
    ['MALFORMED_CSV', 'a,b\n1,2\n3,"4\n5,6\n', /Line 3/],
  ])('a bad file answers %s', async (code, csv, message) => {
    const failure = await server.fail(SyncCsvDocument, { input: { system: 'Csv', model: 'Person', csv } });
    expect(failure).toMatchObject({ code });
    expect(failure.message).toMatch(message);
  });

  it.each([
    ['EMPTY_CSV', { name: 'S_demo_Car.csv', csv: '' }, 'File "S_demo_Car.csv": '],
    ['MALFORMED_CSV', { name: 'S_demo_Car.csv', csv: 'a\n"' }, 'File "S_demo_Car.csv": '],
    ['DUPLICATE_CSV_HEADER', { system: 'S', model: 'Car', csv: 'a,a' }, 'File 2: '],
    ['INVALID_FILE_NAME', { name: 'cars.csv', csv: 'a' }, 'File "cars.csv": '],
    ['BAD_USER_INPUT', { name: 'S_demo_Car.csv' }, 'File "S_demo_Car.csv": '],
    ['BAD_USER_INPUT', { name: 'x\u0000', system: 'S', model: 'Car', csv: 'a' }, 'File "x\\u0000": '],
  ])('%s of one of several files names it', async (code, file, label) => {
    const input = { smartOrder: true, files: [{ name: 'S_demo_Person.csv', csv: 'a\n' }, file] };
    const failure = await server.fail(SyncCsvFilesDocument, { input });
    expect([failure.code, failure.message.startsWith(label)]).toEqual([code, true]);
  });

  it('R14: halves of surrogate pairs in a text of CSV fail their rows, and no others', async () => {
    const csv = 'external_key,employee_id,first_name,last_name\n1,H1,\ud83d,x\n\ude00,H2,a,b\n3,H3,😀,b\n';
    const defaults = { actionFlags: 'cu', matchOn: ['employee_id'] };
    const { syncCsv } = await server.send(SyncCsvDocument, {
      input: { system: 'Half', model: 'Person', csv, defaults },
    });
    expect(syncCsv.run.problemGroups.map(({ code, field, rows }) => [code, field, rows])).toEqual([
      ['INVALID_VALUE', 'first_name', '1'],
      ['INVALID_VALUE', 'external_key', '2'],
    ]);
  });

  it('flags and names that are blank fall back to the defaults', async () => {
    const blank = (employee_id: string, actionFlags: string, matchOn: string[]) => ({
      ...person(employee_id, 'Blank'),
      actionFlags,
      matchOn,
    });
    const rows = [blank('BL1', '', []), blank('BL2', ' ', ['']), blank('BL3', '\t', [' '])];
    const { syncRows } = await server.send(SyncRowsDocument, { input: { ...PERSONS, rows } });
    expect(syncRows.outcomes.map(({ status }) => status)).toEqual(['CREATED', 'CREATED', 'CREATED']);
  });

  it('problemGroups tells rows by source, though files have one name or none', async () => {
    const csv = 'action_flags\nx\nx\n\ncu\nx';
    const file = { system: 'Groups', model: 'Person', csv };
    const { syncCsvFiles } = await server.send(SyncCsvFilesDocument, {
      input: { smartOrder: true, files: [file, file, { ...file, name: 'same' }, { ...file, name: 'same' }] },
    });
    expect(
      syncCsvFiles.run.problemGroups
        .filter(({ code }) => code === 'INVALID_ACTION_FLAGS')
        .map(({ file: name, rows, count }) => [name, rows, count]),
    ).toEqual([[null, '1-2, 4', 3], [null, '1-2, 4', 3], ['same', '1-2, 4', 3], ['same', '1-2, 4', 3]]); // prettier-ignore
  });

  it('names of files that say nothing are refused', async () => {
    const input = { smartOrder: true, files: [{ name: 'persons.csv', csv: 'a\n1' }] };
    expect(await server.fail(SyncCsvFilesDocument, { input })).toMatchObject({ code: 'INVALID_FILE_NAME' });
    expect(await server.fail(SyncCsvFilesDocument, { input: { ...input, pattern: '(' } })).toMatchObject({
      code: 'BAD_USER_INPUT',
    });
    const { syncCsvFiles } = await server.send(SyncCsvFilesDocument, {
      input: {
        smartOrder: true,
        pattern: '(?P<model_name>[a-z]+)s-(?P<external_system>[A-Z]+)',
        files: [{ name: 'persons-ERP.csv', csv: 'action_flags\n' }],
      },
    });
    expect(syncCsvFiles.run).toMatchObject({
      status: 'COMPLETED',
      counts: { rows: 0 },
      sources: [{ model: 'Person', file: 'persons-ERP.csv', system: { name: 'ERP' } }],
    });
  });
});
