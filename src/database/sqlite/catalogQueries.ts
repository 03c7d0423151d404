/** The queries of the catalog to SQLite's tables and PRAGMA functions: one function each. */
import type { Query } from '../query';

/** Tables and views, without the internal tables of SQLite and its extensions. */
export const readTables = (query: Query): Promise<{ name: string }[]> =>
  query(
    `SELECT name, type FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'view', 'virtual') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`,
  );

/** A table or view, with its CREATE statement. */
export interface Definition {
  name: string;
  type: string;
  sql: string;
}

export const readDefinitions = (query: Query): Promise<Definition[]> =>
  query(`SELECT name, type, sql FROM sqlite_master WHERE type IN ('table', 'view')`);

export interface ColumnRow {
  table: string;
  name: string;
  type: string;
  notnull: number;
  dflt_value: string | null;
  pk: number;
  hidden: number;
}

/** Columns of all tables. */
export const readColumns = (query: Query): Promise<ColumnRow[]> =>
  query(`SELECT m.name AS "table", c.* FROM sqlite_master m, pragma_table_xinfo(m.name) c WHERE m.type = 'table'`);

/** Columns of a view. Throws if it selects something that no longer exists. */
export const readViewColumns = (query: Query, view: string): Promise<ColumnRow[]> =>
  query('SELECT * FROM pragma_table_xinfo(?)', [view]);

/** Columns in the spelling of their CREATE statements. */
export const readColumnNames = (query: Query): Promise<{ table: string; column: string }[]> =>
  query(
    `SELECT m.name AS "table", c.name AS "column" FROM sqlite_master m, pragma_table_xinfo(m.name) c WHERE m.type = 'table'`,
  );

/** The columns of a table's primary key, in its order. */
export const readPrimaryKey = (query: Query, table: string): Promise<{ name: string }[]> =>
  query('SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk', [table]);

/** A column of an index. */
export interface IndexRow {
  table: string;
  name: string;
  isUnique: number;
  partial: number;
  /** Null for an expression. */
  column: string | null;
}

/** Columns of all indexes, in their order. */
export const readIndexes = (query: Query): Promise<IndexRow[]> =>
  query(
    `SELECT m.name AS "table", l.name, l."unique" AS "isUnique", l.partial, i.name AS "column"
       FROM sqlite_master m, pragma_index_list(m.name) l, pragma_index_info(l.name) i WHERE m.type = 'table' ORDER BY m.name, l.seq, i.seqno`,
  );

/** A column of a foreign key. */
export interface KeyRow {
  /** The CREATE statement of `owner`. */
  sql: string;
  owner: string;
  id: number;
  target: string;
  source: string;
  destination: string | null;
  on_delete: string;
}

export const readForeignKeys = (query: Query): Promise<KeyRow[]> =>
  query(
    `SELECT m.name AS owner, m.sql, f.id, f.seq, f."table" AS target, f."from" AS source, f."to" AS destination, f.on_delete
       FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table' ORDER BY m.name, f.id, f.seq`,
  );

/** Tables that have triggers. */
export const readTriggers = (query: Query): Promise<{ table: string }[]> =>
  query(`SELECT tbl_name AS "table" FROM sqlite_master WHERE type = 'trigger'`);
