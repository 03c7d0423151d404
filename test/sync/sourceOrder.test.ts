/** R41: with an order, creates process sources in the order of their required references, and deletes in the reverse order. */
import { SyncCsvFilesDocument } from '../../schema/operations/generated';
import { ALL_TABLES, type ModelCatalog, readDatabaseModels } from '../../src/models';
import { orderSources } from '../../src/sync/run/sourceOrder';
import { DATABASES, type TestDatabase } from '../support/databases';
import { inDialect, type ZeroCode, zeroCode } from '../zeroCode/support';

const TABLES = [
  'CREATE TABLE company (id {id}, name varchar(20) NOT NULL UNIQUE)',
  'CREATE TABLE contact (id {id}, name varchar(20) NOT NULL UNIQUE, company_id int NOT NULL, FOREIGN KEY (company_id) REFERENCES company (id))',
  'CREATE TABLE note (id {id}, text varchar(20) NOT NULL UNIQUE, contact_id int NOT NULL, FOREIGN KEY (contact_id) REFERENCES contact (id))',
  'CREATE TABLE fan (id {id}, name varchar(20) NOT NULL UNIQUE, company_id int, FOREIGN KEY (company_id) REFERENCES company (id))',
  'CREATE TABLE town (id {id}, region_id int NOT NULL, name varchar(20))',
  'CREATE TABLE region (id {id}, capital_id int NOT NULL, name varchar(20), FOREIGN KEY (capital_id) REFERENCES town (id))',
  'CREATE TABLE street (id {id}, town_id int NOT NULL, name varchar(20), FOREIGN KEY (town_id) REFERENCES town (id))',
];

const FIRST: readonly (readonly [given: string, create: string, remove: string])[] = [
  ['contact company', 'company contact', 'contact company'],
  ['company contact', 'company contact', 'contact company'],
  ['note contact company', 'company contact note', 'note contact company'],
  ['company note contact', 'company contact note', 'note contact company'],
  // The dependency leads through a model that is not synced.
  ['note company', 'note company', 'note company'],
  // The update sets nullable references.
  ['fan company', 'fan company', 'fan company'],
  ['contact fan contact company', 'fan company contact contact', 'contact fan contact company'],
];

describe('R41: the order of sources', () => {
  let test: TestDatabase;
  let catalog: ModelCatalog;
  beforeAll(async () => {
    const [kind] = DATABASES;
    test = await (kind as (typeof DATABASES)[number]).create();
    for (const table of TABLES) await test.database.knex.raw(inDialect('SQLite', table));
    catalog = await readDatabaseModels(test.database, ALL_TABLES);
  });
  afterAll(() => test.drop());
  const ordered = (
    names: string,
    order: 'REQUIRED_FIRST' | 'REQUIRED_LAST' | 'GIVEN',
    more = catalog.foreignKeys,
  ): string => {
    const models = names.split(' ').map((name) => catalog.get(name));
    return orderSources(models, order, more)
      .map((place) => models[place]?.name)
      .join(' ');
  };

  it.each(FIRST)('%s: created as %s, deleted as %s', (given, create, remove) => {
    expect([ordered(given, 'REQUIRED_FIRST'), ordered(given, 'REQUIRED_LAST'), ordered(given, 'GIVEN')]).toEqual([
      create,
      remove,
      given,
    ]);
  });

  it('a cycle keeps the given order, and what requires it comes after it', () => {
    const back = {
      name: 'back',
      table: 'town',
      columns: ['region_id'],
      targetTable: 'region',
      targetColumns: ['id'],
      onDelete: 'NO ACTION' as const,
    };
    const circle = [...catalog.foreignKeys, back];
    expect(ordered('street region town', 'REQUIRED_FIRST', circle)).toBe('region town street');
    expect(ordered('street town region', 'REQUIRED_FIRST', circle)).toBe('town region street');
    expect(ordered('region street town', 'REQUIRED_LAST', circle)).toBe('street region town');
  });
});

describe.each(DATABASES)('R41: files of one run on $name', (kind) => {
  let zero: ZeroCode;
  beforeAll(async () => {
    zero = await zeroCode(kind, TABLES);
  });
  afterAll(() => zero.server.stop());

  const FILES = {
    'CRM_crm_note.csv': 'action_flags,match_on,text,contact=>name\n$,text,Hello,Ada\n',
    'CRM_crm_contact.csv': 'action_flags,match_on,name,company=>name\n$,name,Ada,Engines\n',
    'CRM_crm_company.csv': 'action_flags,match_on,name\n$,name,Engines\n',
  };
  /** Each file with the outcome of its only row. */
  const sync = async (flags: string, names: readonly (keyof typeof FILES)[]): Promise<unknown> => {
    const { data, errors } = await zero.server.upload(
      SyncCsvFilesDocument,
      { input: { smartOrder: true, files: names.map(() => ({})) } },
      Object.fromEntries(
        names.map((name, index) => [
          `input.files.${index}.file`,
          { name, content: FILES[name].replaceAll('$', flags) },
        ]),
      ),
    );
    if (errors || !data) throw new Error(JSON.stringify(errors));
    const told = ['created', 'unchanged', 'deleted', 'failed'] as const;
    return data.syncCsvFiles.run.sources.map(({ file, counts }) => [
      file,
      told.filter((name) => counts[name] > 0).join(),
    ]);
  };
  const orders = [
    ['CRM_crm_note.csv', 'CRM_crm_contact.csv', 'CRM_crm_company.csv'],
    ['CRM_crm_company.csv', 'CRM_crm_contact.csv', 'CRM_crm_note.csv'],
    ['CRM_crm_contact.csv', 'CRM_crm_company.csv', 'CRM_crm_note.csv'],
  ] as const;

  it.each(orders)('contacts need their companies, whichever file comes first: %s, %s, %s', async (...names) => {
    expect(await sync('cu*', names)).toEqual(names.map((name) => [name, 'created']));
    expect(await sync('cu*', names)).toEqual(names.map((name) => [name, 'unchanged']));
    expect(await sync('d*', names)).toEqual(names.map((name) => [name, 'deleted']));
  });
});
