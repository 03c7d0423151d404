/** Tables and columns with names that look like SQL: statements always quote names, whatever they contain. */
import {
  ExternalKeyMappingsDocument,
  ReloadModelsDocument,
  SyncedObjectsDocument,
} from '../../schema/operations/generated';
import { DATABASES, type DatabaseKind } from '../support/databases';
import { quoted, type ZeroCode, zeroCode } from '../zeroCode/support';
import { guarded, type Guarded } from './guarded';
import { MARK, STORABLE } from './planted';

/** PostgreSQL's names have up to 63 bytes. */
const LONGEST = 55;
const NAMES = STORABLE.map(({ hazard, text }) => ({
  hazard,
  name: text.length > LONGEST ? text.slice(0, LONGEST - MARK.length) + MARK : text,
}));

/** A column name for `match_on`, in which blanks and operators separate names. */
const columnOf = (name: string, use: string): string => `${use}${name.replaceAll(/[\s|&~]/g, '')}`.slice(0, LONGEST);
const key = (name: string): string => columnOf(name, 'k');
const parent = (name: string): string => `${columnOf(name, 'p')}_id`;
const value = (name: string): string => columnOf(name, 'v');

/** A table with a text key, a reference to the table itself, and a join table. */
function tablesOf(kind: DatabaseKind['name'], name: string): string[] {
  const [table, id, text, reference, join] = [name, key(name), value(name), parent(name), columnOf(name, 'j')].map((each) => quoted(kind, each)); // prettier-ignore
  return [
    `CREATE TABLE ${table} (${id} varchar(190) NOT NULL PRIMARY KEY, ${text} varchar(190) UNIQUE, ${reference} varchar(190), FOREIGN KEY (${reference}) REFERENCES ${table} (${id}) ON DELETE CASCADE)`,
    `CREATE TABLE ${join} (a varchar(190) NOT NULL, b varchar(190) NOT NULL, PRIMARY KEY (a, b), FOREIGN KEY (a) REFERENCES ${table} (${id}), FOREIGN KEY (b) REFERENCES ${table} (${id}))`,
  ];
}

describe.each(DATABASES)('on $name', (kind) => {
  let zero: ZeroCode;
  let guard: Guarded;

  beforeAll(async () => {
    zero = await zeroCode(kind, []);
    const { database } = zero.server.server;
    for (const { name } of NAMES) for (const statement of tablesOf(kind.name, name)) await database.knex.raw(statement);
    await zero.server.send(ReloadModelsDocument, {});
    guard = await guarded(database);
  });
  afterEach(async () => {
    const statements = guard.statements.taken();
    expect(statements.some(({ text }) => text.includes(MARK))).toBe(true);
    expect(guard.unquoted(statements)).toEqual([]);
    await guard.expectUntouched();
  });
  afterAll(async () => {
    guard.end();
    await zero.server.stop();
  });

  it.each(NAMES)('a table and its columns are called by a text with $hazard', async ({ name }) => {
    const [id, text, reference] = [key(name), value(name), parent(name)];
    const model = (await zero.models()).find((found) => found.name === name);
    expect(model).toMatchObject({ name, syncable: true, idField: id });
    const relation = model?.relations.find(({ kind: which }) => which === 'BELONGS_TO')?.name ?? '';
    const rows = [
      { [id]: name, [text]: `${name} one`, $key: `${name} 1` },
      { [id]: 'two', [text]: 'two', [`${relation}=>${id}`]: name, $key: '2' },
      { [id]: 'three', [`${relation}=>@`]: '2', $key: '3' },
    ];
    expect(await zero.sync(name, id, rows)).toEqual(['CREATED', 'CREATED', 'CREATED']);
    expect(await zero.sync(name, id, rows)).toEqual(['UNCHANGED', 'UNCHANGED', 'UNCHANGED']);
    expect(await zero.sync(name, `${relation}=>${id}`, [{ [`${relation}=>${id}`]: name, [text]: 'new' }])).toEqual(['UPDATED']); // prettier-ignore
    // A refusal of the database names the column.
    expect(await zero.sync(name, id, [{ [id]: 'four', [text]: 'new' }])).toEqual([`FAILED UNIQUE_VIOLATION(${text})`]);
    expect(await zero.sync(name, id, [{ [id]: 'four', [reference]: 'none' }])).toEqual([`FAILED FOREIGN_KEY_VIOLATION(${reference})`]); // prettier-ignore
    const { objects } = await zero.server.send(SyncedObjectsDocument, { model: name, where: { [id]: name } as never, first: 1 }); // prettier-ignore
    expect(objects.nodes).toMatchObject([{ id: name, values: { [id]: name, [text]: `${name} one` } }]);
    const page = await zero.server.send(SyncedObjectsDocument, { model: name, first: 1 });
    const next = { model: name, first: 9, after: page.objects.pageInfo.endCursor };
    expect((await zero.server.send(SyncedObjectsDocument, next)).objects.nodes).toHaveLength(2);
    // A cascade deletes the other rows and their mappings.
    expect(await zero.sync(name, id, [{ [id]: name, $flags: 'd*' }])).toEqual(['DELETED']);
    const filter = { model: name, dangling: true };
    expect((await zero.server.send(ExternalKeyMappingsDocument, { filter, first: 1 })).externalKeyMappings.totalCount).toBe(0); // prettier-ignore
    expect(await zero.server.server.database.knex('nsync_external_key_mappings').where({ model: name })).toEqual([]);
  });

  it.each(NAMES)('R24: objects are linked by a join table that has $hazard in its name', async ({ name }) => {
    const id = key(name);
    expect(
      await zero.sync(
        name,
        id,
        ['one', 'two', 'three'].map((each) => ({ [id]: each })),
      ),
    ).toHaveLength(3);
    const link = (await zero.models()).find((found) => found.name === name)?.relations.find(({ kind: which }) => which === 'MANY_TO_MANY')?.name ?? ''; // prettier-ignore
    const rows = [{ [id]: 'one', [`${link}=>+${id}`]: ['two', 'three'] }];
    expect(await zero.sync(name, id, rows)).toEqual(['UPDATED']);
    expect(await zero.sync(name, id, rows)).toEqual(['UNCHANGED']);
    expect(await zero.sync(name, id, [{ [id]: 'one', [`${link}=>-${id}`]: 'two' }])).toEqual(['UPDATED']);
  });
});
