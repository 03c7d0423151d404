/** A user's own Objection classes: every relation kind, composite and generated keys, mappers, schema, setters, hooks. */
import type { Knex } from 'knex';
import { DATABASES } from '../support/databases';
import { type TestEngine, testEngine, told } from '../support/engine';
import { calls, Company, Counted, createTables, Employee, Generated, Hooked, Seat, Skill } from './ownClasses';

describe.each(DATABASES)('Objection models on $name', (kind) => {
  let engine: TestEngine;
  let knex: Knex;
  beforeAll(async () => {
    engine = await testEngine(kind, [Company, Seat, Employee, Skill, Hooked, Counted, Generated], ({ database }) =>
      createTables(database.knex),
    );
    ({ knex } = engine.test.database);
  });
  afterAll(() => engine.close());
  const sync = async (...parameters: Parameters<TestEngine['sync']>) => (await engine.sync(...parameters)).map(told);
  const one = (table: string, where: object) => knex(table).where(where).first() as Promise<Record<string, unknown>>;

  it('composite keys: made by the row, matched, referenced, mapped', async () => {
    const rows = [
      { $match: 'country number', $key: 'c1', country: 'DE', number: 1, name: 'Eins' },
      { $match: 'country number', $key: 'c2', country: 'DE', number: 2, name: 'Zwei' },
      { $match: 'country number', $key: 'c2', country: 'DE', number: 2, name: 'Two' },
    ];
    const outcomes = await engine.sync('Company', rows);
    expect(outcomes.map(({ status, objectId }) => [status, objectId])).toEqual([
      ['CREATED', '["DE",1]'],
      ['CREATED', '["DE",2]'],
      ['UPDATED', '["DE",2]'],
    ]);
    expect(await sync('Company', [{ $key: 'c2', country: 'DE', number: 3, name: 'Three' }])).toEqual([
      'FAILED INVALID_VALUE(number)',
    ]);
    expect(await sync('Company', [{ $key: 'c1', $flags: 'u*', name: 'Uno' }])).toEqual(['UPDATED']);
    expect(await one('company', { number: 1 })).toMatchObject({ name: 'Uno' });
  });

  it('rows may use a property’s or a column’s name; references set composite keys; R34: mappings go with a cascade', async () => {
    const employees = [
      { $match: 'fullName', $key: 'e1', fullName: 'Ada', 'company=>name': 'Uno', level: 1 },
      { $match: 'full_name', $key: 'e2', full_name: 'Bob', company: { name: 'Two' }, manager: { fullName: 'Ada' } },
      { $match: 'fullName', $key: 'e3', fullName: 'Cy', 'company=>@': 'c1', 'manager=>company=>name': 'Two' },
    ];
    expect(await sync('Employee', employees)).toEqual(['CREATED', 'CREATED', 'CREATED']);
    expect(await sync('Employee', employees)).toEqual(['UNCHANGED', 'UNCHANGED', 'UNCHANGED']);
    const ada = await one('employee', { full_name: 'Ada' });
    const bob = await one('employee', { full_name: 'Bob' });
    expect(bob).toMatchObject({ company_country: 'DE', company_number: 2, manager_id: ada.id });
    expect(await one('employee', { full_name: 'Cy' })).toMatchObject({ company_number: 1, manager_id: bob.id });
    expect(await sync('Company', [{ $match: 'number', $flags: 'd*', number: 2 }])).toEqual(['DELETED']);
    expect(await knex('nsync_external_key_mappings').pluck('external_key').orderBy('external_key')).toEqual([
      'c1',
      'e1',
      'e3',
    ]);
    expect(await one('employee', { full_name: 'Cy' })).toMatchObject({ manager_id: null });
  });

  it('a row may refer to itself once it is made, and to rows before it', async () => {
    const outcomes = await engine.sync('Employee', [
      { $match: 'fullName', fullName: 'Boss', manager: { fullName: 'Boss' } },
      { $match: 'fullName', fullName: 'Mate', manager: { fullName: 'Boss' } },
      { $match: 'fullName', $flags: 'c', fullName: 'Loner', manager: { fullName: 'Loner' } },
    ]);
    expect(outcomes.map(told)).toEqual(['CREATED', 'CREATED', 'CREATED REFERENCE_NOT_FOUND(manager)']);
    const boss = await one('employee', { full_name: 'Boss' });
    expect(boss.manager_id).toBe(boss.id);
    expect(await one('employee', { full_name: 'Mate' })).toMatchObject({ manager_id: boss.id });
    expect(
      await sync('Employee', [
        { $match: 'fullName', $flags: 'd*', fullName: 'Boss' },
        { $match: 'fullName', $flags: 'u', fullName: 'Mate', manager: { fullName: 'Loner' } },
      ]),
    ).toEqual(['DELETED', 'UPDATED']);
  });

  it('join tables with extra columns, and relations to one through a table', async () => {
    await sync(
      'Skill',
      ['ts', 'sql'].map((code) => ({ $match: 'code', code })),
    );
    expect(await sync('Employee', [{ $match: 'fullName', fullName: 'Ada', 'skills=>+code': ['ts', 'sql'] }])).toEqual([
      'UPDATED',
    ]);
    expect(await knex('employee_skill').select('skill_code', 'grade').orderBy('skill_code')).toEqual([
      { skill_code: 'sql', grade: 1 },
      { skill_code: 'ts', grade: 1 },
    ]);
    expect(
      await sync('Employee', [
        { $match: 'fullName', fullName: 'Ada', 'skills=>-code': 'ts', mentor: { fullName: 'Cy' } },
      ]),
    ).toEqual(['UPDATED']);
    expect(await sync('Employee', [{ $match: 'fullName', fullName: 'Ada', 'mentor=>fullName': 'Mate' }])).toEqual([
      'UPDATED',
    ]);
    const mate = await one('employee', { full_name: 'Mate' });
    expect(await knex('mentoring').pluck('mentor_id')).toEqual([mate.id]);
  });

  it('R25: the other side of a foreign key, of one and of many', async () => {
    await sync('Seat', [
      { $match: 'town', town: 'Berlin' },
      { $match: 'town', town: 'Bonn' },
    ]);
    expect(
      await sync('Company', [{ $match: 'number', number: 1, 'seat=>town': 'Berlin', 'employees=>fullName': 'Mate' }]),
    ).toEqual(['UPDATED']);
    expect(await one('seat', { town: 'Berlin' })).toMatchObject({ country: 'DE', number: 1 });
    expect(await one('employee', { full_name: 'Mate' })).toMatchObject({ company_country: 'DE', company_number: 1 });
    expect(await sync('Company', [{ $match: 'number', $flags: 'u', number: 1, 'seat=>town': 'Bonn' }])).toEqual([
      'UNCHANGED',
    ]);
  });

  it('R17: jsonSchema refuses a row alone; R15: setters apply', async () => {
    expect(await sync('Employee', [
      { $match: 'fullName', fullName: 'X' },
      { $match: 'fullName', fullName: 'Ok', level: 10 },
      { $match: 'fullName', fullName: 'Ok', level: 9 },
      { $match: 'fullName', fullName: 'Ok', level: 11 },
      { $match: 'level', level: 9, initials: 'QT' },
    ])).toEqual(['FAILED VALIDATION_FAILED(fullName)', 'FAILED VALIDATION_FAILED(level)', 'CREATED', 'FAILED VALIDATION_FAILED(level)', 'UPDATED']); // prettier-ignore
    expect(await one('employee', { level: 9 })).toMatchObject({ full_name: 'Q. T.' });
  });

  it('instance hooks run for each object, in the transaction, and what they change is kept', async () => {
    calls.length = 0;
    expect(
      await sync('Hooked', [
        { $match: 'name', name: 'a' },
        { $match: 'name', name: 'b' },
        { $match: 'name', name: 'a', $flags: 'cu*' },
      ]),
    ).toEqual(['CREATED', 'CREATED', 'UNCHANGED']);
    expect(calls.filter((call) => call.includes('Insert a'))).toEqual([
      'beforeInsert a in a transaction',
      'afterInsert a number',
    ]);
    expect(await knex('hooked').pluck('stamp')).toEqual(['inserted', 'inserted']);
    const id = (await one('hooked', { name: 'a' })).id;
    expect(
      await sync('Hooked', [
        { $match: 'id', id, name: 'c' },
        { $match: 'name', $flags: 'd*', name: 'b' },
      ]),
    ).toEqual(['UPDATED', 'DELETED']);
    expect(await knex('hooked').select('name', 'stamp')).toEqual([{ name: 'c', stamp: 'updated from a' }]);
    expect(calls).toContain('beforeDelete b');
  });

  it('a model with static hooks is written object by object', async () => {
    expect(
      await sync('Counted', [
        { $match: 'name', name: 'a' },
        { $match: 'name', name: 'b' },
        { $match: 'name', name: 'a' },
      ]),
    ).toEqual(['CREATED', 'CREATED', 'UNCHANGED']);
    expect(await knex('counted').pluck('note')).toEqual(['static hook', 'static hook']);
    expect(
      await sync('Counted', [
        { $match: 'name', name: 'a', note: 'mine' },
        { $match: 'name', $flags: 'd*', name: 'b' },
      ]),
    ).toEqual(['UPDATED', 'DELETED']);
    expect(await knex('counted').pluck('note')).toEqual(['mine']);
  });

  it('keys that the database generates', async () => {
    const outcomes = await engine.sync('Generated', [
      { $match: 'name', $key: 'g1', name: 'one' },
      { $match: 'name', $key: 'g2', name: 'two' },
    ]);
    expect(outcomes.map(told)).toEqual(['CREATED', 'CREATED']);
    const stored = (await knex('generated').select('id', 'name')) as { id: string; name: string }[];
    const mapped = (await knex('nsync_external_key_mappings')
      .whereIn('external_key', ['g1', 'g2'])
      .orderBy('external_key')
      .pluck('object_id')) as string[];
    expect(mapped).toEqual(['one', 'two'].map((name) => stored.find((row) => row.name === name)?.id));
    expect(outcomes.map(({ objectId }) => objectId)).toEqual(mapped);
    expect(await sync('Generated', [{ $key: 'g1', name: 'uno' }])).toEqual(['UPDATED']);
  });
});
