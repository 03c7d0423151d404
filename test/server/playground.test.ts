/** The playground's tabs on databases that someone else has made. */
import { Kind, parse } from 'graphql';
import { DATABASES } from '../support/databases';
import { zeroCode } from '../zeroCode/support';
import { CHINOOK } from '../zeroCode/publicSchemas';

interface Tab {
  readonly query: string;
  readonly variables?: string;
}

async function tabsOf(url: string): Promise<Tab[]> {
  const html = await (await fetch(url)).text();
  // What a browser takes for the page's script.
  const script = /<script>([^]*?)<\/script>/.exec(html)?.[1] ?? '';
  const options = /querySelector\('#root'\),\s*(\{[^]*\}),\s*\);\s*$/.exec(script)?.[1] ?? '';
  const [tabs] = options.split(/,"fetcher":/);
  return (JSON.parse(`${tabs}}`) as { defaultTabs: Tab[] }).defaultTabs;
}

const namesOf = (tabs: readonly Tab[]): (string | undefined)[] =>
  tabs.map(({ query }) => {
    const [operation] = parse(query).definitions;
    return operation?.kind === Kind.OPERATION_DEFINITION ? operation.name?.value : undefined;
  });

describe.each(DATABASES)('the tabs on $name', (kind) => {
  it('are about the tables there, and work as they stand', async () => {
    const { server } = await zeroCode(kind, CHINOOK);
    try {
      const tabs = await tabsOf(server.url);
      expect(namesOf(tabs)).toEqual(['ListModels', 'DryRun', 'LastRuns']);
      const answers = [];
      for (const { query, variables } of tabs) {
        const response = await fetch(`${server.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query, variables: variables === undefined ? {} : (JSON.parse(variables) as object) }),
        });
        answers.push(await response.json());
      }
      expect(answers).toEqual([
        { data: { models: expect.arrayContaining([expect.objectContaining({ name: 'Artist', objectCount: 0 })]) } },
        {
          data: {
            syncRows: {
              run: { status: 'COMPLETED', counts: { created: 1, updated: 0, failed: 0 } },
              outcomes: [expect.objectContaining({ status: 'CREATED', problems: [] })],
            },
          },
        },
        { data: { runs: { nodes: [expect.objectContaining({ status: 'COMPLETED', problemGroups: [] })] } } },
      ]);
      expect(await server.server.database.knex('Artist')).toEqual([]);
      expect(JSON.parse(tabs[1]?.variables ?? '')).toMatchObject({
        input: { model: 'Artist', options: { dryRun: true }, rows: [{ values: { Name: 'Example' } }] },
      });
    } finally {
      await server.stop();
    }
  });

  it.each([
    ['of nothing that can be made by itself', ['CREATE TABLE "a" ("id" {id}, "n" int NOT NULL)'], null],
    ['with names that would end the script', ['CREATE TABLE "</script>" ("id" {id}, "x" varchar(3) NOT NULL)'], { model: '</script>', rows: [{ values: { x: 'Exa' } }] }],
  ])('%s', async (_name, statements, input) => {
    const { server } = await zeroCode(kind, statements);
    try {
      const tabs = await tabsOf(server.url);
      expect(namesOf(tabs)).toEqual(['ListModels', ...(input ? ['DryRun'] : []), 'LastRuns']);
      if (input) expect(JSON.parse(tabs[1]?.variables ?? '')).toMatchObject({ input });
    } finally {
      await server.stop();
    }
  }); // prettier-ignore
});

it('the tabs are of the tables as they were last read', async () => {
  const { server } = await zeroCode(DATABASES[0]!, ['CREATE TABLE "a" ("id" {id}, "n" int NOT NULL)']);
  try {
    expect(namesOf(await tabsOf(server.url))).not.toContain('DryRun');
    await server.server.database.knex.raw('CREATE TABLE "b" ("id" integer PRIMARY KEY, "name" varchar(50))');
    await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'mutation { reloadModels { added } }' }),
    });
    expect(namesOf(await tabsOf(server.url))).toContain('DryRun');
  } finally {
    await server.stop();
  }
});
