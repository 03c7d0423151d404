/** The catalog lists foreign keys by table and name, wherever the database happens to store them. */
import { OWN_TABLES } from '../../src/database';
import { DATABASES, migratedDatabase } from '../support/databases';

// SQLite does not store the names of foreign keys. It lists them as they were declared.
const SERVERS = DATABASES.filter(({ name }) => name !== 'SQLite');

it.each(SERVERS)('foreign keys are in order on $name', async (kind) => {
  const { database, drop } = await migratedDatabase(kind);
  try {
    const { foreignKeys } = await database.dialect.readCatalog(database.reader, OWN_TABLES);
    const names = foreignKeys.map(({ table, name }) => `${table} ${name}`);
    expect(names.length).toBeGreaterThan(5);
    expect(names).toEqual([...names].sort());
  } finally {
    await drop();
  }
});
