/** CSV through the library: the header is checked before any row runs, even if there are no rows. */
import { Readable } from 'node:stream';
import { type CallError, createNsync, type Nsync, readCsv } from '../../src';
import { DATABASES, type TestDatabase } from '../support/databases';

type Options = Parameters<typeof readCsv>[1];
type Sync = Parameters<Nsync['sync']>[0];

const ON_NAME = { actionFlags: 'cu', matchOn: 'name' };

describe('readCsv', () => {
  let test: TestDatabase;
  let nsync: Nsync;
  beforeAll(async () => {
    test = await DATABASES[0]!.create();
    await test.database.knex.schema.createTable('track', (table) => {
      table.increments('id');
      table.string('name', 50).notNullable();
      table.string('match_on', 50).nullable();
    });
    nsync = await createNsync({ database: test.url });
  });
  afterAll(async () => {
    await nsync.close();
    await test.drop();
  });
  afterEach(() => test.database.knex('track').delete());

  const names = (): Promise<string[]> => test.database.knex('track').orderBy('id').pluck<string[]>('name');
  const sync = (rows: Sync['rows'], more: Partial<Sync> = {}) =>
    nsync.sync({ system: 'Shop', model: 'track', rows, ...more });
  const outcome = (rows: Sync['rows'], more: Partial<Sync> = {}): Promise<object> =>
    sync(rows, more).then(
      ({ run }) => run,
      (error: unknown) => ({ code: (error as CallError).code, message: (error as CallError).message }),
    );
  const inputs = (csv: string) => [csv, Readable.from([Buffer.from(csv)])];

  it.each<[string, string, string, Options, Partial<Sync>, RegExp]>([
    ['R16: has no known column', 'UNKNOWN_FIELD', 'foo,bar', { defaults: ON_NAME }, {}, /^No column of the file is a field of track\. Columns: "foo", "bar"\./],
    ['R16: has another delimiter', 'UNKNOWN_FIELD', 'id,name', { format: { delimiter: ';' } }, {}, /the delimiter, which is ";"/],
    ['R4: lacks a name of match_on', 'MATCH_FIELD_MISSING', 'id', { defaults: ON_NAME }, {}, /^match_on names "name", but the file has no such column\. Columns: "id"\.$/],
    ['R4: lacks a name of the call’s match_on', 'MATCH_FIELD_MISSING', 'id', {}, { defaults: ON_NAME }, /^match_on names "name"/],
    ['R4: lacks a name of the call’s match_on, for its own is blank', 'MATCH_FIELD_MISSING', 'id', { defaults: { matchOn: ' ' } }, { defaults: { matchOn: ['id', 'name'] } }, /^match_on names "name"/],
    ['R4: is matched on an unknown field', 'UNKNOWN_MATCH_FIELD', 'name', { defaults: { matchOn: 'nmae' } }, {}, /Did you mean "name"\?/],
    ['R5: is matched on a malformed expression', 'INVALID_MATCH_EXPRESSION', 'name', { defaults: { matchOn: 'name |' } }, {}, /requires two names/],
    ['R16: has two columns for one field', 'DUPLICATE_CSV_HEADER', 'name,Title', { columns: [{ header: 'Title', name: 'Name' }] }, {}, /both set field "name"/],
    ['R16: has an unknown column and onUnknownField is FAIL', 'UNKNOWN_FIELD', 'name,nick', { defaults: ON_NAME }, { onUnknownField: 'FAIL' }, /column "nick"/],
  ])('refuses a header that %s: %s', async (_name, code, header, options, more, message) => {
    for (const csv of [header, `${header}\n`, `${header}\n1;a,b\n`])
      for (const input of inputs(csv))
        expect(await outcome(readCsv(input, options), more)).toEqual({ code, message: expect.stringMatching(message) as string }); // prettier-ignore
    expect([await nsync.run('1'), await names()]).toEqual([null, []]);
  }); // prettier-ignore

  it('accepts a header without rows', async () => {
    for (const input of inputs('name\n'))
      expect(await outcome(readCsv(input, { defaults: ON_NAME }))).toMatchObject({ status: 'COMPLETED', counts: { rows: 0 } }); // prettier-ignore
  });

  it('takes what a row does not say from its own defaults, and then from those of the call', async () => {
    const csv = 'action_flags,name\nc,Naima\n,Giant Steps\n';
    const syncs = async (options: Options, defaults: Sync['defaults']) =>
      (await sync(readCsv(csv, options), { defaults, dryRun: true })).outcomes.map(({ status }) => status);
    expect(await syncs({ defaults: { matchOn: 'name' } }, { actionFlags: 'cu', matchOn: 'id' })).toEqual(['CREATED', 'CREATED']); // prettier-ignore
    expect(await syncs({ defaults: ON_NAME }, { actionFlags: 'd' })).toEqual(['CREATED', 'CREATED']);
    expect(await syncs({}, { matchOn: 'name' })).toEqual(['CREATED', 'SKIPPED']);
    expect(await syncs({ defaults: { actionFlags: '' } }, ON_NAME)).toEqual(['CREATED', 'CREATED']);
  });

  it('leaves match_on to a column, and warns that the column is not the field', async () => {
    const { run } = await sync(readCsv('match_on,name\nname,Naima\n'), { defaults: { ...ON_NAME, matchOn: 'foo' } });
    expect(run).toMatchObject({ counts: { created: 1, warnings: 1 } });
    expect(run.problems.map(({ code, field }) => [code, field])).toEqual([['AMBIGUOUS_COLUMN', 'match_on']]);
  });

  it('is an iterable of rows, too, which a caller can change', async () => {
    const shouted = async function* () {
      for await (const row of readCsv('Title\nNaima\n', { columns: [{ header: 'Title', name: 'name' }] }))
        yield { ...row, values: { name: String(row.values.name).toUpperCase() } };
    };
    expect((await sync(shouted(), { defaults: ON_NAME })).outcomes).toMatchObject([{ line: 2, status: 'CREATED' }]);
    expect(await names()).toEqual(['NAIMA']);
  });

  it('names the source at fault, and runs nothing of the others', async () => {
    const source = { system: 'Shop', model: 'track', defaults: ON_NAME };
    const call = nsync.syncAll([
      { ...source, rows: readCsv('name\nNaima\n'), file: 'good.csv' },
      { ...source, rows: readCsv('foo\n'), file: 'bad.csv' },
    ]);
    await expect(call).rejects.toMatchObject({ code: 'UNKNOWN_FIELD', message: expect.stringMatching(/^File "bad\.csv": /) as string }); // prettier-ignore
    expect(await names()).toEqual([]);
  });
});
