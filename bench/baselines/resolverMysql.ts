/** One person per call on MySQL or MariaDB, by prepared statements of mysql2. */
import { createPool, type PoolConnection, type ResultSetHeader } from 'mysql2';
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

const CONNECTIONS = 16;

const COLUMNS = 'p.id, p.employee_id, p.first_name, p.last_name, p.age, p.hair_colour';

const FIND = `
  SELECT 1 AS mapped, ${COLUMNS} FROM nsync_external_key_mappings m JOIN person p ON p.id = CAST(m.object_id AS SIGNED)
  WHERE m.external_system_id = ? AND m.model = 'Person' AND m.external_key = ?
  UNION ALL
  SELECT 0, ${COLUMNS} FROM person p WHERE p.employee_id = ?`;

const INSERT = 'INSERT INTO person (employee_id, first_name, last_name, age, hair_colour) VALUES (?, ?, ?, ?, ?)';

const UPDATE =
  'UPDATE person SET employee_id = ?, first_name = ?, last_name = ?, age = ?, hair_colour = ? WHERE id = ?';

/** Also repairs a mapping whose object is gone. */
const MAP = `
  INSERT INTO nsync_external_key_mappings (external_system_id, model, external_key, object_id, created_at, updated_at)
  VALUES (?, 'Person', ?, ?, NOW(3), NOW(3)) ON DUPLICATE KEY UPDATE object_id = VALUES(object_id)`;

const execute = <T>(connection: PoolConnection, sql: string, values: (string | number)[] = []): Promise<T> =>
  new Promise((resolve, reject) => {
    connection.execute(sql, values, (error, result) => (error ? reject(error) : resolve(result as T)));
  });

const query = (connection: PoolConnection, sql: string): Promise<void> =>
  new Promise((resolve, reject) => {
    connection.query(sql, (error) => (error ? reject(error) : resolve()));
  });

/** Creates or updates the person, and maps the key, in one transaction. */
async function write(
  connection: PoolConnection,
  systemId: number,
  { key, person }: PersonCall,
  found: FoundPerson | undefined,
): Promise<SyncedPerson> {
  await query(connection, 'BEGIN');
  try {
    const isChanged = found !== undefined && differs(found, person);
    if (isChanged) await execute(connection, UPDATE, [...valuesOf(person), found.id]);
    const id = found?.id ?? (await execute<ResultSetHeader>(connection, INSERT, valuesOf(person))).insertId;
    if (!found?.mapped) await execute(connection, MAP, [systemId, key, String(id)]);
    await query(connection, 'COMMIT');
    return { id, status: !found ? 'CREATED' : isChanged ? 'UPDATED' : 'UNCHANGED' };
  } catch (error) {
    await query(connection, 'ROLLBACK');
    throw error;
  }
}

const RETRIED = ['ER_DUP_ENTRY', 'ER_LOCK_DEADLOCK', 'ER_NO_REFERENCED_ROW_2'];

export function makeMysqlResolver(url: string): SyncPerson {
  const pool = createPool({ uri: url, connectionLimit: CONNECTIONS });
  pool.on('connection', (connection) => {
    connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
  });
  const withConnection = async <T>(work: (connection: PoolConnection) => Promise<T>): Promise<T> => {
    const connection = await new Promise<PoolConnection>((resolve, reject) => {
      pool.getConnection((error, given) => (error ? reject(error) : resolve(given)));
    });
    try {
      return await work(connection);
    } finally {
      connection.release();
    }
  };
  const systems = new SystemIds((name) =>
    withConnection(async (connection) => {
      await execute(connection, 'INSERT IGNORE INTO nsync_external_systems (name, created_at) VALUES (?, NOW(3))', [
        name,
      ]);
      const [system] = await execute<{ id: number }[]>(
        connection,
        'SELECT id FROM nsync_external_systems WHERE name = ?',
        [name],
      );
      return system?.id ?? 0;
    }),
  );
  const sync: SyncPerson = async (call) => {
    const systemId = await systems.of(call.system);
    return withConnection(async (connection) => {
      // READ COMMITTED: a statement before BEGIN reads the same as one after it.
      const found = preferred(
        await execute<FoundPerson[]>(connection, FIND, [systemId, call.key, call.person.employee_id]),
      );
      return found?.mapped && !differs(found, call.person)
        ? { id: found.id, status: 'UNCHANGED' }
        : write(connection, systemId, call, found);
    });
  };
  return (call) =>
    retrying(
      () => sync(call),
      (error) => {
        const { code } = error as { code?: string };
        if (code === 'ER_NO_REFERENCED_ROW_2') systems.forget();
        return RETRIED.includes(code ?? '');
      },
    );
}
