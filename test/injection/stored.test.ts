/** Texts that look like SQL are ordinary values: stored, matched, referred to and returned unchanged. */
import {
  CreateTokenDocument,
  ExternalKeyMappingsDocument,
  SaveExternalSystemDocument,
  SyncCsvDocument,
  SyncCsvFilesDocument,
  SyncedObjectsDocument,
  SyncRowsDocument,
  type SyncRowsInput,
} from '../../schema/operations/generated';
import { createToken } from '../../src/records';
import { DATABASES } from '../support/databases';
import { serve, type TestServer } from '../support/server';
import { guarded, type Guarded } from './guarded';
import { type Hazard, PLANTED, STORABLE } from './planted';

const HOUSES = { model: 'House', defaults: { actionFlags: 'cu*', matchOn: ['address'] } };
const UNSTORABLE: readonly Hazard[] = ['no character at all', 'half a character'];
const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;

describe.each(DATABASES)('on $name', (kind) => {
  let server: TestServer;
  let guard: Guarded;

  beforeAll(async () => {
    server = await serve(kind);
    guard = await guarded(server.server.database);
  });
  afterEach(async () => {
    expect(guard.inSql(guard.statements.taken())).toEqual([]);
    await guard.expectUntouched();
  });
  afterAll(async () => {
    guard.end();
    await server.stop();
  });

  /** The statuses and problems of the rows and columns. */
  async function sync(input: SyncRowsInput): Promise<string[]> {
    const { run, outcomes } = (await server.send(SyncRowsDocument, { input })).syncRows;
    return [
      ...outcomes.map(({ status, problems }) => [status, ...problems.map(({ code }) => code)].join(' ')),
      ...run.problems.map(({ code }) => code),
    ];
  }
  const valuesWhere = async (model: string, where: Record<string, string>): Promise<unknown[]> =>
    (await server.send(SyncedObjectsDocument, { model, where: where as never, first: 10 })).objects.nodes.map(({ values }) => values); // prettier-ignore

  it.each(STORABLE)('R19: a value, a key and the name of a system with $hazard', async ({ text }) => {
    const row = { externalKey: text, values: { address: text, country: text } as never };
    const input = { system: text, ...HOUSES, rows: [row] };
    expect(await sync(input)).toEqual(['CREATED']);
    expect(await sync(input)).toEqual(['UNCHANGED']);
    expect(await valuesWhere('House', { address: text })).toMatchObject([{ address: text, country: text }]);
    const filter = { system: text, externalKeys: [text], dangling: false };
    const { nodes } = (await server.send(ExternalKeyMappingsDocument, { filter, first: 10 })).externalKeyMappings;
    expect(nodes).toMatchObject([{ externalKey: text, system: { name: text } }]);
    const { saveExternalSystem } = await server.send(SaveExternalSystemDocument, { input: { name: text, description: text } }); // prettier-ignore
    expect(saveExternalSystem.externalSystem).toMatchObject({ name: text, description: text });
  });

  it.each(STORABLE)('R23, R30: references and deletes by a text with $hazard', async ({ hazard, text }) => {
    const person = { employee_id: hazard, first_name: 'Ada', last_name: 'King' };
    const people = { model: 'Person', defaults: { actionFlags: 'cu*', matchOn: ['employee_id'] } };
    const rows = [{ externalKey: text, values: { ...person, 'houses=>address': text } as never }];
    expect(await sync({ system: text, ...people, rows })).toEqual(['CREATED']);
    expect(await sync({ system: text, ...people, rows })).toEqual(['UNCHANGED']);
    const owned = { address: text, 'owner=>@': text, [`owner=>@${text}`]: text } as never;
    expect(await sync({ system: text, ...HOUSES, rows: [{ values: owned }] })).toEqual(['UNCHANGED']);
    const gone = [{ actionFlags: 'd', externalKey: text, values: { address: text } as never }];
    expect(await sync({ system: text, ...HOUSES, rows: gone })).toEqual(['DELETED']);
    expect(await valuesWhere('House', { address: text })).toEqual([]);
  });

  it.each(PLANTED)('a file has $hazard in its name, a header, and cells', async ({ hazard, text }) => {
    // The text is in the header, a key and a cell, and also the name of the system and of the file.
    const csv = `action_flags,match_on,external_key,${cell(text)},country\ncu*,address,${cell(text)},${cell(text)},${cell(text)}\n`;
    const columns = [{ header: text, name: 'address' }];
    const given = UNSTORABLE.includes(hazard)
      ? { system: 'S', model: 'House', name: 'S_a_House.csv' }
      : { system: text, model: 'House', name: text };
    const input = { files: [{ ...given, csv }], columns, options: { onError: 'CONTINUE' as const } };
    const { run } = (await server.send(SyncCsvFilesDocument, { input })).syncCsvFiles;
    if (UNSTORABLE.includes(hazard)) {
      expect(run).toMatchObject({ status: 'COMPLETED_WITH_FAILURES', counts: { failed: 1 } });
      return;
    }
    expect(run).toMatchObject({ status: 'COMPLETED', counts: { created: 1 }, sources: [{ file: text }] });
    expect(await valuesWhere('House', { address: text })).toMatchObject([{ address: text, country: text }]);
  });

  it.each(PLANTED)('an upload with $hazard in its name and its cells', async ({ hazard, text }) => {
    const content = `action_flags,match_on,address,photo\ncu*,address,${cell(text)},${cell(text)}\n`;
    const name = hazard === 'no character at all' ? 'a.csv' : text;
    const input = { system: 'Uploads', model: 'House', file: null as never, options: { onError: 'CONTINUE' as const } };
    const { errors, data } = await server.upload(SyncCsvDocument, { input }, { 'input.file': { name, content } });
    // FormData replaces a lone surrogate with U+FFFD.
    const refused = hazard === 'no character at all' ? [{ extensions: { code: 'UNREADABLE_ENCODING' } }] : undefined;
    if (refused) expect(errors).toMatchObject(refused);
    else expect([errors, data?.syncCsv.run.counts.failed]).toEqual([undefined, 0]);
  });

  it.each(PLANTED.filter(({ hazard }) => UNSTORABLE.includes(hazard)))('R45: $hazard is refused everywhere alike', async ({ text }) => {
    const row = { values: { address: text, country: 'x' } as never };
    const input = { system: 'S', ...HOUSES, rows: [row], options: { onError: 'CONTINUE' as const } };
    expect(await sync(input)).toEqual(['FAILED INVALID_VALUE']);
    expect(await sync({ ...input, rows: [{ ...row, externalKey: text, values: { address: 'x' } as never }] })).toEqual(['FAILED INVALID_VALUE']);
    expect((await server.fail(SyncRowsDocument, { input: { ...input, system: text } })).code).toBe('BAD_USER_INPUT');
  }); // prettier-ignore

  it('headers are no part of a statement, and let nobody in', async () => {
    const { secret } = (await server.send(CreateTokenDocument, { input: { name: 'boss', scopes: ['admin'] } })).createToken; // prettier-ignore
    const ask = async (headers: Record<string, string>): Promise<unknown> => {
      const all = { 'content-type': 'application/json', ...headers };
      const body = JSON.stringify({ query: 'mutation { createToken(input: {name: "x y", scopes: ["read"]}) { secret } }' });
      const response = await fetch(`${server.url}/graphql`, { method: 'POST', headers: all, body });
      const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
      return errors[0]?.extensions.code;
    };
    for (const { text } of PLANTED) {
      const header = [...text].filter((sign) => sign >= ' ' && sign <= '\u00ff').join('');
      for (const authorization of [header, `Bearer ${header}`, `Bearer nsync_${header}`, `Bearer ${Buffer.from(text).toString('base64url')}`])
        expect(await ask({ authorization })).toBe('UNAUTHENTICATED');
      expect(await ask({ authorization: `Bearer ${secret}`, 'x-request-id': header })).toBe('BAD_USER_INPUT');
    }
  }); // prettier-ignore

  it.each(STORABLE)('a scope names a system with $hazard', async ({ hazard, text }) => {
    const { database } = server.server;
    const name = hazard.replaceAll(' ', '-');
    const scope = `sync:${encodeURIComponent(text)}/House`;
    const call = async (token: string, query: string, variables: object): Promise<unknown> => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
      const body = JSON.stringify({ query, variables });
      return (await (await fetch(`${server.url}/graphql`, { method: 'POST', headers, body })).json()) as unknown;
    };
    const boss = await createToken(database, { name: `boss-of-${name}`, scopes: ['admin'], expiresAt: null, createdBy: null }, new Date()); // prettier-ignore
    const created = (await call(boss.secret, 'mutation ($input: CreateTokenInput!) { createToken(input: $input) { secret token { scopes } } }', { input: { name, scopes: [scope] } })) as { data: { createToken: { secret: string; token: { scopes: string[] } } } }; // prettier-ignore
    const { secret, token } = created.data.createToken;
    expect(token.scopes.map(decodeURIComponent)).toEqual([`sync:${text}/House`]);
    const input = { system: text, ...HOUSES, rows: [{ values: { address: text } }] };
    const SYNC = 'mutation ($input: SyncRowsInput!) { syncRows(input: $input) { outcomes { status } } }';
    expect(await call(secret, SYNC, { input })).toEqual({
      data: { syncRows: { outcomes: [{ status: 'UNCHANGED' }] } },
    });
    expect(await call(secret, SYNC, { input: { ...input, system: 'S' } })).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] }); // prettier-ignore
  });
});
