/** The limits of nsync for every kind of call: the limit itself is accepted, and one more is refused with a message that names the limit. */
import { createNsync, type Nsync, readCsv } from '../../src';
import { BOUNDS } from '../../src/bounds';
import { createDemoTables } from '../../src/demo/tables';
import * as models from '../../src/demo/models';
import { DATABASES } from '../support/databases';

const SQLITE = DATABASES.filter(({ name }) => name === 'SQLite');
const EMPLOYEE = { employee_id: 'E1', first_name: 'Bruce', last_name: 'Wayne' };

const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const record = (count: number): Record<string, unknown> => Object.fromEntries(many(count, (index) => [`x${index}`, 1]));
const pairs = (count: number): string =>
  [...many(count, () => 'first_name last_name |'), ...many(count - 1, () => '&')].join(' ');

/** The message must contain the limit. */
const withLimit = (limit: number): RegExp => new RegExp(`limit of ${limit}\\b`);

describe.each(SQLITE)('bounds on $name', (kind) => {
  let nsync: Nsync;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const test = await kind.create();
    await createDemoTables(test.database.knex);
    nsync = await createNsync({ database: test.url, models });
    drop = test.drop;
  });
  afterAll(async () => {
    await nsync.close();
    await drop();
  });

  /** The first problem of a row or of its columns, as `code: message`; null if there is none. */
  async function told(model: string, values: Record<string, unknown>, matchOn: string): Promise<string | null> {
    const { run, outcomes } = await nsync.sync({
      system: 'S',
      model,
      defaults: { actionFlags: 'cu*', matchOn },
      onError: 'CONTINUE',
      rows: [{ values }],
    });
    const [problem] = [...(outcomes[0]?.problems ?? []), ...run.problems];
    return problem ? `${problem.code}: ${problem.message}` : null;
  }

  const house = (values: Record<string, unknown>) => ({ address: 'Arkham Road 1', ...values });
  const hops = (count: number): string => `owner=>${'spouse=>'.repeat(count - 1)}first_name`;
  const inline = (levels: number): Record<string, unknown> =>
    many(levels, () => null).reduce<Record<string, unknown>>((inner) => ({ owner: inner }), { first_name: 'x' });

  it.each<[string, string, string, number, (size: number) => [Record<string, unknown>, string]]>([
    ['names of match_on', 'Person', 'INVALID_MATCH_EXPRESSION', BOUNDS.matchTerms, (n) => [EMPLOYEE, many(n, () => 'employee_id').join(' ')]],
    ['characters of match_on', 'Person', 'INVALID_MATCH_EXPRESSION', BOUNDS.matchLength, (n) => [EMPLOYEE, 'employee_id'.padEnd(n, ' ')]],
    ['objects of a list', 'Person', 'INVALID_VALUE', BOUNDS.targetsPerRow, (n) => [{ ...EMPLOYEE, 'tags=>+label': many(n, () => '') }, 'employee_id']],
    ['objects of an inline list', 'Person', 'INVALID_VALUE', BOUNDS.targetsPerRow, (n) => [{ ...EMPLOYEE, tags: { add: many(n, () => ({})) } }, 'employee_id']],
  ])('%s', async (_title, model, code, limit, make) => {
    expect(await told(model, ...make(limit))).toBeNull();
    const refused = await told(model, ...make(limit + 1));
    expect(refused).toMatch(code);
    expect(refused).toMatch(withLimit(limit));
  }); // prettier-ignore

  it.each([
    ['22 pairs', pairs(22)],
    ['7 pairs', pairs(7)],
    ['a negation that multiplies', `${many(22, () => 'first_name last_name &').join(' ')} ${many(21, () => '|').join(' ')} ~`],
  ])('%s are too many alternatives, which are not made', async (_title, matchOn) => {
    const refused = await told('Person', EMPLOYEE, matchOn);
    expect(refused).toMatch('INVALID_MATCH_EXPRESSION');
    expect(refused).toMatch(withLimit(BOUNDS.matchAlternatives));
  }); // prettier-ignore

  it('as many alternatives as may be are looked up', async () => {
    expect(await told('Person', EMPLOYEE, pairs(6))).toBeNull();
  });

  it.each<[string, (size: number) => Record<string, unknown>, number]>([
    ['relations of a path', (n) => house({ [hops(n)]: 'x' }), BOUNDS.referenceHops],
    ['levels of inline objects', (n) => house(inline(n)), BOUNDS.referenceHops],
    ['characters of a name', (n) => house({ ['x'.repeat(n)]: 1 }), BOUNDS.columnNameLength],
  ])('%s', async (_title, make, limit) => {
    // Within the limit, the demo has no field with this name.
    expect(await told('House', make(limit), 'address')).toMatch(/no (?:such field|relation)/);
    expect(await told('House', make(limit + 1), 'address')).toMatch(withLimit(limit));
  });

  it.each<[string, (size: number) => Promise<unknown>]>([
    ['of a row', (n) => told('House', house(record(n - 1)), 'address')],
    [
      'of several rows',
      (n) =>
        nsync.sync({
          system: 'S',
          model: 'House',
          rows: many(n, (index) => ({ values: { [`x${index}`]: 1 } })),
          onError: 'CONTINUE',
        }),
    ],
    ['of an inline object', (n) => told('House', house({ owner: record(n - 2) }), 'address')],
    ['of a file', (n) => nsync.sync({ system: 'S', model: 'House', rows: readCsv(`address,${many(n - 1, (i) => `x${i}`).join()}\n`) })],
  ])('columns %s', async (_title, sync) => {
    await sync(BOUNDS.columns);
    await expect(sync(BOUNDS.columns + 1)).rejects.toMatchObject({
      code: 'TOO_MANY_COLUMNS',
      message: expect.stringMatching(withLimit(BOUNDS.columns)) as string,
    });
  }); // prettier-ignore

  it('a JSON document may have any number of names', async () => {
    // The text column refuses the document, and the call continues.
    expect(await told('House', house({ country: record(BOUNDS.columns + 1) }), 'address')).toMatch('INVALID_VALUE');
  });

  it('sources of a call', async () => {
    const source = { system: 'S', model: 'House', rows: [] };
    await expect(nsync.syncAll(many(BOUNDS.filesPerCall + 1, () => source))).rejects.toMatchObject({
      code: 'TOO_MANY_FILES',
      message: expect.stringMatching(withLimit(BOUNDS.filesPerCall)) as string,
    });
  });

  it('problems of a row, of which the last stands for the others', async () => {
    const { outcomes } = await nsync.sync({
      system: 'S',
      model: 'Person',
      defaults: { actionFlags: 'cu', matchOn: many(BOUNDS.problemsPerRow + 5, (index) => `nobody${index}`).join(' ') },
      onError: 'CONTINUE',
      rows: [{ values: { ...EMPLOYEE, age: 'x' } }],
    });
    const problems = outcomes[0]?.problems ?? [];
    expect(problems).toHaveLength(BOUNDS.problemsPerRow);
    expect(problems.at(-1)).toMatchObject({
      severity: 'ERROR',
      message: expect.stringMatching(/more problems/) as string,
    });
  });

  it('groups of problems of a run, with those of more fields under their code', async () => {
    const { run } = await nsync.sync({
      system: 'S',
      model: 'Person',
      defaults: { actionFlags: 'cu' },
      onError: 'CONTINUE',
      rows: many(BOUNDS.problemGroups + 50, (index) => ({ matchOn: `nobody${index}`, values: EMPLOYEE })),
    });
    expect(run.problemGroups).toHaveLength(BOUNDS.problemGroups + 1);
    expect(run.problemGroups.find(({ field }) => field === null)).toMatchObject({ count: 50 });
  });

  it.each([
    ['match_on', { matchOn: 'x'.repeat(5000) }],
    ['a key', { externalKey: 'x'.repeat(100_000) }],
    ['flags', { actionFlags: 'x'.repeat(100_000) }],
    ['a value', { values: { ...EMPLOYEE, age: 'x'.repeat(100_000) } }],
  ])('%s is cut in messages, however long it is', async (_title, row) => {
    const { outcomes } = await nsync.sync({
      system: 'S',
      model: 'Person',
      defaults: { actionFlags: 'cu', matchOn: 'employee_id' },
      onError: 'CONTINUE',
      rows: [{ values: EMPLOYEE, ...row }],
    });
    const [problem] = outcomes[0]?.problems ?? [];
    expect(problem?.severity).toBe('ERROR');
    expect(JSON.stringify(problem).length).toBeLessThan(1000);
  });
});
