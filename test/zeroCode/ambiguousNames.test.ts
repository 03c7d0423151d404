/** Names and ids that read alike when they are concatenated must not be confused. */
import { ExternalKeyMappingsDocument, SyncRowsDocument } from '../../schema/operations/generated';
import { DATABASES } from '../support/databases';
import { type ZeroCode, zeroCode } from './support';

const TABLES = [
  'CREATE TABLE "Order" (id varchar(20) PRIMARY KEY, title varchar(20))',
  'CREATE TABLE "Order Details" (id varchar(20) PRIMARY KEY, title varchar(20))',
  'CREATE TABLE part (id {id}, "a,b" varchar(9), c varchar(9), a varchar(9), "b,c" varchar(9), title varchar(20))',
];

describe.each(DATABASES)('names that read alike on $name', (kind) => {
  let zero: ZeroCode;
  beforeAll(async () => {
    zero = await zeroCode(kind, TABLES);
  });
  afterAll(() => zero.server.stop());

  it('object "Details 1" of "Order" is not object "1" of "Order Details"', async () => {
    await zero.sync('Order', 'id', [{ id: 'Details 1', title: 'an order', $key: 'o' }]);
    await zero.sync('Order Details', 'id', [{ id: '1', title: 'a detail', $key: 'd' }]);
    const { externalKeyMappings } = await zero.server.send(ExternalKeyMappingsDocument, { first: 10 });
    expect(externalKeyMappings.nodes.map(({ model, object }) => [model, object?.values.title])).toEqual([
      ['Order', 'an order'],
      ['Order Details', 'a detail'],
    ]);
  });

  it('R4: columns "a,b" and c are not columns a and "b,c"', async () => {
    await zero.sync('part', 'title', [
      { title: 'first', 'a,b': '1', c: '2' },
      { title: 'second', a: '1', 'b,c': '2' },
    ]);
    const match = (...matchOn: string[]) => ({ matchOn, values: { [matchOn[0] ?? '']: '1', [matchOn[1] ?? '']: '2' } });
    const { syncRows } = await zero.server.send(SyncRowsDocument, {
      input: {
        system: 'Test',
        model: 'part',
        defaults: { actionFlags: 'u*' },
        rows: [match('a,b', 'c'), match('a', 'b,c'), match('a,b', 'c')],
      },
    });
    expect(syncRows.outcomes.map(({ status, objectId }) => [status, objectId])).toEqual([
      ['UNCHANGED', '1'],
      ['UNCHANGED', '2'],
      ['UNCHANGED', '1'],
    ]);
  });
});
