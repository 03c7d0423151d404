/** LOAD DATA or COPY into a staging table, followed by set-based statements. SQLite has neither. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Knex } from 'knex';
import type { Connection } from 'mysql2';
import { Client, type ClientConfig } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { keyOf, type Person } from '../persons';

type Load = (knex: Knex, systemId: number, persons: readonly Person[]) => Promise<void>;

const COLUMNS = 'external_key, employee_id, first_name, last_name, age, hair_colour';

function* lines(persons: readonly Person[]): Generator<string> {
  for (const [index, p] of persons.entries())
    yield `${keyOf(index)}\t${p.employee_id}\t${p.first_name}\t${p.last_name}\t${p.age}\t${p.hair_colour}\n`;
}

interface Connected<T> {
  acquireConnection(): Promise<T>;
  releaseConnection(connection: T): Promise<void>;
}

const mysqlLoad: Load = async (knex, systemId, persons) => {
  const client = knex.client as Connected<Connection>;
  const connection = await client.acquireConnection();
  const query = (sql: string, values: unknown[] = []): Promise<void> =>
    new Promise((resolve, reject) => {
      connection.query(
        { sql, values, infileStreamFactory: () => Readable.from(lines(persons), { objectMode: false }) } as never,
        (error) => (error ? reject(error) : resolve()),
      );
    });
  try {
    await query(
      'CREATE TEMPORARY TABLE IF NOT EXISTS staging (external_key varchar(255), employee_id varchar(50) PRIMARY KEY, first_name varchar(50), last_name varchar(50), age int, hair_colour varchar(50))',
    );
    await query('BEGIN');
    await query('DELETE FROM staging');
    await query(`LOAD DATA LOCAL INFILE 'rows' INTO TABLE staging CHARACTER SET utf8mb4 (${COLUMNS})`);
    await query(
      `INSERT INTO person (employee_id, first_name, last_name, age, hair_colour)
       SELECT employee_id, first_name, last_name, age, hair_colour FROM staging
       ON DUPLICATE KEY UPDATE first_name = VALUES(first_name), last_name = VALUES(last_name), age = VALUES(age), hair_colour = VALUES(hair_colour)`,
    );
    await query(
      `INSERT INTO nsync_external_key_mappings (external_system_id, model, external_key, object_id, created_at, updated_at)
       SELECT ?, 'Person', s.external_key, p.id, NOW(3), NOW(3) FROM staging s JOIN person p ON p.employee_id = s.employee_id
       ON DUPLICATE KEY UPDATE object_id = VALUES(object_id)`,
      [systemId],
    );
    await query('COMMIT');
  } finally {
    await client.releaseConnection(connection);
  }
};

const postgresLoad: Load = async (knex, systemId, persons) => {
  const { connectionSettings } = knex.client as { readonly connectionSettings: ClientConfig };
  // COPY does not work on the engine's connections, which send statements without waiting for responses.
  const connection = new Client({ ...connectionSettings, pipeline: false } as ClientConfig);
  await connection.connect();
  try {
    await connection.query(
      'CREATE TEMPORARY TABLE IF NOT EXISTS staging (external_key text, employee_id text, first_name text, last_name text, age int, hair_colour text)',
    );
    await connection.query('BEGIN');
    await connection.query('TRUNCATE staging');
    await pipeline(Readable.from(lines(persons)), connection.query(copyFrom(`COPY staging (${COLUMNS}) FROM STDIN`)));
    await connection.query(
      `WITH p AS (
         INSERT INTO person (employee_id, first_name, last_name, age, hair_colour)
         SELECT employee_id, first_name, last_name, age, hair_colour FROM staging
         ON CONFLICT (employee_id) DO UPDATE SET first_name = EXCLUDED.first_name, last_name = EXCLUDED.last_name,
           age = EXCLUDED.age, hair_colour = EXCLUDED.hair_colour
         RETURNING id, employee_id
       )
       INSERT INTO nsync_external_key_mappings (external_system_id, model, external_key, object_id, created_at, updated_at)
       SELECT $1::int, 'Person', external_key, p.id::text, now(), now() FROM p JOIN staging USING (employee_id)
       ON CONFLICT (external_system_id, model, external_key) DO UPDATE SET object_id = EXCLUDED.object_id`,
      [systemId],
    );
    await connection.query('COMMIT');
  } finally {
    await connection.end();
  }
};

export const LOAD_DATA: Readonly<Partial<Record<string, Load>>> = { mysql: mysqlLoad, postgres: postgresLoad };
