/** Outcomes contain their system and model, and the other objects that they changed. They are the same in the response and in later queries. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { parse } from 'graphql';
import { DATABASES } from '../support/databases';
import { serve, type TestServer } from '../support/server';

interface Outcome {
  readonly model: string;
  readonly system: string;
  readonly status: string;
  readonly objectId: string | null;
  readonly alsoChanged: readonly { readonly model: string; readonly id: string }[];
}

const OUTCOME = 'fragment Outcome on RowOutcome { model system status objectId alsoChanged { model id } }';
const SYNC = parse(
  `mutation ($input: SyncRowsInput!) { syncRows(input: $input) { run { id outcomes { nodes { ...Outcome } } } outcomes { ...Outcome } } } ${OUTCOME}`,
) as TypedDocumentNode<
  { syncRows: { run: { outcomes: { nodes: Outcome[] } }; outcomes: Outcome[] } },
  { input: object }
>;
const FILES = parse(
  `mutation ($input: SyncCsvFilesInput!) { syncCsvFiles(input: $input) { run { outcomes { nodes { ...Outcome } } } } } ${OUTCOME}`,
) as TypedDocumentNode<{ syncCsvFiles: { run: { outcomes: { nodes: Outcome[] } } } }, { input: object }>;

describe.each(DATABASES)('outcomes on $name', (kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await serve(kind);
  });
  afterAll(() => server.stop());

  const sync = async (model: string, matchOn: string, values: object[], options = {}): Promise<Outcome[]> => {
    const { syncRows } = await server.send(SYNC, {
      input: {
        system: ' HR ',
        model,
        options,
        defaults: { actionFlags: 'cu*', matchOn: [matchOn] },
        rows: values.map((row) => ({ values: row })),
      },
    });
    expect(syncRows.run.outcomes.nodes).toEqual(syncRows.outcomes.filter(({ status }) => status !== 'UNCHANGED'));
    return syncRows.outcomes;
  };

  it('name system, model and the objects on the other side of relations', async () => {
    const [red, blue] = await sync('tag', 'label', [{ label: 'red' }, { label: 'blue' }]);
    const [cave] = await sync('House', 'address', [{ address: 'Cave' }]);
    expect([red, cave]).toMatchObject([
      { system: 'HR', model: 'Tag', alsoChanged: [] },
      { system: 'HR', model: 'House', alsoChanged: [] },
    ]);
    const person = { employee_id: 'E1', first_name: 'Bruce', last_name: 'Wayne' };
    const tagged = { ...person, tags: { add: [{ label: 'red' }, { label: 'blue' }] }, 'houses=>address': 'Cave' };
    const others = [`House ${cave?.objectId}`, `Tag ${red?.objectId}`, `Tag ${blue?.objectId}`];
    const alsoChanged = async (options = {}): Promise<unknown> => {
      const [outcome] = await sync('Person', 'employee_id', [tagged], options);
      const names = (outcome?.alsoChanged ?? []).map(({ model, id }) => `${model} ${id}`);
      return names.sort();
    };
    expect(await alsoChanged({ dryRun: true })).toEqual(others);
    expect(await alsoChanged()).toEqual(others);
    expect(await alsoChanged()).toEqual([]);
  });

  it('of several files each name their own', async () => {
    const files = [
      { name: 'HR_app_Tag.csv', csv: 'action_flags,match_on,label\ncu,label,new\n' },
      { name: 'Registry_app_House.csv', csv: 'action_flags,match_on,address\ncu,address,New\n' },
    ];
    const { syncCsvFiles } = await server.send(FILES, { input: { files } });
    expect(syncCsvFiles.run.outcomes.nodes).toMatchObject([
      { system: 'HR', model: 'Tag', status: 'CREATED' },
      { system: 'Registry', model: 'House', status: 'CREATED' },
    ]);
  });

  it('models name their setters', async () => {
    const query = parse('{ models { name setters } }') as TypedDocumentNode<
      { models: { name: string; setters: string[] }[] },
      object
    >;
    const { models } = await server.send(query, {});
    expect(models.find(({ name }) => name === 'Person')?.setters).toEqual(['photo_filename']);
    expect(models.find(({ name }) => name === 'Tag')?.setters).toEqual([]);
  });
});
