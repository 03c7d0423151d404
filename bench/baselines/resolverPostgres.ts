/** One person per call on PostgreSQL, by named prepared statements. What is written is one statement, and so one transaction. */
import { Pool, type QueryConfig, type QueryResultRow } from 'pg';
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

const FIND = {
  name: 'find',
  text: `
    SELECT 1 AS mapped, ${COLUMNS} FROM nsync_external_key_mappings m JOIN person p ON p.id = m.object_id::int
    WHERE m.external_system_id = $1 AND m.model = 'Person' AND m.external_key = $2
    UNION ALL
    SELECT 0, ${COLUMNS} FROM person p WHERE p.employee_id = $3`,
};

/** Also repairs a mapping whose object is gone. */
const MAP = `
  INSERT INTO nsync_external_key_mappings (external_system_id, model, external_key, object_id, created_at, updated_at)
  SELECT $1, 'Person', $2, p.id::text, now(), now() FROM p
  ON CONFLICT (external_system_id, model, external_key) DO UPDATE SET object_id = EXCLUDED.object_id
  RETURNING object_id::int AS id`;

const INSERT_AND_MAP = {
  name: 'insert',
  text: `
    WITH p AS (
      INSERT INTO person (employee_id, first_name, last_name, age, hair_colour) VALUES ($3, $4, $5, $6, $7) RETURNING id
    ) ${MAP}`,
};

const UPDATE_AND_MAP = {
  name: 'update',
  text: `
    WITH p AS (
      UPDATE person SET employee_id = $3, first_name = $4, last_name = $5, age = $6, hair_colour = $7 WHERE id = $8
      RETURNING id
    ) ${MAP}`,
};

const CODES = { unique: '23505', deadlock: '40P01', foreignKey: '23503' };

export function makePostgresResolver(url: string): SyncPerson {
  const pool = new Pool({ connectionString: url, max: CONNECTIONS });
  const rowsOf = async <T extends QueryResultRow>(statement: QueryConfig, values: unknown[]): Promise<T[]> =>
    (await pool.query<T>({ ...statement, values })).rows;
  const systems = new SystemIds(async (name) => {
    await pool.query(
      'INSERT INTO nsync_external_systems (name, created_at) VALUES ($1, now()) ON CONFLICT (name) DO NOTHING',
      [name],
    );
    const { rows } = await pool.query<{ id: number }>('SELECT id FROM nsync_external_systems WHERE name = $1', [name]);
    return rows[0]?.id ?? 0;
  });
  const sync = async ({ system, key, person }: PersonCall): Promise<SyncedPerson> => {
    const systemId = await systems.of(system);
    const found = preferred(await rowsOf<FoundPerson>(FIND, [systemId, key, person.employee_id]));
    if (!found) {
      const [created] = await rowsOf<{ id: number }>(INSERT_AND_MAP, [systemId, key, ...valuesOf(person)]);
      return { id: created?.id ?? 0, status: 'CREATED' };
    }
    const isChanged = differs(found, person);
    if (isChanged || !found.mapped) await rowsOf(UPDATE_AND_MAP, [systemId, key, ...valuesOf(person), found.id]);
    return { id: found.id, status: isChanged ? 'UPDATED' : 'UNCHANGED' };
  };
  return (call) =>
    retrying(
      () => sync(call),
      (error) => {
        const { code } = error as { code?: string };
        if (code === CODES.foreignKey) systems.forget();
        return Object.values(CODES).includes(code ?? '');
      },
    );
}
