/** Pages of lists: cursors, limits, and the number of statements per page. */
import {
  ExternalKeyMappingsDocument,
  ExternalSystemsDocument,
  RunsDocument,
  SyncedObjectsDocument,
} from '../../schema/operations/generated';
import { DATABASES } from '../support/databases';
import type { TestServer } from '../support/server';
import { MAPPED, serveMapped, syncTo } from './mappedPersons';

describe.each(DATABASES)('queries on $name', (kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await serveMapped(kind);
  });
  afterAll(() => server.stop());

  it('a page of a thousand mappings with system and object is a constant number of statements', async () => {
    const statements = async (first: number): Promise<number> => {
      let count = 0;
      const onQuery = (): void => void (count += 1);
      // Only requests use it.
      const { timedReader } = server.server.database;
      timedReader.on('query', onQuery);
      const { externalKeyMappings } = await server.send(ExternalKeyMappingsDocument, { first });
      timedReader.removeListener('query', onQuery);
      expect(externalKeyMappings.nodes).toHaveLength(first);
      expect(
        externalKeyMappings.nodes.every(({ object, system }) => object !== null && system.name === 'HRSystem'),
      ).toBe(true);
      return count;
    };
    const few = await statements(10);
    expect(await statements(1000)).toBe(few);
    expect(few).toBeLessThanOrEqual(4);
    // The mappings, their number, systems and objects.
    expect(few).toBeGreaterThan(2);
  });

  it('cursors are stable under inserts, and pages meet without gap or overlap', async () => {
    const first = await server.send(ExternalKeyMappingsDocument, { first: 3 });
    await syncTo(server, 'Cursor', 'House', 'address', [{ externalKey: 'h', values: { address: 'Somewhere' } }]);
    const second = await server.send(ExternalKeyMappingsDocument, {
      first: 3,
      after: first.externalKeyMappings.pageInfo.endCursor,
    });
    expect(
      [...first.externalKeyMappings.nodes, ...second.externalKeyMappings.nodes].map(({ externalKey }) => externalKey),
    ).toEqual(['k0', 'k1', 'k2', 'k3', 'k4', 'k5']);
    expect(second.externalKeyMappings.pageInfo).toMatchObject({
      hasPreviousPage: true,
      hasNextPage: true,
      startCursor: second.externalKeyMappings.edges[0]?.cursor,
    });
    const last = await server.send(ExternalKeyMappingsDocument, {
      first: 1000,
      after: first.externalKeyMappings.edges[2]?.cursor,
    });
    expect(last.externalKeyMappings.pageInfo.hasNextPage).toBe(false);
    expect(last.externalKeyMappings.totalCount).toBe(MAPPED + 1);
  });

  it('objects are paged by primary key and narrowed by fields', async () => {
    const first = await server.send(SyncedObjectsDocument, {
      model: 'person',
      where: { first_name: 'Bruce' },
      first: 2,
    });
    const next = await server.send(SyncedObjectsDocument, {
      model: 'person',
      where: { first_name: 'Bruce' },
      first: 2,
      after: first.objects.pageInfo.endCursor,
    });
    const names = [...first.objects.nodes, ...next.objects.nodes].map(({ values }) => values.last_name);
    expect(names).toEqual(['Wayne 0', 'Wayne 1', 'Wayne 2', 'Wayne 3']);
    expect(
      await server.fail(SyncedObjectsDocument, { model: 'Person', where: { frist_name: 'x' }, first: 2 }),
    ).toMatchObject({ code: 'BAD_USER_INPUT', message: expect.stringContaining('first_name') as string });
  });

  it.each([
    { first: 1001, after: null },
    { first: -1, after: null },
    { first: 5, after: 'nonsense' },
    { first: 5, after: Buffer.from('after:x').toString('base64url') },
  ])('a page that cannot be is BAD_USER_INPUT: %p', async (page) => {
    expect((await server.fail(ExternalKeyMappingsDocument, page)).code).toBe('BAD_USER_INPUT');
  });

  it('a cursor beyond the ids of a list is BAD_USER_INPUT or leads to an empty page', async () => {
    const after = Buffer.from(`after:${'9'.repeat(18)}`).toString('base64url');
    expect((await server.fail(ExternalSystemsDocument, { first: 1, after })).code).toBe('BAD_USER_INPUT');
    expect((await server.send(RunsDocument, { first: 1, after })).runs.nodes).toHaveLength(1);
    expect((await server.send(ExternalKeyMappingsDocument, { first: 1, after })).externalKeyMappings.nodes).toEqual([]);
    const objects = async (id: string) => {
      const cursor = Buffer.from(`after:${id}`).toString('base64url');
      return (await server.send(SyncedObjectsDocument, { model: 'Person', first: 1, after: cursor })).objects.nodes;
    };
    expect([(await objects('-1')).length, (await objects('9'.repeat(18))).length]).toEqual([1, 0]);
    await expect(objects('x')).rejects.toThrow('BAD_USER_INPUT');
  });
});
