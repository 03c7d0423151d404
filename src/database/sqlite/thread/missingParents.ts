/**
 * Foreign keys to tables that do not exist. SQLite refuses each statement that may have to check such a key, so no row of the table could be
 * inserted. Inside a transaction, an empty table replaces the missing one: NULL passes, and any other value is a violation.
 */
import type Database from 'better-sqlite3';
import { groupBy } from '../../grouping';
import { nameQuoter } from '../../quoting';
import { isBegin, isCommit } from './openTransaction';

const quote = nameQuoter('"');

interface KeyRow {
  readonly child: string;
  readonly id: number;
  readonly parent: string;
  /** Null: the key refers to the primary key, whatever its columns are. */
  readonly target: string | null;
}

const MISSING = `SELECT m.name AS child, f.id, f."table" AS parent, f."to" AS target
    FROM sqlite_master m, pragma_foreign_key_list(m.name) f
   WHERE m.type = 'table' AND NOT EXISTS (SELECT 1 FROM sqlite_master p WHERE p.type IN ('table', 'view') AND p.name = f."table" COLLATE NOCASE)
   ORDER BY m.name, f.id, f.seq`;

interface StandIn {
  readonly create: string;
  readonly drop: string;
}

/** A table with all columns that keys refer to. Each key is unique. */
function standIn(rows: readonly KeyRow[]): StandIn {
  const keys = [...groupBy(rows, ({ child, id }) => JSON.stringify([child, id])).values()];
  const implicit = keys.find(([first]) => first?.target === null) ?? [];
  const primaryKey = implicit.map((_, index) => quote(`key ${index + 1}`));
  const named = keys
    .map((key) => key.flatMap(({ target }) => (target === null ? [] : [quote(target)])))
    .filter((key) => key.length > 0);
  const columns = [...new Set([...primaryKey, ...named.flat()])];
  const unique = named.map((key) => `UNIQUE (${key.join(', ')})`);
  const parts = [...columns, ...(primaryKey.length > 0 ? [`PRIMARY KEY (${primaryKey.join(', ')})`] : []), ...unique];
  const name = quote(rows[0]?.parent ?? '');
  return { create: `CREATE TABLE ${name} (${parts.join(', ')})`, drop: `DROP TABLE ${name}` };
}

export class MissingParents {
  private readonly schemaVersion: Database.Statement;
  private known: { readonly version: unknown; readonly standIns: readonly StandIn[] } | null = null;
  private standing: readonly StandIn[] = [];

  constructor(private readonly database: Database.Database) {
    this.schemaVersion = database.prepare('PRAGMA schema_version').pluck();
  }

  /** Runs a statement. Stand-ins exist from BEGIN to COMMIT. */
  run<T>(sql: string, statement: () => T): T {
    if (isCommit(sql)) this.drop();
    const result = statement();
    if (isBegin(sql)) this.create();
    return result;
  }

  private create(): void {
    this.standing = this.missing();
    try {
      for (const { create } of this.standing) this.database.exec(create);
    } catch (error) {
      // Another connection writes. If BEGIN throws, knex assumes that no transaction is open.
      this.database.exec('ROLLBACK');
      throw error;
    }
  }

  private drop(): void {
    if (this.database.inTransaction) for (const { drop } of this.standing) this.database.exec(drop);
    this.standing = [];
  }

  /** Stand-ins are computed again after a schema change. */
  private missing(): readonly StandIn[] {
    const version = this.schemaVersion.get();
    if (this.known && this.known.version === version) return this.known.standIns;
    const rows = this.database.prepare(MISSING).all() as KeyRow[];
    const standIns = [...groupBy(rows, ({ parent }) => parent.toLowerCase()).values()].map(standIn);
    this.known = { version, standIns };
    return standIns;
  }
}
