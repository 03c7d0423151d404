/** Models, relations, external systems and runs that a caller may not see seem not to exist. */
import { graphql } from 'graphql';
import { createNsync, type Nsync } from '../../src';
import { DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';

interface Answer {
  readonly data: Record<string, never> | null;
  readonly errors: readonly { readonly code: unknown; readonly message: string }[];
}

const HR = ['sync:HRSystem/Person:cu'];

describe.each(DATABASES)('on $name', (kind) => {
  let database: TestDatabase;
  let nsync: Nsync;

  const ask = async (
    scopes: readonly string[],
    source: string,
    variableValues: object = {},
    name = 'hr',
  ): Promise<Answer> => {
    const { data, errors } = await graphql({
      schema: nsync.schema,
      source,
      variableValues: variableValues as Record<string, unknown>,
      contextValue: { caller: { name, scopes } },
    });
    return {
      data: JSON.parse(JSON.stringify(data ?? null)) as Answer['data'],
      errors: (errors ?? []).map(({ message, extensions }) => ({ code: extensions.code, message })),
    };
  };
  const sync = (
    scopes: readonly string[],
    input: { system?: string; model?: string; flags?: string; rows: object[]; options?: object },
    name?: string,
  ): Promise<Answer> =>
    ask(
      scopes,
      `mutation ($input: SyncRowsInput!) { syncRows(input: $input) { run { id status problems { message } } outcomes { status problems { code message } } } }`,
      {
        input: {
          system: input.system ?? 'HRSystem',
          model: input.model ?? 'Person',
          defaults: { actionFlags: input.flags ?? 'cu', matchOn: ['code'] },
          rows: input.rows,
          options: input.options,
        },
      },
      name,
    );

  beforeAll(async () => {
    database = await migratedDatabase(kind);
    const { knex } = database.database;
    await knex.schema.createTable('House', (table) => {
      table.increments('id');
      table.string('code', 50).notNullable().unique();
    });
    await knex.schema.createTable('Person', (table) => {
      table.increments('id');
      table.string('code', 50).notNullable().unique();
      table.string('name', 50);
      table.integer('house_id').unsigned().references('House.id');
    });
    await knex.schema.createTable('guests', (table) => {
      table.integer('person_id').unsigned().notNullable().references('Person.id');
      table.integer('host_id').unsigned().notNullable().references('House.id');
      table.primary(['person_id', 'host_id']);
    });
    await knex('House').insert({ code: 'H1' });
    nsync = await createNsync({
      database: database.url,
      authorize: (context) => (context as { caller: { name: string; scopes: string[] } }).caller,
    });
    await sync(
      ['admin'],
      { system: 'ERP', model: 'House', rows: [{ externalKey: 'h1', values: { code: 'H1' } }] },
      'erp',
    );
  });
  afterAll(async () => {
    await nsync.close();
    await database.drop();
  });

  it('models, with their relations to each other', async () => {
    const query = '{ models { name relations { name model } } model(name: "House") { name } }';
    expect((await ask(HR, query)).data).toEqual({ models: [{ name: 'Person', relations: [] }], model: null });
    const all = (await ask(['read'], query)).data as unknown as { models: { name: string; relations: object[] }[] };
    expect(all.models.map(({ name, relations }) => [name, relations.length])).toEqual([
      ['House', 3],
      ['Person', 3],
      ['guests', 2],
    ]);
  });

  it('a sync of a model says the same of one that exists and one that does not', async () => {
    for (const model of ['House', 'Horse', 'house']) {
      const { errors } = await sync(HR, { model, rows: [{ values: { code: 'X' } }] });
      expect(errors).toEqual([
        { code: 'FORBIDDEN', message: `A sync of "${model}" by "HRSystem" requires the scope sync:HRSystem/${model}.` },
      ]);
    }
    const { errors } = await sync(HR, { system: 'ERP', rows: [{ values: { code: 'X' } }] });
    expect(errors[0]?.message).toBe('A sync of "Person" by "ERP" requires the scope sync:ERP/Person.');
  });

  it('columns of relations to other models are unknown columns, without a suggestion', async () => {
    const { data } = await sync(HR, { rows: [{ values: { code: 'P1', 'house=>code': 'H1', 'hous=>code': 'H1' } }] });
    const told = JSON.stringify(data);
    expect(told).toContain('Column \\"house=>code\\" is ignored: Person has no relation \\"house\\"');
    expect(told).not.toContain('House');
    expect(await database.database.knex('Person').where({ code: 'P1' }).first()).toMatchObject({ house_id: null });
    const seen = await sync([...HR, 'read'], { rows: [{ values: { code: 'P1', 'house=>code': 'H1' } }] });
    expect(seen.errors).toEqual([]);
    expect((await database.database.knex('Person').where({ code: 'P1' }).first()) as object).toMatchObject({
      house_id: 1,
    });
  });

  it('keys of other external systems find nothing', async () => {
    const row = { rows: [{ values: { code: 'P2', 'house=>@ERP': 'h1' } }] };
    const scopes = ['sync:HRSystem/Person,House:cu'];
    const hidden = await sync(scopes, row);
    const unknown = await sync(scopes, { rows: [{ values: { code: 'P2', 'house=>@XYZ': 'h1' } }] });
    const problems = (answer: Answer): string =>
      JSON.stringify(
        (answer.data as unknown as { syncRows: { outcomes: { problems: object[] }[] } }).syncRows.outcomes[0]?.problems,
      );
    expect(problems(hidden)).toContain('ERP');
    expect(problems(hidden).replaceAll('ERP', 'XYZ')).toBe(problems(unknown));
    expect((await database.database.knex('Person').where({ code: 'P2' }).first()) as object).toMatchObject({
      house_id: null,
    });
  });

  it('external systems', async () => {
    const query =
      '{ externalSystems { totalCount nodes { name mappingCount } } externalSystem(name: "ERP") { name } modelWarnings }';
    await sync(HR, { rows: [{ externalKey: 'k1', values: { code: 'P1' } }] });
    await sync(['admin'], { model: 'House', rows: [{ externalKey: 'k2', values: { code: 'H1' } }] });
    expect((await ask(HR, query)).data).toEqual({
      externalSystems: { totalCount: 1, nodes: [{ name: 'HRSystem', mappingCount: 1 }] },
      externalSystem: null,
      modelWarnings: [],
    });
    const all = (await ask(['read'], query)).data as unknown as { externalSystems: { nodes: object[] } };
    expect(all.externalSystems.nodes).toEqual([
      { name: 'ERP', mappingCount: 1 },
      { name: 'HRSystem', mappingCount: 2 },
    ]);
    const { errors } = await sync(['sync:ER/Person'], {
      system: 'ER',
      rows: [],
      options: { createExternalSystem: false },
    });
    expect(errors).toEqual([{ code: 'UNKNOWN_EXTERNAL_SYSTEM', message: 'There is no external system "ER".' }]);
  });

  it('runs of other callers', async () => {
    const own = (await sync(HR, { rows: [{ values: { code: 'P1' } }] })).data as unknown as {
      syncRows: { run: { id: string } };
    };
    const { id } = own.syncRows.run;
    const query =
      'query ($id: ID!) { run(id: $id) { id startedBy } runs(first: 1000) { totalCount nodes { startedBy } } }';
    const seen = (await ask(HR, query, { id })).data as unknown as {
      run: object;
      runs: { totalCount: number; nodes: { startedBy: string }[] };
    };
    expect(seen.run).toEqual({ id, startedBy: 'hr' });
    expect(new Set(seen.runs.nodes.map(({ startedBy }) => startedBy))).toEqual(new Set(['hr']));
    expect(seen.runs.totalCount).toBe(seen.runs.nodes.length);
    const other = (await ask(['sync:ERP/House'], query, { id }, 'another')).data as unknown;
    expect(other).toEqual({ run: null, runs: { totalCount: 0, nodes: [] } });
    const cancel = 'mutation ($id: ID!) { cancelRun(input: {id: $id}) { run { id } } }';
    expect((await ask(['sync:ERP/House'], cancel, { id }, 'another')).errors[0]?.code).toBe('RUN_NOT_FOUND');
    expect((await ask([...HR, 'read'], cancel, { id }, 'another')).errors[0]?.code).toBe('FORBIDDEN');
    expect((await ask(HR, cancel, { id })).errors[0]?.code).toBe('RUN_ALREADY_FINISHED');
  });

  it('flags that a scope does not allow stop a call before it writes anything', async () => {
    const rows = [{ values: { code: 'P7' } }, { actionFlags: 'd', values: { code: 'P1' } }];
    const { errors } = await sync(HR, { rows, options: { onError: 'CONTINUE' } });
    expect(errors).toEqual([
      {
        code: 'FORBIDDEN',
        message: 'Nothing was synced: action flags "d" (row 2) requires the scope sync:HRSystem/Person:d.',
      },
    ]);
    expect(await database.database.knex('Person').where({ code: 'P7' }).first()).toBeUndefined();
    expect((await sync(HR, { flags: 'u*', rows: [{ values: { code: 'P1' } }] })).errors[0]?.code).toBe('FORBIDDEN');
  });

  it('tables whose foreign keys keep an object from being deleted', async () => {
    await sync(['admin'], { flags: 'cu*', rows: [{ externalKey: 'p8', values: { code: 'P8', 'house=>code': 'H1' } }] });
    const row = { system: 'ERP', model: 'House', flags: 'd*', rows: [{ values: { code: 'H1' } }] };
    const blind = await sync(['sync:ERP/House'], row);
    const seeing = await sync(['sync:ERP/House', 'read'], row);
    expect(JSON.stringify(blind.data)).toContain('"A foreign key refuses the change."');
    expect(JSON.stringify(blind.data)).not.toContain('Person');
    expect(JSON.stringify(seeing.data)).toContain('Person.house_id');
  });

  it('a merge needs the right to update all objects that may point to the merged one', async () => {
    const row = { system: 'ERP', model: 'House', options: { onMatchConflict: 'MERGE' }, rows: [{ values: { code: 'H1' } }] }; // prettier-ignore
    expect((await sync(['read', 'sync:ERP/House'], row)).errors).toEqual([
      {
        code: 'FORBIDDEN',
        message: 'onMatchConflict MERGE requires a scope with the flag u for all models that point to House.',
      },
    ]);
    expect((await sync(['sync:ERP/*'], row)).errors).toEqual([]);
  });

  it('a to-many relation needs the right to update the objects on its other side', async () => {
    const models = (await ask(['read'], '{ model(name: "House") { relations { name kind } } }')).data as unknown as {
      model: { relations: { name: string; kind: string }[] };
    };
    const relation = models.model.relations.find(({ kind }) => kind === 'MANY_TO_MANY')?.name ?? '';
    const row = { system: 'ERP', model: 'House', rows: [{ values: { code: 'H1', [`${relation}=>+code`]: 'P1' } }] };
    const { errors } = await sync(['read', 'sync:ERP/House'], row);
    expect(errors).toEqual([
      {
        code: 'FORBIDDEN',
        message: `Column "${relation}=>+code" changes Person objects, which requires the scope sync:ERP/Person:u.`,
      },
    ]);
    expect(await database.database.knex('guests')).toEqual([]);
    expect((await sync(['read', 'sync:ERP/House,Person'], row)).errors).toEqual([]);
    expect(await database.database.knex('guests')).toHaveLength(1);
  });
});
