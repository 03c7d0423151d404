/** Binary columns: bytes with a prefix, or UTF-8 text if a setting names the column (R14, R46). */
import { createNsync, type Nsync } from '../../src';
import { DATABASES, type TestDatabase } from '../support/databases';

describe.each(DATABASES)('binary columns on $name', (kind) => {
  let test: TestDatabase;
  let nsync: Nsync;
  const bytes = async (): Promise<Record<string, string | null>> => {
    const rows = (await test.database.knex('files').select('name', 'body')) as { name: string; body: Buffer | null }[];
    return Object.fromEntries(rows.map(({ name, body }) => [name, body && Buffer.from(body).toString('hex')]));
  };
  const sync = async (rows: readonly object[]): Promise<unknown[]> => {
    const { outcomes } = await nsync.sync({
      system: 'Test',
      model: 'files',
      rows: rows.map((values) => ({ values: values as Record<string, unknown> })),
      defaults: { actionFlags: 'cu*', matchOn: 'name' },
      onError: 'CONTINUE',
    });
    return outcomes.map(({ status, changes, problems }) => [
      status,
      changes.find(({ field }) => field !== 'name')?.after ?? problems[0]?.message,
    ]);
  };
  const open = async (textColumns: readonly string[]): Promise<void> => {
    test = await kind.create();
    await test.database.knex.schema.createTable('files', (table) => {
      table.increments('id');
      table.string('name', 50).notNullable().unique();
      table.binary('body');
      table.binary('other');
    });
    nsync = await createNsync({ database: test.url, textColumns });
  };
  afterEach(async () => {
    await nsync.close();
    await test.drop();
  });

  it('R14: text without a mark is refused, with what to send instead', async () => {
    await open([]);
    expect(await sync([{ name: 'a', body: 'Test' }])).toEqual([
      ['FAILED', expect.stringMatching(/"Test" is not marked as bytes. Send "base64:…" or "hex:…"/)],
    ]);
    expect(await bytes()).toEqual({});
  });

  it('R46: marked bytes of either kind, and what is shown, are the same bytes', async () => {
    await open([]);
    expect(await sync([{ name: 'a', body: 'hex:54657374' }])).toEqual([['CREATED', 'base64:VGVzdA==']]);
    expect(await sync([{ name: 'a', body: 'base64:VGVzdA==' }])).toEqual([['UNCHANGED', undefined]]);
    expect(await sync([{ name: 'a', body: Buffer.from('Test') }])).toEqual([['UNCHANGED', undefined]]);
    expect(await bytes()).toEqual({ a: '54657374' });
  });

  it('R46: a named column has text, and bytes that are none are marked', async () => {
    await open(['FILES.b*']);
    const rows = [
      { name: 'text', body: 'Tést' },
      { name: 'bytes', body: 'hex:ff00' },
      { name: 'zero', body: 'hex:610062' },
      { name: 'marked', body: 'hex:6865783a6666' },
      { name: 'nothing', body: '' },
    ];
    const shown = ['Tést', 'base64:/wA=', 'base64:YQBi', 'base64:aGV4OmZm', undefined];
    expect(await sync(rows)).toEqual(shown.map((after) => ['CREATED', after]));
    expect(await sync(rows.map(({ name }, index) => ({ name, body: shown[index] ?? null })))).toEqual(
      rows.map(() => ['UNCHANGED', undefined]),
    );
    expect(await bytes()).toEqual({
      text: '54c3a97374',
      bytes: 'ff00',
      zero: '610062',
      marked: '6865783a6666',
      nothing: null,
    });
    expect(await sync([{ name: 'other', other: 'text' }])).toEqual([['FAILED', expect.stringContaining('not marked')]]);
  });
});
