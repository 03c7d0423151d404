/** The mutations `syncCsv` and `syncCsvFiles`, as clients send them. */
import { DATABASES } from '../support/databases';
import { serve, type TestServer } from '../support/server';
import {
  RunDocument,
  SyncCsvDocument,
  SyncCsvFilesDocument,
  SyncedObjectsDocument,
} from '../../schema/operations/generated';

describe.each(DATABASES)('sync mutations on $name', (kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await serve(kind);
  });
  afterAll(() => server.stop());

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

  it('R44: syncCsv carries out small files that arrive together in one transaction, each with its own name', async () => {
    const input = { system: 'Small', model: 'Person', defaults: { actionFlags: 'c', matchOn: ['employee_id'] }, options: { onError: 'CONTINUE' as const } }; // prettier-ignore
    const upload = (index: number, rows: string) =>
      server.upload(
        SyncCsvDocument,
        { input },
        { 'input.file': { name: `${index}.csv`, content: `employee_id,first_name,last_name,age\n${rows}` } },
      );
    const count = 20;
    const answers = await Promise.all(
      Array.from({ length: count }, (_, index) => upload(index, `S${index},Ann,Lee,\nT${index},Bob,Ray,old\n`)),
    );
    const runs = answers.map(({ data }) => data!.syncCsv.run);
    expect(runs).toMatchObject(
      Array.from({ length: count }, (_, index) => ({
        status: 'COMPLETED_WITH_FAILURES',
        sources: [{ file: `${index}.csv`, counts: { rows: 2, created: 1, failed: 1 } }],
        problemGroups: [{ code: 'INVALID_VALUE', field: 'age', file: `${index}.csv`, rows: '2' }],
        outcomes: {
          nodes: [
            { line: 2, status: 'CREATED' },
            { line: 3, status: 'FAILED' },
          ],
        },
      })),
    );
    // Those of a transaction have ended at the same time.
    expect(new Set(runs.map(({ finishedAt }) => finishedAt)).size).toBeLessThan(count / 2);
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
