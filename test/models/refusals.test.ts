/** A model's exceptions, wrong setters and formatters affect only their row, never the call, in the same way at each sync (R13, R15, R17). */
import { Model, type Pojo, ValidationError } from 'objection';
import { DATABASES } from '../support/databases';
import { type TestEngine, testEngine, told } from '../support/engine';

class Account extends Model {
  static override tableName = 'account';
  declare login: string;
  declare level: unknown;
  declare id: unknown;
  set spoken(value: unknown) {
    this.level = value;
  }
  set nick(value: string) {
    this.login = value;
  }
  set key(value: unknown) {
    this.id = value;
  }
  set broken(_value: unknown) {
    throw new Error('not today');
  }
}

class Guarded extends Model {
  static override tableName = 'guarded';
  declare name: string;
  private guard(): void {
    if (this.name === 'refused')
      throw new ValidationError({ type: 'ModelValidation', message: 'no such name', data: { name: [] } });
    if (this.name === 'broken') throw new Error('not today');
  }
  override $beforeInsert(): void {
    this.guard();
  }
  override $beforeUpdate(): void {
    this.guard();
  }
}

/** Stores the value in brackets and in lower case. */
class Formatted extends Model {
  static override tableName = 'formatted';
  override $formatDatabaseJson(json: Pojo): Pojo {
    const { name, ...rest } = super.$formatDatabaseJson(json);
    return name === undefined ? rest : { ...rest, name: `<${String(name).toLowerCase()}>` };
  }
  override $parseDatabaseJson(json: Pojo): Pojo {
    const { name, ...rest } = super.$parseDatabaseJson(json);
    return name === undefined ? rest : { ...rest, name: String(name).slice(1, -1) };
  }
}

class FormattedWithHook extends Formatted {
  override $beforeInsert(): void {
    // The hook only needs to exist.
  }
}

class Document extends Model {
  static override tableName = 'document';
  override $beforeInsert(): void {
    // The hook only needs to exist.
  }
}

describe.each(DATABASES)('models on $name', (kind) => {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await testEngine(
      kind,
      [Account, Guarded, Formatted, FormattedWithHook, Document],
      async ({ database: { knex } }) => {
        await knex.schema.createTable('account', (table) => {
          table.increments('id');
          table.string('login', 10).notNullable();
          table.integer('level').nullable();
        });
        for (const name of ['guarded', 'formatted'])
          await knex.schema.createTable(name, (table) => {
            table.increments('id');
            table.string('name', 20).notNullable();
          });
        await knex.schema.createTable('document', (table) => {
          table.increments('id');
          table.string('name', 20).notNullable();
          table.json('content').nullable();
        });
      },
    );
  });
  afterAll(() => engine.close());

  it.each([
    ['throws', { broken: 1 }, 'FAILED VALIDATION_FAILED(broken)'],
    ['sets no integer', { spoken: '12abc' }, 'FAILED INVALID_VALUE(level)'],
    ['sets a fraction', { spoken: 1.5 }, 'FAILED INVALID_VALUE(level)'],
    ['sets a text that is too long', { nick: 'x'.repeat(11) }, 'FAILED INVALID_VALUE(login)'],
  ])('R15: a setter that %s fails its row, on create and on update', async (_case, values, expected) => {
    const rows = [
      { login: 'a', ...values },
      { login: 'b', level: 1 },
      { login: 'b', ...values },
    ].map((row) => ({ ...row, $match: 'login' }));
    const outcomes = (await engine.sync('Account', rows)).map(told);
    expect([outcomes[0], outcomes[2]]).toEqual([expected, expected]);
  });

  it('R12: a setter does not change the key', async () => {
    await engine.sync('Account', [{ $match: 'login', login: 'k' }]);
    expect((await engine.sync('Account', [{ $match: 'login', login: 'k', key: 9999 }])).map(told)).toEqual([
      'FAILED INVALID_VALUE(id)',
    ]);
  });

  it('R15 R13: of a field and a setter for it the setter counts, once', async () => {
    const row = { $match: 'login', login: 's', level: 1, spoken: 2 };
    const outcomes = await engine.sync('Account', [row, row]);
    expect(outcomes.map(told)).toEqual(['CREATED', 'UNCHANGED']);
    expect(await engine.test.database.reader('account').where({ login: 's' }).pluck('level')).toEqual([2]);
  });

  it('R17: what a hook throws fails its row, and the others stay', async () => {
    const rows = ['one', 'refused', 'broken', 'two'].map((name) => ({ $match: 'name', name }));
    const created = await engine.sync('Guarded', rows);
    const updated = await engine.sync('Guarded', [
      { $key: '1', $match: 'name', name: 'one' },
      { $key: '1', name: 'refused' },
    ]);
    expect([...created, ...updated].map(told)).toEqual([
      'CREATED',
      'FAILED VALIDATION_FAILED(name)',
      'FAILED VALIDATION_FAILED',
      'CREATED',
      'UNCHANGED',
      'FAILED VALIDATION_FAILED(name)',
    ]);
    expect(await engine.test.database.reader('guarded').orderBy('id').pluck('name')).toEqual(['one', 'two']);
  });

  it.each(['Formatted', 'FormattedWithHook'])(
    'R7 R13: values of %s are formatted once, and compared so',
    async (model) => {
      await engine.test.database.knex('formatted').delete();
      const outcomes = await engine.sync(model, [
        { $match: 'name', name: 'Bruce' },
        { $match: 'name', name: 'BRUCE' },
        { $key: 'k', $match: 'name', name: 'bruce' },
        { $key: 'k', name: 'Selina' },
      ]);
      expect(outcomes.map(told)).toEqual(['CREATED', 'UNCHANGED', 'UNCHANGED', 'UPDATED']);
      expect(await engine.test.database.reader('formatted').pluck('name')).toEqual(['<selina>']);
    },
  );

  it('R13 R14: JSON text that looks like JSON stays text', async () => {
    const contents = ['123', 'true', '{"a":1}', 'null', [1, 2], { a: 'x' }, 5];
    const rows = contents.map((content, index) => ({ $match: 'name', name: `n${index}`, content }));
    expect((await engine.sync('Document', rows)).map(told)).toEqual(rows.map(() => 'CREATED'));
    expect((await engine.sync('Document', rows)).map(told)).toEqual(rows.map(() => 'UNCHANGED'));
  });
});
