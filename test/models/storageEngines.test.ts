/** R43: tables are not syncable if a dry run or a rolled-back run could change them permanently. */
import { Model, type RelationMappings } from 'objection';
import pino from 'pino';
import { readCatalog, whyNotSyncable } from '../../src/models';
import { readSettings } from '../../src/server/settings';
import { startServer } from '../../src/server/start';
import { DATABASES, type DatabaseKind, migratedDatabase } from '../support/databases';
import { type TestEngine, testEngine } from '../support/engine';
import { type ZeroCode, zeroCode } from '../zeroCode/support';

const kindNamed = (name: DatabaseKind['name']): DatabaseKind[] => DATABASES.filter((kind) => kind.name === name);
const NO_UNDO = 'has no transactions, so dry runs and failed runs could not be undone';

describe.each(kindNamed('MariaDB'))('tables of $name without transactions', (kind) => {
  const TABLES = [
    'CREATE TABLE plain (id int PRIMARY KEY, name varchar(9))',
    ...['MyISAM', 'MEMORY', 'Aria'].map((engine) => `CREATE TABLE t_${engine} (id int PRIMARY KEY) ENGINE=${engine}`),
    'CREATE TABLE parted (id int PRIMARY KEY) ENGINE=MyISAM PARTITION BY HASH (id) PARTITIONS 2',
    'CREATE TABLE t_CSV (id int NOT NULL) ENGINE=CSV',
    'CREATE TABLE t_merge (id int, PRIMARY KEY (id)) ENGINE=MRG_MyISAM UNION=(t_MyISAM)',
    'CREATE TABLE audit (id int) ENGINE=Aria',
    'CREATE TABLE audited (id int PRIMARY KEY)',
    'CREATE TRIGGER audit_it AFTER INSERT ON audited FOR EACH ROW INSERT INTO audit VALUES (NEW.id)',
    'CREATE TABLE reading (id int PRIMARY KEY, top int)',
    'CREATE TRIGGER read_it BEFORE INSERT ON reading FOR EACH ROW SET NEW.top = (SELECT max(id) FROM audit)',
    'CREATE TABLE calling (id int PRIMARY KEY)',
    'CREATE PROCEDURE note(n int) BEGIN UPDATE audit SET id = n; END',
    'CREATE TRIGGER call_it AFTER DELETE ON calling FOR EACH ROW CALL note(OLD.id)',
    'CREATE TABLE chained (id int PRIMARY KEY)',
    'CREATE TRIGGER chain_it AFTER UPDATE ON chained FOR EACH ROW INSERT INTO audited VALUES (NEW.id)',
  ];
  let zero: ZeroCode;
  beforeAll(async () => {
    zero = await zeroCode(kind, TABLES);
  });
  afterAll(() => zero.server.stop());

  it('R43: are not syncable, with a reason that names the engine', async () => {
    const reasons = new Map((await zero.models()).map(({ name, reason }) => [name, reason]));
    const own = (engine: string): string =>
      `The engine ${engine} ${NO_UNDO}. Convert the table: ALTER TABLE … ENGINE=InnoDB.`;
    const written = `Writing to it also writes to "audit", whose engine Aria ${NO_UNDO}.`;
    expect(Object.fromEntries(reasons)).toEqual({
      plain: null,
      reading: null,
      t_MyISAM: own('MyISAM'),
      t_MEMORY: own('MEMORY'),
      t_Aria: own('Aria'),
      t_CSV: own('CSV'),
      t_merge: own('MRG_MyISAM'),
      parted: own('MyISAM'),
      audit: own('Aria'),
      audited: written,
      calling: written,
      chained: written,
    });
  });

  it.each(['t_MyISAM', 't_MEMORY', 'audited'])('R43: a dry run that deletes from %s leaves the row', async (table) => {
    const { knex } = zero.server.server.database;
    await knex(table).insert({ id: 1 });
    await expect(zero.sync(table, 'id', [{ id: 1, $flags: 'd*' }])).rejects.toThrow(NO_UNDO);
    expect(await knex(table).pluck('id')).toEqual([1]);
  });
});

describe.each(kindNamed('MariaDB'))('relations of $name that lead to tables without transactions', (kind) => {
  class Label extends Model {
    static override tableName = 'label';
  }
  class Note extends Model {
    static override tableName = 'note';
  }
  class Item extends Model {
    static override tableName = 'item';
    static override relationMappings = (): RelationMappings => ({
      labels: {
        relation: Model.ManyToManyRelation,
        modelClass: Label,
        join: { from: 'item.id', through: { from: 'item_label.item_id', to: 'item_label.label_id' }, to: 'label.id' },
      },
      notes: { relation: Model.HasManyRelation, modelClass: Note, join: { from: 'item.id', to: 'note.item_id' } },
      note: { relation: Model.BelongsToOneRelation, modelClass: Note, join: { from: 'item.note_id', to: 'note.id' } },
    });
  }
  class Shown extends Model {
    static override tableName = 'shown';
  }
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await testEngine(kind, [Item, Label, Note, Shown], async ({ database: { knex } }) => {
      await knex.raw('CREATE TABLE item (id int AUTO_INCREMENT PRIMARY KEY, name varchar(9) UNIQUE, note_id int)');
      await knex.raw('CREATE TABLE label (id int AUTO_INCREMENT PRIMARY KEY, name varchar(9) UNIQUE)');
      await knex.raw('CREATE TABLE note (id int PRIMARY KEY, name varchar(9), item_id int) ENGINE=MyISAM');
      await knex.raw(
        'CREATE TABLE item_label (item_id int, label_id int, PRIMARY KEY (item_id, label_id)) ENGINE=Aria',
      );
      await knex.raw('CREATE VIEW shown AS SELECT id, name FROM note');
      await knex('label').insert({ name: 'red' });
      await knex('note').insert({ id: 5, name: 'n' });
    });
  });
  afterAll(() => engine.close());

  it('R43: rows cannot set them, and may refer through them', async () => {
    const outcomes = await engine.sync('Item', [
      { $match: 'name', name: 'a', 'labels=>+name': 'red', 'notes=>name': 'n', 'note=>name': 'n' },
      { $match: 'name', name: 'b', labels: { add: [{ name: 'red' }] } },
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['CREATED', 'CREATED']);
    const { knex } = engine.test.database;
    expect(await knex('item').orderBy('name').select('name', 'note_id')).toEqual([
      { name: 'a', note_id: 5 },
      { name: 'b', note_id: null },
    ]);
    expect(await knex('item_label')).toEqual([]);
    expect(await knex('note').pluck('item_id')).toEqual([null]);
    const [run] = (await knex('nsync_runs').select('problems')) as { problems: string }[];
    const problems = JSON.parse(run?.problems ?? '') as { code: string; field: string; message: string }[];
    expect(problems.map(({ code, field }) => [code, field])).toEqual([
      ['UNKNOWN_REFERENCE', 'labels'],
      ['UNKNOWN_REFERENCE', 'notes'],
    ]);
    expect(problems[0]?.message).toContain('engine Aria');
  });

  it('R43: a view of such a table is not syncable either', async () => {
    const catalog = await readCatalog(engine.test.database, [Shown]);
    const [model] = catalog.models;
    expect(model && whyNotSyncable(model)).toContain('engine MyISAM');
  });
});

describe.each(kindNamed('MariaDB'))('own tables on $name', (kind) => {
  it('R43: have transactions, whatever engine new tables get by default', async () => {
    const test = await migratedDatabase(kind);
    try {
      const [rows] = (await test.database.knex.raw(
        "SELECT DISTINCT ENGINE FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME LIKE 'nsync%'",
      )) as [{ ENGINE: string }[]];
      expect(rows).toEqual([{ ENGINE: 'InnoDB' }]);
      const [[session]] = (await test.database.knex.raw('SELECT @@default_storage_engine AS engine')) as [
        [{ engine: string }],
      ];
      expect(session.engine).toBe('InnoDB');
    } finally {
      await test.drop();
    }
  });

  it('R43: of another engine stop the server with a sentence', async () => {
    const test = await migratedDatabase(kind);
    const { knex } = test.database;
    try {
      // No foreign key points to it.
      await knex.raw('ALTER TABLE nsync_audit_events ENGINE=MyISAM');
      const settings = readSettings({ DATABASE_URL: test.url, PORT: '0' });
      await expect(startServer(settings, pino({ level: 'silent' }))).rejects.toThrow(
        "nsync's own table nsync_audit_events has the engine MyISAM, which has no transactions. Convert the table: ALTER TABLE nsync_audit_events ENGINE=InnoDB.",
      );
    } finally {
      await test.drop();
    }
  });
});

describe.each(kindNamed('PostgreSQL'))('foreign tables of $name', (kind) => {
  const TABLES = [
    'CREATE EXTENSION file_fdw',
    'CREATE SERVER files FOREIGN DATA WRAPPER file_fdw',
    "CREATE FOREIGN TABLE far (id int NOT NULL) SERVER files OPTIONS (filename '/dev/null')",
    'CREATE TABLE near (id int PRIMARY KEY)',
    'CREATE UNLOGGED TABLE unlogged (id int PRIMARY KEY)',
    'CREATE TABLE sending (id int PRIMARY KEY)',
    "CREATE FUNCTION send() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO far VALUES (NEW.id); RETURN NEW; END'",
    'CREATE TRIGGER send_it AFTER INSERT ON sending FOR EACH ROW EXECUTE FUNCTION send()',
    // Its foreign key changes rows of "sending", whose trigger writes to another table.
    'CREATE TABLE parent (id int PRIMARY KEY)',
    'ALTER TABLE sending ADD COLUMN parent_id int REFERENCES parent (id) ON DELETE CASCADE',
    'CREATE TABLE parted (id int NOT NULL) PARTITION BY RANGE (id)',
    "CREATE FOREIGN TABLE parted_old PARTITION OF parted FOR VALUES FROM (0) TO (9) SERVER files OPTIONS (filename '/dev/null')",
  ];

  it('R43: are not syncable, nor is what writes into them', async () => {
    const zero = await zeroCode(kind, TABLES);
    try {
      const reasons = Object.fromEntries((await zero.models()).map(({ name, reason }) => [name, reason]));
      const rest =
        '(file_fdw), whose rows are outside of this database, so dry runs and failed runs could not be undone.';
      expect(reasons).toEqual({
        far: expect.stringContaining('The table is a foreign table (file_fdw)') as string,
        near: null,
        unlogged: null,
        sending: `Writing to it also writes to the foreign table "far" ${rest}`,
        parent: `Writing to it also writes to the foreign table "far" ${rest}`,
        parted: `Writing to it also writes to the foreign table "parted_old" ${rest}`,
      });
    } finally {
      await zero.server.stop();
    }
  });
});

describe.each(kindNamed('SQLite'))('virtual tables of $name', (kind) => {
  it('R43: a table whose triggers fill a full-text index is syncable, the index has no key', async () => {
    const zero = await zeroCode(kind, [
      'CREATE TABLE page (id integer PRIMARY KEY, title text UNIQUE)',
      "CREATE VIRTUAL TABLE page_index USING fts5(title, content='page', content_rowid='id')",
      'CREATE TRIGGER page_ai AFTER INSERT ON page BEGIN INSERT INTO page_index(rowid, title) VALUES (new.id, new.title); END',
    ]);
    try {
      expect((await zero.models()).map(({ name, reason }) => [name, reason])).toEqual([
        ['page', null],
        ['page_index', 'The table has no primary key, and no unique key with NOT NULL columns only.'],
      ]);
      expect(await zero.sync('page', 'title', [{ title: 'found' }])).toEqual(['CREATED']);
      const rows = (await zero.server.server.database.reader.raw(
        "SELECT rowid FROM page_index WHERE page_index MATCH 'found'",
      )) as unknown[];
      expect(rows).toHaveLength(1);
    } finally {
      await zero.server.stop();
    }
  });
});
