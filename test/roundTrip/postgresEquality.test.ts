/** R6: equal values of PostgreSQL's own types with different spellings, and the number of statements that compare them. */
import { SyncedObjectsDocument, SyncRowsDocument } from '../../schema/operations/generated';
import { DATABASES } from '../support/databases';
import { type ZeroCode, zeroCode } from '../zeroCode/support';

const EQUAL: readonly (readonly [type: string, stored: string, sent: unknown])[] = [
  ['interval', `'24 hours'`, '1 day'],
  ['numrange', `'[1.0,2)'`, '[1.00,2.0)'],
  ['daterange', `'[2024-01-01,2024-01-31]'`, '(2023-12-31,2024-02-01)'],
  ['numeric[]', `'{1.0,2}'`, ['1.00', 2]],
  ['interval[]', `'{24 hours}'`, ['1 day']],
  ['citext[]', `'{Ada}'`, ['ADA']],
  ['pair', `('a', 1.0)`, '(a,1.00)'],
  ['span', `'24 hours'`, '1 day'],
];

describe.each(DATABASES.filter(({ name }) => name === 'PostgreSQL'))('equality of native types on $name', (kind) => {
  let zero: ZeroCode;
  beforeAll(async () => {
    zero = await zeroCode(kind, [
      'CREATE EXTENSION citext',
      'CREATE TYPE pair AS (name text, amount numeric)',
      'CREATE DOMAIN span AS interval',
      ...EQUAL.map(
        ([type], index) => `CREATE TABLE e${index} (id serial PRIMARY KEY, value ${type} UNIQUE, note varchar(20))`,
      ),
      'CREATE TABLE part (id serial PRIMARY KEY, of_id int REFERENCES e0 (id), name varchar(20) UNIQUE)',
    ]);
    const { knex } = zero.server.server.database;
    for (const [index, [, stored]] of EQUAL.entries())
      await knex.raw(`INSERT INTO e${index} (value) VALUES (${stored})`);
  });
  afterAll(() => zero.server.stop());

  it.each(EQUAL.map(([type, , sent], index) => [type, sent, `e${index}`] as const))(
    'R6, R46: a value of type %s is found in another spelling, also by rows of one call',
    async (_, value, model) => {
      expect(await zero.sync(model, 'value', [{ $flags: 'u*', value, note: 'found' }])).toEqual(['UPDATED']);
      expect(await zero.sync(model, 'value', [{ $flags: 'd*', value }])).toEqual(['DELETED']);
      expect(await zero.sync(model, 'value', [{ value, note: 'one' }, { value, note: 'two' }])).toEqual([
        'CREATED',
        'UPDATED',
      ]); // prettier-ignore
    },
  );

  it('R6: references and `where` find them, too', async () => {
    const part = await zero.sync('part', 'name', [{ name: 'spoke', 'of=>value': '24:00:00' }]);
    expect(part).toEqual(['CREATED']);
    expect(await zero.server.server.database.knex('part').whereNotNull('of_id')).toHaveLength(1);
    const { objects } = await zero.server.send(SyncedObjectsDocument, {
      model: 'e0',
      first: 10,
      where: { value: '1440 minutes' },
    });
    expect(objects.nodes).toHaveLength(1);
    expect(
      await zero.server.fail(SyncedObjectsDocument, { model: 'e0', first: 10, where: { value: 'soon' } }),
    ).toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it('R17a: refused values fail their rows alone, and cost k log n statements', async () => {
    const { knex } = zero.server.server.database;
    const statements = new Set<string>();
    knex.on('query', ({ sql, __knexQueryUid }: { sql: string; __knexQueryUid: string }) => {
      if (sql.includes('AS spelled')) statements.add(__knexQueryUid);
    });
    const rows = Array.from({ length: 200 }, (_, index) => ({
      actionFlags: 'cu*',
      matchOn: ['note'],
      values: { note: `r${index}`, value: index % 100 === 50 ? 'soon' : `${index + 100} minutes` },
    }));
    const input = { system: 'Test', model: 'e0', rows, options: { onError: 'CONTINUE' as const } };
    const { syncRows } = await zero.server.send(SyncRowsDocument, { input });
    expect(syncRows.run.counts).toMatchObject({ created: 198, failed: 2 });
    expect(syncRows.outcomes.filter(({ status }) => status === 'FAILED').map(({ problems }) => problems[0])).toEqual(
      [51, 151].map(() => expect.objectContaining({ code: 'INVALID_VALUE', field: 'value' }) as unknown),
    );
    expect(statements.size).toBeLessThanOrEqual(1 + 2 * 2 * Math.ceil(Math.log2(200)));
    statements.clear();
    await zero.server.send(SyncRowsDocument, {
      input: { ...input, rows: rows.filter((_, index) => index % 100 !== 50) },
    });
    expect(statements.size).toBe(1);
  });
});
