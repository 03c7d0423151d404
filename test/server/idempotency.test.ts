/** R49 over HTTP: keys in inputs and headers, of files, and of several callers. */
import { createToken } from '../../src/records';
import { DATABASES } from '../support/databases';
import { serve, type TestServer } from '../support/server';

interface Run {
  readonly id: string;
  readonly replayed: boolean;
}

interface Answer {
  readonly data: Readonly<Record<string, { readonly run: Run; readonly outcomes?: readonly object[] }>> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

type Headers = Readonly<Record<string, string>>;

const KEY = 'Idempotency-Key';
const DIFFERENT =
  'The header Idempotency-Key and the idempotencyKey of the input differ. Give one of them, or the same key in both.';
const SEVERAL = 'The header Idempotency-Key belongs to one sync, but the operation has several. Give each of them an idempotencyKey of its own, or send them one by one.'; // prettier-ignore

/** A tag of a label, under a key. */
const syncTag = (label: string, key?: string): string =>
  `syncRows(input: {system: "HR", model: "Tag", rows: [{actionFlags: "cu", matchOn: "label", externalKey: "${label}", values: {label: "${label}"}}]${key === undefined ? '' : `, idempotencyKey: ${JSON.stringify(key)}`}}) { run { id replayed } outcomes { status externalKey } }`;

describe.each(DATABASES)('R49 on $name', (kind) => {
  let server: TestServer;
  beforeAll(async () => void (server = await serve(kind)));
  afterAll(() => server.stop());

  async function send(query: string, headers: Headers = {}): Promise<Answer> {
    const body = JSON.stringify({ query });
    const response = await fetch(`${server.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body }); // prettier-ignore
    return (await response.json()) as Answer;
  }
  /** The run of a sync. */
  async function runOf(query: string, headers?: Headers): Promise<Run | undefined> {
    const { data, errors } = await send(`mutation { ${query} }`, headers);
    expect(errors).toBeUndefined();
    return Object.values(data ?? {})[0]?.run;
  }
  const refusal = async (query: string, headers?: Headers): Promise<unknown> => {
    const { errors } = await send(query, headers);
    return errors?.map(({ message, extensions: { code } }) => [code, message])[0];
  };
  const runs = async (): Promise<number> => Number((await server.server.database.knex('nsync_runs').count({ n: '*' }))[0]?.n); // prettier-ignore

  it('the header says the same as the input', async () => {
    const first = await runOf(syncTag('a', 'one'));
    expect(first).toMatchObject({ replayed: false });
    const replayed = { id: first?.id, replayed: true };
    expect(await runOf(syncTag('a'), { [KEY]: 'one' })).toEqual(replayed);
    expect(await runOf(syncTag('a'), { [KEY]: '"one"' })).toEqual(replayed);
    expect(await runOf(syncTag('a', 'one'), { [KEY]: 'one' })).toEqual(replayed);
    expect(await runOf(syncTag('a', 'quo"te\\'), { [KEY]: '"quo\\"te\\\\"' })).toMatchObject({ replayed: false });
    expect(await refusal(`mutation { ${syncTag('b', 'one')} }`)).toEqual(['IDEMPOTENCY_KEY_REUSED', expect.stringContaining('"one"')]); // prettier-ignore
    expect(await refusal(`mutation { ${syncTag('a', 'one')} }`, { [KEY]: 'two' })).toEqual(['BAD_USER_INPUT', DIFFERENT]); // prettier-ignore
  });

  it('a repeated call has the outcomes of the first one, also of rows that changed nothing', async () => {
    await runOf(syncTag('known'));
    const query = `mutation { ${syncTag('known', 'outcomes')} }`;
    const first = (await send(query)).data?.syncRows?.outcomes;
    expect(first).toEqual([{ status: 'UNCHANGED', externalKey: 'known' }]);
    expect((await send(query)).data?.syncRows?.outcomes).toEqual(first);
  });

  it('`replayed` is false wherever no call is answered', async () => {
    const run = await runOf(syncTag('read', 'read'));
    expect((await send(`{ run(id: "${run?.id}") { replayed } runs(first: 1) { nodes { replayed } } }`)).data).toMatchObject({ run: { replayed: false }, runs: { nodes: [{ replayed: false }] } }); // prettier-ignore
  });

  it('a header holds for one sync, so that an operation with several is refused as a whole', async () => {
    const before = await runs();
    const header = { [KEY]: 'several' };
    expect(await refusal(`mutation { a: ${syncTag('s1')} b: ${syncTag('s2')} }`, header)).toEqual(['BAD_USER_INPUT', SEVERAL]); // prettier-ignore
    expect(await refusal(`mutation { a: ${syncTag('s1')} ...F } fragment F on Mutation { ${syncTag('s2')} }`, header)).toEqual(['BAD_USER_INPUT', SEVERAL]); // prettier-ignore
    expect(await runs()).toBe(before);
    expect(await runOf(`a: ${syncTag('s1')} b: ${syncTag('s2').replace(') {', ') @skip(if: true) {')}`, header)).toMatchObject({ replayed: false }); // prettier-ignore
    expect((await send(`mutation { a: ${syncTag('s1', 'k1')} b: ${syncTag('s2', 'k2')} }`)).errors).toBeUndefined();
    expect((await send('{ viewer { name } }', { [KEY]: ' no key ' })).errors).toBeUndefined();
  });

  it.each(['', 'a b', 'x'.repeat(256)])('the key %j is refused in both', async (key) => {
    const refused = ['BAD_USER_INPUT', expect.stringMatching(/^An idempotency key must have 1 to 255 visible ASCII/)];
    expect(await refusal(`mutation { ${syncTag('a', key)} }`)).toEqual(refused);
    expect(await refusal(`mutation { ${syncTag('a')} }`, { [KEY]: key })).toEqual(refused);
  });

  it('files are compared by their bytes, names, and how they are read', async () => {
    interface Sent {
      readonly content?: string;
      readonly name?: string;
      readonly input?: string;
    }
    const upload = async ({
      content = 'label\nfile\n',
      name = 'tags.csv',
      input = '',
    }: Sent = {}): Promise<unknown> => {
      const form = new FormData();
      const query = `mutation ($file: Upload!) { syncCsv(input: {system: "HR", model: "Tag", file: $file, idempotencyKey: "file", defaults: {actionFlags: "cu", matchOn: "label"}${input}}) { run { id replayed } } }`;
      form.set('operations', JSON.stringify({ query, variables: { file: null } }));
      form.set('map', '{"0": ["variables.file"]}');
      form.set('0', new Blob([content]), name);
      const response = await fetch(`${server.url}/graphql`, { method: 'POST', body: form, headers: { 'apollo-require-preflight': '1' } }); // prettier-ignore
      const { data, errors } = (await response.json()) as Answer;
      return errors?.[0]?.extensions.code ?? data?.syncCsv?.run;
    };
    const first = (await upload()) as Run;
    expect(first.replayed).toBe(false);
    expect(await upload({ input: ', columns: null, options: {dryRun: null}' })).toEqual({
      id: first.id,
      replayed: true,
    });
    for (const other of [{ content: 'label\nother\n' }, { name: 'other.csv' }, { input: ', format: {delimiter: ";"}' }])
      expect(await upload(other)).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  it('several files are one call', async () => {
    const files = (second: string, more = ''): string =>
      `syncCsvFiles(input: {idempotencyKey: "files"${more}, files: [{name: "HR_app_Tag.csv", csv: "action_flags,label\\ncu,f1"}, {name: "IT_app_Tag.csv", csv: "${second}"}]}) { run { id replayed } }`;
    const first = await runOf(files('action_flags,label\\ncu,f2'));
    expect(await runOf(files('action_flags,label\\ncu,f2'))).toEqual({ id: first?.id, replayed: true });
    expect(await refusal(`mutation { ${files('action_flags,label\\ncu,f3')} }`)).toEqual(['IDEMPOTENCY_KEY_REUSED', expect.any(String)]); // prettier-ignore
    expect(await refusal(`mutation { ${files('action_flags,label\\ncu,f2', ', smartOrder: false')} }`)).toEqual(['IDEMPOTENCY_KEY_REUSED', expect.any(String)]); // prettier-ignore
  });

  it('no caller is answered with the run of another one', async () => {
    const tokens = await Promise.all(
      ['hr', 'it'].map(async (name) => {
        const { secret } = await createToken(server.server.database, { name, scopes: ['sync:*/*'], expiresAt: null, createdBy: null }, new Date()); // prettier-ignore
        return { authorization: `Bearer ${secret}` };
      }),
    );
    const own: (Run | undefined)[] = [];
    for (const token of tokens) own.push(await runOf(syncTag('shared', 'shared'), token));
    expect(own.map((run) => run?.replayed)).toEqual([false, false]);
    for (const [index, token] of tokens.entries())
      expect(await runOf(syncTag('shared', 'shared'), token)).toEqual({ id: own[index]?.id, replayed: true });
  });
});
