/** Requirements of a header for its model: a call with another header fails before any row runs, even if there are no rows. */
import {
  RunsDocument,
  SyncCsvDocument,
  SyncCsvFilesDocument,
  type SyncCsvInput,
} from '../../schema/operations/generated';
import { DATABASES } from '../support/databases';
import { type ZeroCode, zeroCode } from '../zeroCode/support';

const STATEMENTS = [
  'CREATE TABLE boss (id {id}, email varchar(40) NOT NULL UNIQUE)',
  'CREATE TABLE contact (id {id}, email varchar(40) NOT NULL UNIQUE, name varchar(40), action_flags varchar(40), match_on varchar(40), external_key varchar(40), boss_id int, FOREIGN KEY (boss_id) REFERENCES boss (id))',
];

describe.each(DATABASES)('a header on $name', (kind) => {
  let zero: ZeroCode;
  beforeAll(async () => {
    zero = await zeroCode(kind, STATEMENTS);
  });
  afterAll(() => zero.server.stop());

  const input = (csv: string, more: Partial<SyncCsvInput> = {}): { input: SyncCsvInput } => ({
    input: { system: 'CRM', model: 'contact', csv, defaults: { actionFlags: 'cu*', matchOn: ['email'] }, ...more },
  });
  const matching = (...matchOn: string[]): Partial<SyncCsvInput> => ({ defaults: { actionFlags: 'cu*', matchOn } });
  const sync = async (csv: string, more: Partial<SyncCsvInput> = {}) =>
    (await zero.server.send(SyncCsvDocument, input(csv, more))).syncCsv.run;
  const runCount = async () => (await zero.server.send(RunsDocument, { first: 1 } as never)).runs.totalCount;
  const contacts = () =>
    zero.server.server.database
      .knex('contact')
      .select('email', 'name', 'action_flags', 'match_on', 'external_key')
      .orderBy('id') as Promise<Record<string, unknown>[]>;
  afterEach(() => zero.server.server.database.knex('contact').delete());

  it.each<[string, string, string, Partial<SyncCsvInput>, RegExp]>([
    ['R16: has no known column', 'UNKNOWN_FIELD', 'foo,bar', matching(), /No column of the file is a field of contact\. Columns: "foo", "bar"\. Fields: "id", "email".*the delimiter, which is ","/],
    ['R16: has no known column, for its delimiter is another one', 'UNKNOWN_FIELD', 'email:name', {}, /"email:name".*the delimiter, which is "/],
    ['R16: has a known column with a sign that nobody sees inside', 'UNKNOWN_FIELD', 'e\u200bmail', {}, /Columns: "e\\u200bmail"/],
    ['R16: is ignored as a whole', 'UNKNOWN_FIELD', 'email', { columns: [{ header: 'email', ignore: true }] }, /Every column of the file is ignored/],
    ['R4: lacks a name of match_on', 'MATCH_FIELD_MISSING', 'name', {}, /match_on names "email", but the file has no such column\. Columns: "name"/],
    ['R4: lacks one of two names of match_on', 'MATCH_FIELD_MISSING', 'email,foo', matching('email', 'name'), /"name"/],
    ['R4: lacks one of two names with a comma between them', 'MATCH_FIELD_MISSING', 'email,foo', matching('email, name'), /"name"/],
    ['R5: lacks a name within an expression', 'MATCH_FIELD_MISSING', 'email', matching('email', 'name', '|'), /"name"/],
    ['R4: lacks a reference to match on', 'MATCH_FIELD_MISSING', 'email,boss_id', matching('boss=>email'), /"boss=>email"/],
    ['R4: is matched on what the model has not', 'UNKNOWN_MATCH_FIELD', 'email', matching('e_mail'), /no field "e_mail"\. Did you mean "email"/],
    ['R4: is matched on names with other separators', 'UNKNOWN_MATCH_FIELD', 'email,name', matching('email;name'), /no field "email;name"\. Separate names and operators with spaces/],
    ['R5: is matched on a malformed expression', 'INVALID_MATCH_EXPRESSION', 'email,name', matching('email', '|'), /requires two names/],
    ['R16: has two columns for one field', 'DUPLICATE_CSV_HEADER', 'email,Mail', { columns: [{ header: 'Mail', name: 'Email' }] }, /Columns "email" and "Email" both set field "email"/],
  ])('%s: %s, with rows and without', async (_name, code, header, more, message) => {
    const before = await runCount();
    for (const csv of [header, `${header}\n`, `${header}\na,b\n`, `sep=,\n${header}\nx,y\n`]) {
      const failure = await zero.server.fail(SyncCsvDocument, input(csv, more));
      expect(failure).toMatchObject({ code, message: expect.stringMatching(message) as string });
    }
    expect([await runCount(), await contacts()]).toEqual([before, []]);
  }); // prettier-ignore

  it('is named by its file if there are several', async () => {
    const files = [
      { name: 'CRM_a_contact.csv', csv: 'email\nx\n' },
      { name: 'CRM_b_contact.csv', csv: 'foo\n' },
    ];
    expect(await zero.server.fail(SyncCsvFilesDocument, { input: { files, defaults: { actionFlags: 'cu' } } })).toMatchObject({
      code: 'UNKNOWN_FIELD',
      message: expect.stringMatching(/^File "CRM_b_contact.csv": No column of the file is a field of contact/) as string,
    });
    expect(await contacts()).toEqual([]);
  }); // prettier-ignore

  it('may have nothing but special columns, and leave match_on to rows', async () => {
    expect(await sync('action_flags,external_key\nd*,k1\n', { defaults: null })).toMatchObject({
      status: 'COMPLETED',
      counts: { skipped: 1 },
    });
    expect(await sync('match_on,name,email\nemail,Ada,ada@x\n', matching('foo'))).toMatchObject({
      counts: { created: 1 },
    });
  });

  describe('with a special name that is also a field', () => {
    const CSV = 'email,action_flags,match_on,external_key\nada@x,c,email,7\n';

    it('is read as special, with a warning that says so', async () => {
      const run = await sync(CSV);
      expect(run).toMatchObject({ counts: { created: 1, warnings: 3 } });
      expect(run.problems.map(({ code, field }) => [code, field])).toEqual([
        ['AMBIGUOUS_COLUMN', 'action_flags'],
        ['AMBIGUOUS_COLUMN', 'match_on'],
        ['AMBIGUOUS_COLUMN', 'external_key'],
      ]);
      expect(run.problems[2]?.message).toBe(
        'Column "external_key" is read as the external keys of the rows, not as field "external_key" of contact. To choose, map the column with columns (CLI: --column): to "external_key", or to "field:external_key" for the field.',
      );
      expect(await contacts()).toMatchObject([{ email: 'ada@x', action_flags: null, match_on: null, external_key: null }]); // prettier-ignore
    });

    it('is what columns says', async () => {
      const special = ['action_flags', 'match_on', 'external_key'];
      const chosen = await sync(CSV, { columns: special.map((name) => ({ header: name, name })) });
      expect(chosen).toMatchObject({ counts: { created: 1, warnings: 0 }, problems: [] });
      expect(await contacts()).toMatchObject([{ external_key: null }]);
      const fields = await sync(CSV, { columns: special.map((name) => ({ header: name, name: `field:${name}` })) });
      expect(fields).toMatchObject({ counts: { updated: 1, warnings: 0 }, problems: [] });
      expect(await contacts()).toMatchObject([{ action_flags: 'c', match_on: 'email', external_key: '7' }]);
    });

    it('can be both', async () => {
      const columns = ['external_key', 'field:external_key'].map((name) => ({ header: 'external_key', name }));
      expect(await sync('email,external_key\nada@x,k7\n', { columns })).toMatchObject({ counts: { created: 1 } });
      expect(await contacts()).toMatchObject([{ external_key: 'k7' }]);
      const mappings = await zero.server.server.database
        .knex('nsync_external_key_mappings')
        .where({ external_key: 'k7' });
      expect(mappings).toHaveLength(1);
    });
  });
});
