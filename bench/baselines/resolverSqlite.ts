/** One person per call on SQLite, by prepared statements of better-sqlite3 in the server's own thread. */
import BetterSqlite from 'better-sqlite3';
import {
  differs,
  type FoundPerson,
  type PersonCall,
  preferred,
  retrying,
  type SyncedPerson,
  type SyncPerson,
  SystemIds,
  valuesOf,
} from './resolverParts';

const COLUMNS = 'p.id, p.employee_id, p.first_name, p.last_name, p.age, p.hair_colour';

const prepare = (database: BetterSqlite.Database) => ({
  find: database.prepare<unknown[], FoundPerson>(
    `SELECT 1 AS mapped, ${COLUMNS} FROM nsync_external_key_mappings m JOIN person p ON p.id = CAST(m.object_id AS INTEGER)
     WHERE m.external_system_id = ? AND m.model = 'Person' AND m.external_key = ?
     UNION ALL
     SELECT 0, ${COLUMNS} FROM person p WHERE p.employee_id = ?`,
  ),
  insert: database.prepare(
    'INSERT INTO person (employee_id, first_name, last_name, age, hair_colour) VALUES (?, ?, ?, ?, ?)',
  ),
  update: database.prepare(
    'UPDATE person SET employee_id = ?, first_name = ?, last_name = ?, age = ?, hair_colour = ? WHERE id = ?',
  ),
  /** Also repairs a mapping whose object is gone. */
  map: database.prepare(
    `INSERT INTO nsync_external_key_mappings (external_system_id, model, external_key, object_id, created_at, updated_at)
     VALUES (?, 'Person', ?, ?, ?, ?)
     ON CONFLICT (external_system_id, model, external_key) DO UPDATE SET object_id = excluded.object_id`,
  ),
});

export function makeSqliteResolver(url: string): SyncPerson {
  const database = new BetterSqlite(url.replace(/^sqlite:/, ''));
  database.pragma('busy_timeout = 250');
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  database.pragma('foreign_keys = ON');
  const statements = prepare(database);
  const find = (systemId: number, { key, person }: PersonCall): FoundPerson | undefined =>
    preferred(statements.find.all(systemId, key, person.employee_id));
  /** Finds the person again: another process may have written in between. */
  const write = database.transaction((systemId: number, call: PersonCall): SyncedPerson => {
    const { key, person } = call;
    const found = find(systemId, call);
    const isChanged = found !== undefined && differs(found, person);
    if (isChanged) statements.update.run(...valuesOf(person), found.id);
    const id = found?.id ?? Number(statements.insert.run(...valuesOf(person)).lastInsertRowid);
    const now = Date.now();
    if (!found?.mapped) statements.map.run(systemId, key, String(id), now, now);
    return { id, status: !found ? 'CREATED' : isChanged ? 'UPDATED' : 'UNCHANGED' };
  });
  const systems = new SystemIds((name) => {
    database
      .prepare('INSERT INTO nsync_external_systems (name, created_at) VALUES (?, ?) ON CONFLICT DO NOTHING')
      .run(name, Date.now());
    const system = database
      .prepare<[string], { id: number }>('SELECT id FROM nsync_external_systems WHERE name = ?')
      .get(name);
    return Promise.resolve(system?.id ?? 0);
  });
  const sync: SyncPerson = async (call) => {
    const systemId = await systems.of(call.system);
    const found = find(systemId, call);
    return found?.mapped && !differs(found, call.person)
      ? { id: found.id, status: 'UNCHANGED' }
      : write.immediate(systemId, call);
  };
  return (call) =>
    retrying(
      () => sync(call),
      (error) => {
        const { code = '' } = error as { code?: string };
        if (code === 'SQLITE_CONSTRAINT_FOREIGNKEY') systems.forget();
        return code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_CONSTRAINT');
      },
    );
}
