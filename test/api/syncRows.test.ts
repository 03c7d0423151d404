/** The mutation `syncRows`, as clients send it. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { parse } from 'graphql';
import { DATABASES } from '../support/databases';
import { serve, type TestServer } from '../support/server';
import { SyncedObjectsDocument, SyncRowsDocument } from '../../schema/operations/generated';

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
});
