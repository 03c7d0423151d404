/** Ignored parts of a call are counted as warnings, or refuse the whole call before any row runs (R16). */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { parse } from 'graphql';
import {
  RunsDocument,
  SyncCsvDocument,
  SyncCsvFilesDocument,
  SyncRowsDocument,
  type SyncRowsInput,
} from '../../schema/operations/generated';
import { DATABASES } from '../support/databases';
import { serve, type TestServer } from '../support/server';

const rows = (...values: Record<string, unknown>[]): SyncRowsInput => ({
  system: 'HR',
  model: 'Person',
  defaults: { actionFlags: 'cu*', matchOn: ['employee_id'] },
  rows: values.map((more) => ({ values: { first_name: 'Ada', last_name: 'King', ...more } as never })),
});

const PERSONS = 'action_flags,match_on,employee_id,first_name,last_name';
const personFile = (name: string, header: string, ...lines: string[]) => ({
  name,
  csv: [`${PERSONS}${header}`, ...lines].join('\n'),
});

describe.each(DATABASES)('nothing is silent on $name', (kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await serve(kind);
  });
  afterAll(() => server.stop());

  const runCount = async (): Promise<number> =>
    (await server.send(RunsDocument, { first: 1 } as never)).runs.totalCount;
  const persons = async (): Promise<number> => (await server.server.database.knex('person')).length;

  /** The error of a call that creates neither a run nor an object. */
  async function refused<V>(document: TypedDocumentNode<unknown, V>, variables: V): Promise<string> {
    const before = [await runCount(), await persons()];
    const { code, message } = await server.fail(document, variables);
    expect([await runCount(), await persons()]).toEqual(before);
    return `${code}: ${message}`;
  }

  it.each([
    ['a field', { frist_name: 'A' }, 'UNKNOWN_FIELD', 'Person has no such field. Did you mean "first_name"?'],
    ['a relation', { hosues: {} }, 'UNKNOWN_FIELD', 'Person has no such field. Did you mean "houses"?'],
    ['a reference', { 'hosues=>address': 'x' }, 'UNKNOWN_REFERENCE', 'Person has no relation "hosues". Did you mean "houses"?'],
    ['a field of a reference', { 'houses=>adress': 'x' }, 'UNKNOWN_REFERENCE', 'House has no field "adress". Did you mean "address"?'],
    ['a name inside an object', { tags: { add: [{ lable: 'x' }] } }, 'UNKNOWN_REFERENCE', 'Tag has no field "lable". Did you mean "label"?'],
  ])('R16: %s that is unknown is one warning per column, or refuses the call', async (_name, given, code, reason) => {
    const input = rows({ employee_id: 'w1', ...given }, { employee_id: 'w2', ...given });
    const dry = { ...input, options: { dryRun: true } };
    const { run } = (await server.send(SyncRowsDocument, { input: dry })).syncRows;
    expect(run).toMatchObject({ status: 'COMPLETED', counts: { rows: 2, created: 2, warnings: 1 }, problems: [{ code }] });
    expect(run.problems[0]?.message).toMatch(new RegExp(`is ignored: ${reason.replace('?', '\\?')}$`));
    const strict = { ...input, options: { onUnknownField: 'FAIL' as const } };
    expect(await refused(SyncRowsDocument, { input: strict })).toMatch(
      new RegExp(`^UNKNOWN_FIELD: Nothing was synced, because onUnknownField is FAIL. Person: column ".*": ${reason.replace('?', '\\?')}$`),
    );
  }); // prettier-ignore

  it('R16: an unknown column in a row that comes late, or in one of several files, refuses the whole call', async () => {
    const late = rows(...Array.from({ length: 1500 }, (_, i) => ({ employee_id: `l${i}` })), { employee_id: 'l', nome: 1 }); // prettier-ignore
    expect(await refused(SyncRowsDocument, { input: { ...late, options: { onUnknownField: 'FAIL', onError: 'CONTINUE' } } })).toMatch(/^UNKNOWN_FIELD: .*"nome"/); // prettier-ignore
    const files = [
      personFile('HR_a_Person.csv', '', 'cu,employee_id,f1,A,B'),
      personFile('HR_b_Person.csv', ',nome,hosues=>x', 'cu,employee_id,f2,A,B,?,?'),
    ];
    expect(await refused(SyncCsvFilesDocument, { input: { files, options: { onUnknownField: 'FAIL' } } })).toBe(
      'UNKNOWN_FIELD: Nothing was synced, because onUnknownField is FAIL. HR_b_Person.csv: column "nome": Person has no such field. HR_b_Person.csv: column "hosues=>x": Person has no relation "hosues". Did you mean "houses"?',
    );
    const { syncCsvFiles } = await server.send(SyncCsvFilesDocument, { input: { files, options: { dryRun: true } } });
    expect(syncCsvFiles.run.sources.map(({ counts }) => counts.warnings)).toEqual([0, 2]);
    expect(syncCsvFiles.run.counts.warnings).toBe(2);
  });

  it('what is known passes onUnknownField: FAIL', async () => {
    const input = { ...rows({ employee_id: 'k1', tags: { add: [] }, 'houses=>address': '' }), options: { onUnknownField: 'FAIL' as const, dryRun: true } }; // prettier-ignore
    expect((await server.send(SyncRowsDocument, { input })).syncRows.run.counts).toMatchObject({ created: 1, warnings: 0 }); // prettier-ignore
  });

  it('R28: _system without _key is an unknown name', async () => {
    const input = rows({ employee_id: 's1', houses: [{ address: 'x', _system: 'HR' }] });
    const { run } = (await server.send(SyncRowsDocument, { input: { ...input, options: { dryRun: true } } })).syncRows;
    expect(run.problems).toMatchObject([{ code: 'UNKNOWN_REFERENCE', message: expect.stringMatching(/House has no field "_system"/) as string }]);
  }); // prettier-ignore

  it.each([
    ['{ objects(model: "Person", where: {frist_name: "A"}) { totalCount } }', /^where: "frist_name": Person has no such field\. Did you mean "first_name"\?$/],
    ['{ objects(model: "House", where: {owner: 1}) { totalCount } }', /^where: "owner": where compares fields, not relations\. Use "owner_id"\.$/],
    ['{ objects(model: "House", where: {ownr: 1}) { totalCount } }', /Did you mean "owner"\?$/],
    ['{ objects(model: "Persn") { totalCount } }', /^There is no model "Persn"\. Did you mean "Person"\?/],
    ['{ externalKeyMappings(filter: {model: "Persn"}) { totalCount } }', /^There is no model "Persn"\. Did you mean "Person"\?/],
    ['{ externalSystems { nodes { mappings(model: "Persn") { totalCount } } } }', /^There is no model "Persn"\. Did you mean "Person"\?/],
    ['{ externalSystems { nodes { mappingCount(model: "Persn") } } }', /^There is no model "Persn"\. Did you mean "Person"\?/],
  ])('a name that is not there is no empty answer: %s', async (query, message) => {
    await server.send(SyncRowsDocument, { input: rows({ employee_id: 'q1' }) });
    const failure = await server.fail(parse(query) as TypedDocumentNode<unknown, object>, {});
    expect(failure.message).toMatch(message);
  }); // prettier-ignore

  it('minRows refuses a call with fewer rows, however they come', async () => {
    const options = { minRows: 3, dryRun: true };
    expect(await refused(SyncRowsDocument, { input: { ...rows({}, {}), options } })).toBe(
      'TOO_FEW_ROWS: Nothing was synced: the call has 2 rows, but minRows is 3. Check that the export is complete.',
    );
    const csv = personFile('', '', 'cu,employee_id,m1,A,B').csv;
    expect(await refused(SyncCsvDocument, { input: { system: 'HR', model: 'Person', csv, options } })).toMatch(/^TOO_FEW_ROWS: .* 1 row,/); // prettier-ignore
    const file = (n: number) => personFile(`HR_${n}_Person.csv`, '', `cu,employee_id,m${n},A,B`);
    expect(await refused(SyncCsvFilesDocument, { input: { files: [file(1), file(2)], options } })).toMatch(/ 2 rows,/);
    const { syncCsvFiles } = await server.send(SyncCsvFilesDocument, { input: { files: [file(1), file(2), file(3)], options } }); // prettier-ignore
    expect(syncCsvFiles.run.counts).toMatchObject({ rows: 3, created: 3 });
    expect(await refused(SyncRowsDocument, { input: { ...rows({}), options: { minRows: -1 } } })).toMatch(/^BAD_USER_INPUT: minRows/); // prettier-ignore
  });

  it('null means the default, also for options that have one', async () => {
    const options = { createExternalSystem: null, onError: null, onMatchConflict: null, onUnresolvedReference: null, dryRun: null, onUnknownField: null, minRows: null, order: null }; // prettier-ignore
    const csv = personFile('', ',x', 'cu,employee_id,n1,A,B,', 'cu,employee_id,n1,A,').csv;
    const input = { system: 'New', model: 'Person', csv, options, format: { encoding: null }, columns: [{ header: 'x', name: 'age', ignore: null }] }; // prettier-ignore
    const { run } = (await server.send(SyncCsvDocument, { input })).syncCsv;
    expect(run).toMatchObject({ status: 'ROLLED_BACK', dryRun: false, counts: { rows: 2, failed: 1 } });
    const schema = parse('{ __type(name: "SyncOptionsInput") { inputFields { name type { kind } } } }');
    const { __type } = await server.send(schema as TypedDocumentNode<{ __type: { inputFields: { type: { kind: string } }[] } }, object>, {}); // prettier-ignore
    expect(__type.inputFields.filter(({ type }) => type.kind === 'NON_NULL')).toEqual([]);
  });

  it('a field that a row gives twice, in two cases, fails the row unless both values are the same', async () => {
    const twice = (First_Name: string) => ({ employee_id: 't1', first_name: 'Ada', First_Name });
    const { outcomes } = (await server.send(SyncRowsDocument, { input: rows(twice('Bob')) })).syncRows;
    expect(outcomes).toMatchObject([
      {
        status: 'FAILED',
        problems: [
          {
            code: 'INVALID_VALUE',
            field: 'first_name',
            message:
              'Columns "first_name" and "First_Name" both set field "first_name", to different values. Leave one of them out.',
          },
        ],
      },
    ]);
    const dry = { ...rows(twice('Ada')), options: { dryRun: true } };
    expect((await server.send(SyncRowsDocument, { input: dry })).syncRows.outcomes).toMatchObject([{ status: 'CREATED', problems: [] }]); // prettier-ignore
  });

  it('R16: an unknown column of a file without rows refuses the call, too', async () => {
    const csv = personFile('', ',nome').csv;
    const input = { system: 'HR', model: 'Person', csv, options: { onUnknownField: 'FAIL' as const } };
    expect(await refused(SyncCsvDocument, { input })).toMatch(/^UNKNOWN_FIELD: .*"nome"/);
  });

  it('R4: names in match_on may stand with commas between them', async () => {
    for (const matchOn of [['first_name,last_name'], ['first_name, last_name'], ['first_name', 'last_name']]) {
      const input = { ...rows({ last_name: 'Comma', age: 3 }), defaults: { actionFlags: 'cu*', matchOn } };
      const { outcomes } = (await server.send(SyncRowsDocument, { input })).syncRows;
      expect(outcomes).toMatchObject([{ problems: [] }]);
    }
    expect(await server.server.database.knex('person').where({ last_name: 'Comma' })).toHaveLength(1);
    const input = { ...rows({}), defaults: { actionFlags: 'cu*', matchOn: ['first_name,lastname'] } };
    expect((await server.send(SyncRowsDocument, { input })).syncRows.outcomes).toMatchObject([
      { status: 'FAILED', problems: [{ code: 'UNKNOWN_MATCH_FIELD', field: 'lastname' }] },
    ]);
  });

  it('R3: a row without flags says where flags are given', async () => {
    const input = { ...rows({}), defaults: {} };
    expect((await server.send(SyncRowsDocument, { input })).syncRows.outcomes).toMatchObject([
      { status: 'SKIPPED', problems: [{ code: 'NO_ACTION', message: expect.stringMatching(/defaults\.actionFlags.*--flags/) as string }] },
    ]); // prettier-ignore
  });
});
