/** Values that are nested too deeply fail their row, however they are sent, and never the call (R17a). */
import { createNsync } from '../../src';
import type { GraphQLAnswer } from '../support/server';
import { DATABASES } from '../support/databases';
import { inDialect, type ZeroCode, zeroCode } from '../zeroCode/support';

const LEVELS = 100_000;
const arrays = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
const objects = (levels: number): string => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels);
const JSON_TYPE = { SQLite: 'json', MariaDB: 'json', PostgreSQL: 'jsonb' } as const;

interface Synced {
  readonly syncRows: { readonly outcomes: readonly Outcome[] };
  readonly syncCsv: { readonly run: { readonly outcomes: { readonly nodes: readonly Outcome[] } } };
}
interface Outcome {
  readonly status: string;
  readonly problems: readonly { readonly code: string; readonly field: string; readonly message: string }[];
}

const OUTCOME = 'status problems { code field message }';
const ROWS = `mutation ($rows: [RowInput!]!) { syncRows(input: {system: "S", model: "doc", rows: $rows, defaults: {actionFlags: "cu*", matchOn: ["name"]}, options: {onError: CONTINUE}}) { outcomes { ${OUTCOME} } } }`;
const CSV = `mutation ($csv: String!) { syncCsv(input: {system: "S", model: "doc", csv: $csv, defaults: {actionFlags: "cu*", matchOn: ["name"]}, options: {onError: CONTINUE}}) { run { outcomes { nodes { ${OUTCOME} } } } } }`;

describe.each(DATABASES)('nesting on $name', (kind) => {
  const DOC = `CREATE TABLE doc (id {id}, name varchar(40) NOT NULL UNIQUE, data ${JSON_TYPE[kind.name]})`;
  let zero: ZeroCode;
  beforeAll(async () => {
    zero = await zeroCode(kind, [
      'CREATE TABLE boss (id {id}, email varchar(40) NOT NULL UNIQUE)',
      `${DOC.slice(0, -1)}, boss_id int, FOREIGN KEY (boss_id) REFERENCES boss (id))`,
    ]);
  });
  afterAll(() => zero.server.stop());

  /** JSON.stringify cannot write such variables. */
  async function send(query: string, variables: string): Promise<Synced> {
    const response = await fetch(`${zero.server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"query": ${JSON.stringify(query)}, "variables": ${variables}}`,
    });
    const { data, errors } = (await response.json()) as GraphQLAnswer<Synced>;
    if (!data) throw new Error(JSON.stringify(errors));
    return data;
  }
  const told = (outcomes: readonly Outcome[]) =>
    outcomes.map(({ status, problems }) => [status, ...problems.map(({ code, field }) => `${code}(${field})`)]);

  it.each([
    ['data', arrays(LEVELS)],
    ['data', objects(LEVELS)],
    ['data', JSON.stringify(`json:${arrays(LEVELS)}`)],
    ['name', arrays(LEVELS)],
    ['boss', objects(LEVELS)],
    ['boss=>email', objects(LEVELS)],
    ['nothing', objects(LEVELS)],
  ])('as the JSON value of %s', async (field, value) => {
    const row = (name: string, more = ''): string => `{"values": {"name": "${name}"${more}}}`;
    const bad = field === 'name' ? `{"values": {"name": ${value}}}` : row('b', `, "${field}": ${value}`);
    const { outcomes } = (await send(ROWS, `{"rows": [${row('a')}, ${bad}, ${row('c')}]}`)).syncRows;
    expect(outcomes.map(({ status }) => status)[1]).toBe('FAILED');
    expect(told(outcomes)[1]).toEqual(['FAILED', `INVALID_VALUE(${field})`]);
    expect(outcomes[1]?.problems[0]?.message).toMatch(/is nested more than 500 levels deep\.$/);
    expect([told(outcomes)[0]?.length, told(outcomes)[2]?.length]).toEqual([1, 1]);
  });

  it('as JSON in a CSV cell', async () => {
    const cell = objects(LEVELS).replaceAll('"', '""');
    const { nodes } = (await send(CSV, JSON.stringify({ csv: `name,data\nd,"${cell}"\ne,"${arrays(LEVELS)}"\n` })))
      .syncCsv.run.outcomes;
    expect(told(nodes)).toEqual([
      ['FAILED', 'INVALID_VALUE(data)'],
      ['FAILED', 'INVALID_VALUE(data)'],
    ]);
    expect(nodes[0]?.problems[0]?.message).toMatch(/is nested more than 500 levels deep\.$/);
  });

  it('as a value of the library, also one that contains itself', async () => {
    const circle: Record<string, unknown> = {};
    circle.again = [circle];
    const test = await kind.create();
    await test.database.knex.raw(inDialect(kind.name, DOC));
    const nsync = await createNsync({ database: test.url });
    try {
      const { outcomes } = await nsync.sync({
        system: 'S',
        model: 'doc',
        defaults: { actionFlags: 'cu*', matchOn: 'name' },
        onError: 'CONTINUE',
        rows: [JSON.parse(arrays(LEVELS)), circle, []].map((data, index) => ({ values: { name: `l${index}`, data } })),
      });
      expect(outcomes.map(({ status, problems }) => [status, problems[0]?.code, problems[0]?.field])).toEqual([
        ['FAILED', 'INVALID_VALUE', 'data'],
        ['FAILED', 'INVALID_VALUE', 'data'],
        ['CREATED', undefined, undefined],
      ]);
    } finally {
      await nsync.close();
      await test.drop();
    }
  });

  it('that is not deep is stored', async () => {
    const { outcomes } = (await send(ROWS, `{"rows": [{"values": {"name": "ok", "data": ${arrays(30)}}}]}`)).syncRows;
    expect(told(outcomes)).toEqual([['CREATED']]);
  });

  it('that is as deep as may be is stored, or refused by the database for its row alone', async () => {
    const rows = [`{"values": {"name": "deep", "data": ${arrays(500)}}}`, '{"values": {"name": "flat", "data": []}}'];
    for (let times = 0; times < 2; times += 1) {
      const { outcomes } = (await send(ROWS, `{"rows": [${rows.join()}]}`)).syncRows;
      // MariaDB 10.11 accepts 31 levels.
      const refused = kind.name === 'MariaDB' ? ['FAILED', 'CHECK_VIOLATION(data)'] : null;
      const taken = [times === 0 ? 'CREATED' : 'UNCHANGED'];
      expect(told(outcomes)).toEqual([refused ?? taken, taken]);
    }
  });

  it('in the text of a query is an error of that query', async () => {
    const query = `mutation { syncRows(input: {system: "S", model: "doc", rows: [{values: {name: "q", data: ${arrays(LEVELS)}}}]}) { outcomes { ${OUTCOME} } } }`;
    await expect(send(query, '{}')).rejects.toThrow(/OPERATION_TOO_COMPLEX/);
  });
});
