/** The queries of the catalog to information_schema: one function each. */
import { marks, type Query } from '../query';
import type { CodeRow } from './engines';
import type { Text, TypeRow } from './types';

export interface TableRow {
  SCHEMA: string;
  TABLE: string;
}

/** The names of all schemas. */
export const readSchemas = (query: Query): Promise<{ NAME: string }[]> =>
  query('SELECT SCHEMA_NAME AS NAME FROM information_schema.SCHEMATA');

export const readTables = (query: Query, schemas: readonly string[]): Promise<TableRow[]> =>
  query(
    `SELECT TABLE_SCHEMA AS \`SCHEMA\`, TABLE_NAME AS \`TABLE\` FROM information_schema.TABLES
      WHERE TABLE_TYPE <> 'SEQUENCE' AND TABLE_SCHEMA IN (${marks(schemas)}) ORDER BY TABLE_SCHEMA, TABLE_NAME`,
    schemas,
  );

export interface ColumnRow extends TypeRow, TableRow {
  NAME: string;
  NULLABLE: string;
  DEFAULT_VALUE: Text;
  EXTRA: string;
}

export const readColumns = (query: Query, schemas: readonly string[]): Promise<ColumnRow[]> =>
  query(
    `SELECT TABLE_SCHEMA AS \`SCHEMA\`, TABLE_NAME AS \`TABLE\`, COLUMN_NAME AS NAME, DATA_TYPE AS TYPE, COLUMN_TYPE AS FULL_TYPE,
              IS_NULLABLE AS NULLABLE, COLUMN_DEFAULT AS DEFAULT_VALUE, EXTRA, CHARACTER_MAXIMUM_LENGTH AS CHARACTERS,
              CHARACTER_OCTET_LENGTH AS BYTES, NUMERIC_PRECISION, NUMERIC_SCALE, DATETIME_PRECISION AS FRACTION,
              CHARACTER_SET_NAME AS CHARSET, COLLATION_NAME AS COLLATION
         FROM information_schema.COLUMNS WHERE TABLE_SCHEMA IN (${marks(schemas)}) ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION`,
    schemas,
  );

/** Single-byte character sets. */
export const readNarrowCharsets = (query: Query): Promise<{ NAME: string }[]> =>
  query('SELECT CHARACTER_SET_NAME AS NAME FROM information_schema.CHARACTER_SETS WHERE MAXLEN = 1');

export const readViews = (query: Query, schemas: readonly string[]): Promise<CodeRow[]> =>
  query(
    `SELECT TABLE_SCHEMA AS \`SCHEMA\`, TABLE_NAME AS \`TABLE\`, VIEW_DEFINITION AS TEXT
       FROM information_schema.VIEWS WHERE TABLE_SCHEMA IN (${marks(schemas)})`,
    schemas,
  );

/** A column of an index. */
export interface IndexRow extends TableRow {
  NAME: string;
  COLUMN: Text;
  IS_UNIQUE: number;
  IS_LOOKUP: number;
}

export const readIndexes = (query: Query, schemas: readonly string[]): Promise<IndexRow[]> =>
  query(
    `SELECT TABLE_SCHEMA AS \`SCHEMA\`, TABLE_NAME AS \`TABLE\`, INDEX_NAME AS NAME, COLUMN_NAME AS \`COLUMN\`,
            NON_UNIQUE = 0 AS IS_UNIQUE, INDEX_TYPE IN ('BTREE', 'HASH') AS IS_LOOKUP
       FROM information_schema.STATISTICS
      WHERE TABLE_SCHEMA IN (${marks(schemas)}) ORDER BY TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX`,
    schemas,
  );

/** A column of a foreign key. */
export interface KeyRow extends TableRow {
  NAME: string;
  COLUMN: string;
  TARGET_SCHEMA: string;
  TARGET: string;
  TARGET_COLUMN: string;
  RULE: string;
}

export const readForeignKeys = (query: Query, schemas: readonly string[]): Promise<KeyRow[]> =>
  query(
    `SELECT k.TABLE_SCHEMA AS \`SCHEMA\`, k.TABLE_NAME AS \`TABLE\`, k.CONSTRAINT_NAME AS NAME, k.COLUMN_NAME AS \`COLUMN\`,
            k.REFERENCED_TABLE_SCHEMA AS TARGET_SCHEMA, k.REFERENCED_TABLE_NAME AS TARGET,
            k.REFERENCED_COLUMN_NAME AS TARGET_COLUMN, r.DELETE_RULE AS RULE
       FROM information_schema.KEY_COLUMN_USAGE k
       JOIN information_schema.REFERENTIAL_CONSTRAINTS r
         ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME AND r.TABLE_NAME = k.TABLE_NAME
      WHERE k.REFERENCED_TABLE_NAME IS NOT NULL AND k.TABLE_SCHEMA IN (${marks(schemas)}) AND r.CONSTRAINT_SCHEMA IN (${marks(schemas)})
      ORDER BY k.TABLE_SCHEMA, k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION`,
    [...schemas, ...schemas],
  );

/** A check of MariaDB. */
export interface CheckRow extends TableRow {
  CLAUSE: string;
}

export const readChecks = (query: Query, schemas: readonly string[]): Promise<CheckRow[]> =>
  query(
    `SELECT CONSTRAINT_SCHEMA AS \`SCHEMA\`, TABLE_NAME AS \`TABLE\`, CHECK_CLAUSE AS CLAUSE
       FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA IN (${marks(schemas)})`,
    schemas,
  );

export const readTriggers = (query: Query, schemas: readonly string[]): Promise<CodeRow[]> =>
  query(
    `SELECT EVENT_OBJECT_SCHEMA AS \`SCHEMA\`, EVENT_OBJECT_TABLE AS \`TABLE\`, ACTION_STATEMENT AS TEXT
       FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA IN (${marks(schemas)})`,
    schemas,
  );
