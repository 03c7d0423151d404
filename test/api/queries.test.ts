/** The queries, as clients send them. */
import {
  DeleteExternalSystemDocument,
  ExternalKeyMappingsDocument,
  ExternalSystemsDocument,
  ModelsDocument,
  RunDocument,
  RunsDocument,
  SaveExternalSystemDocument,
  SyncedObjectDocument,
  SyncedObjectsDocument,
} from '../../schema/operations/generated';
import { DATABASES } from '../support/databases';
import type { TestServer } from '../support/server';
import { MAPPED, serveMapped, syncTo } from './mappedPersons';

/** The data of a query that is not in schema/operations. */
async function ask(server: TestServer, query: string, variables: object = {}): Promise<unknown> {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return ((await response.json()) as { data: unknown }).data;
}

describe.each(DATABASES)('queries on $name', (kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await serveMapped(kind);
  });
  afterAll(() => server.stop());

  it('models tells fields, relations and keys', async () => {
    const { models, limits } = await server.send(ModelsDocument, {});
    const person = models.find(({ name }) => name === 'Person');
    expect(person).toMatchObject({ table: 'person', idField: 'id', objectCount: MAPPED });
    expect(person?.fields.find(({ name }) => name === 'first_name')).toEqual({
      name: 'first_name',
      type: 'STRING',
      nullable: false,
      hasDefault: false,
      maxLength: 50,
      generated: false,
      writable: true,
      members: null,
    });
    expect(person?.relations).toContainEqual({
      name: 'tags',
      kind: 'MANY_TO_MANY',
      model: 'Tag',
      columns: ['person_id', 'tag_id'],
    });
    expect(models.map(({ name, uniqueKeys }) => [name, uniqueKeys])).toEqual([
      ['Car', [['id'], ['rego_number']]],
      ['House', [['id']]],
      ['Person', [['id']]],
      ['Tag', [['id'], ['label']]],
    ]);
    expect(limits).toEqual({ rowsPerCall: 10_000, bodyBytes: 20_971_520, uploadBytes: 2_147_483_648, pageSize: 1000 });
  });

  it.each(['x\u0000', '\ud800', 'x\udc00y'])('finds nothing by a text that no database can hold: %j', async (text) => {
    const count = async (filter: object) =>
      (await server.send(ExternalKeyMappingsDocument, { first: 1, filter })).externalKeyMappings.totalCount;
    for (const filter of [{ system: text }, { model: text }, { externalKey: text }, { externalKeys: [text] }, { objectId: text }])
      expect([filter, await count(filter)]).toEqual([filter, 0]);
    expect(await count({ externalKeys: ['k1', text] })).toBe(1);
    expect((await server.send(RunsDocument, { first: 1, system: text })).runs.totalCount).toBe(0);
    expect((await server.send(SyncedObjectDocument, { model: 'Person', id: text })).object).toBeNull();
    const where = { last_name: text };
    expect((await server.fail(SyncedObjectsDocument, { model: 'Person', where, first: 1 })).code).toBe('BAD_USER_INPUT');
    expect(await ask(server, 'query ($name: String!) { externalSystem(name: $name) { name } }', { name: text })).toEqual({ externalSystem: null });
    for (const input of [{ name: text }, { name: 'Text', newName: text }, { name: 'Text', description: text }])
      expect((await server.fail(SaveExternalSystemDocument, { input })).code).toBe('BAD_USER_INPUT');
  }); // prettier-ignore

  it('finds mappings by very many keys', async () => {
    const externalKeys = Array.from({ length: 40_000 }, (_, index) => `k${index + 990}`);
    const { externalKeyMappings } = await server.send(ExternalKeyMappingsDocument, { first: 1, filter: { externalKeys } });
    expect(externalKeyMappings.totalCount).toBe(10);
    expect((await server.send(ExternalKeyMappingsDocument, { first: 1, filter: { externalKeys: [] } })).externalKeyMappings.totalCount).toBe(0);
  }); // prettier-ignore

  it('describes a system by up to 10,000 characters, whatever they are', async () => {
    const save = (description: string) => ({ input: { name: 'Described', description } });
    const { saveExternalSystem } = await server.send(SaveExternalSystemDocument, save('😀'.repeat(10_000)));
    expect(saveExternalSystem.externalSystem.description).toBe('😀'.repeat(10_000));
    expect(await server.fail(SaveExternalSystemDocument, save('x'.repeat(10_001)))).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: 'The description of an external system is longer than 10000 characters.',
    });
    await server.send(DeleteExternalSystemDocument, { input: { name: 'Described', deleteMappings: false } });
  });

  it('runs of a system that was renamed and removed are found by its last name', async () => {
    await syncTo(server, 'Before', 'House', 'address', [{ values: { address: 'Renamed' } }]);
    await server.send(SaveExternalSystemDocument, { input: { name: 'Before', newName: 'After' } });
    await server.send(DeleteExternalSystemDocument, { input: { name: 'After', deleteMappings: true } });
    const runs = async (system: string) => (await server.send(RunsDocument, { system, first: 5 })).runs.nodes;
    expect([await runs('Before'), await runs('After')]).toMatchObject([[], [{ systems: [{ name: 'After' }] }]]);
  });

  it('messages quote what is wrong in short', async () => {
    const long = 'x'.repeat(5000);
    const { message } = await server.fail(SyncedObjectsDocument, { model: long, first: 1 });
    expect(message).toMatch(/^There is no model "x{58}…\. Known models: /);
    const where = (name: string) => server.fail(SyncedObjectsDocument, { model: 'Person', where: { [name]: 1 }, first: 1 });
    expect((await where('frist_name')).message).toBe('where: "frist_name": Person has no such field. Did you mean "first_name"?');
    expect((await where(long)).message).toHaveLength(`where: "${'x'.repeat(58)}…: Person has no such field.`.length);
  }); // prettier-ignore

  it('tells which systems touched an object, with what, and when', async () => {
    await syncTo(server, 'Renovations', 'Person', 'employee_id', [{ values: { employee_id: 'E7', age: 40 } }], 'u*');
    await syncTo(
      server,
      'Payroll',
      'Person',
      'employee_id',
      [{ externalKey: 'pay7', values: { employee_id: 'E7' } }],
      'u',
    );
    const { objects } = await server.send(SyncedObjectsDocument, {
      model: 'Person',
      where: { employee_id: 'E7' },
      first: 1,
    });
    const [found] = objects.nodes;
    expect(
      found?.touchedBy.map(({ system, externalKeys, lastRun }) => [system.name, externalKeys, lastRun?.status ?? null]),
    ).toEqual([
      ['HRSystem', ['k7'], 'COMPLETED'],
      ['Renovations', [], 'COMPLETED'],
      ['Payroll', ['pay7'], null],
    ]);
    expect(
      found?.touchedBy.every(({ firstTouchedAt, lastTouchedAt }) => firstTouchedAt !== null && lastTouchedAt !== null),
    ).toBe(true);
    const { object } = await server.send(SyncedObjectDocument, { model: 'Person', id: found?.id ?? '' });
    expect(object).toEqual(found);
    expect((await server.send(SyncedObjectDocument, { model: 'Person', id: '999999' })).object).toBeNull();
    expect((await server.send(SyncedObjectDocument, { model: 'Person', id: 'x' })).object).toBeNull();
  });

  it('a system that changed an object from the other side of a relation has touched it', async () => {
    const houseOf = async () =>
      (await server.send(SyncedObjectsDocument, { model: 'House', where: { address: 'Touched' }, first: 1 })).objects
        .nodes[0];
    await syncTo(server, 'Land', 'House', 'address', [{ values: { address: 'Touched' } }]);
    expect((await houseOf())?.touchedBy.map(({ system }) => system.name)).toEqual(['Land']);
    await syncTo(server, 'People', 'Person', 'employee_id', [
      { values: { employee_id: 'side', first_name: 'a', last_name: 'b', 'houses=>address': 'Touched' } },
    ]);
    expect((await houseOf())?.touchedBy.map(({ system, lastRun }) => [system.name, lastRun?.status])).toEqual([
      ['Land', 'COMPLETED'],
      ['People', 'COMPLETED'],
    ]);
  });

  it('filters mappings, dangling ones too', async () => {
    await syncTo(server, 'Dangling', 'House', 'address', [
      { externalKey: 'd1', values: { address: 'Gone' } },
      { externalKey: 'd2', values: { address: 'Here' } },
    ]);
    await server.server.database.knex('house').where({ address: 'Gone' }).delete();
    const keys = async (filter: object) =>
      (await server.send(ExternalKeyMappingsDocument, { filter, first: 10 })).externalKeyMappings.nodes.map(
        ({ externalKey, object }) => [externalKey, object === null],
      );
    expect(await keys({ dangling: true })).toEqual([['d1', true]]);
    expect(await keys({ dangling: false, system: 'Dangling' })).toEqual([['d2', false]]);
    expect(await keys({ system: 'Dangling', model: 'house', externalKeys: ['d1', 'd2', 'k1'] })).toHaveLength(2);
    expect(await keys({ externalKey: 'K1' })).toEqual([]);
    expect(await keys({ system: 'Nobody' })).toEqual([]);
  });

  it('saves, renames and removes external systems', async () => {
    const save = (input: object) => server.send(SaveExternalSystemDocument, { input: input as never });
    expect((await save({ name: ' Temp ', description: 'for now' })).saveExternalSystem).toEqual({
      created: true,
      externalSystem: { name: 'Temp', description: 'for now' },
    });
    expect((await save({ name: 'Temp', newName: 'Temporary' })).saveExternalSystem).toEqual({
      created: false,
      externalSystem: { name: 'Temporary', description: 'for now' },
    });
    expect(
      await server.fail(SaveExternalSystemDocument, { input: { name: 'Temporary', newName: 'HRSystem' } }),
    ).toMatchObject({ code: 'BAD_USER_INPUT' });
    await syncTo(server, 'Temporary', 'House', 'address', [{ externalKey: 't', values: { address: 'Tent' } }]);
    expect(
      await server.fail(DeleteExternalSystemDocument, { input: { name: 'Temporary', deleteMappings: false } }),
    ).toMatchObject({ code: 'SYSTEM_IN_USE' });
    expect(
      (await server.send(DeleteExternalSystemDocument, { input: { name: 'Temporary', deleteMappings: true } }))
        .deleteExternalSystem,
    ).toEqual({ deletedName: 'Temporary', deletedMappings: 1 });
    expect(
      await server.fail(DeleteExternalSystemDocument, { input: { name: 'Temporary', deleteMappings: true } }),
    ).toMatchObject({ code: 'UNKNOWN_EXTERNAL_SYSTEM' });
    const { runs } = await server.send(RunsDocument, { first: 1 });
    expect(runs.nodes[0]).toMatchObject({ status: 'COMPLETED', systems: [{ name: 'Temporary' }] });
    const { objects } = await server.send(SyncedObjectsDocument, {
      model: 'House',
      where: { address: 'Tent' },
      first: 1,
    });
    expect(objects.totalCount).toBe(1);
  });

  it('lists systems with their counts, and runs the newest first', async () => {
    const { externalSystems } = await server.send(ExternalSystemsDocument, { first: 1 });
    expect(externalSystems.nodes).toMatchObject([{ name: 'HRSystem', mappingCount: MAPPED }]);
    const { runs } = await server.send(RunsDocument, { system: 'HRSystem', statuses: ['COMPLETED'], first: 10 });
    expect(runs).toMatchObject({ totalCount: 1, nodes: [{ counts: { created: MAPPED } }] });
    const { run } = await server.send(RunDocument, { id: runs.nodes[0]?.id ?? '', severity: 'ERROR', first: 5 });
    expect(run?.outcomes.totalCount).toBe(0);
    expect((await server.send(RunDocument, { id: '987654', first: 1 })).run).toBeNull();
    expect((await server.send(RunDocument, { id: 'abc', first: 1 })).run).toBeNull();
  });
});
