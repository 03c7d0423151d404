/** Everything that differs between the databases, and nothing else: one object of this kind for each. */
import type { Knex } from 'knex';
import type {
  Collation,
  ColumnInfo,
  ColumnType,
  DatabaseCatalog,
  ForeignKey,
  NativeType,
  Spelling,
  TableListing,
} from './catalog';
import type { Outage } from './outages';
import type { LackedRights } from './rights';
import type { ConnectionSettings } from './settings';

export type CollatedCollation = Extract<Collation, { kind: 'collated' }>;

/** What a driver takes for a placeholder. */
export type Binding = string | number | bigint | boolean | Buffer | null;

export interface SqlFragment {
  readonly sql: string;
  readonly bindings: readonly Binding[];
}

/** What a failed statement means for the row that caused it, or for the whole run. */
export type DatabaseFailure =
  | {
      readonly kind: 'violation';
      readonly code:
        | 'UNIQUE_VIOLATION'
        | 'NOT_NULL_VIOLATION'
        | 'FOREIGN_KEY_VIOLATION'
        | 'CHECK_VIOLATION'
        | 'INVALID_VALUE'
        | 'DATABASE_REFUSED';
      /** Columns or the constraint at fault, as far as the database tells. */
      readonly columns?: readonly string[];
      readonly constraint?: string;
      /** The database's own sentence, without SQL: what a trigger raised, for example (R17a). */
      readonly reason?: string;
      /** An exclusion constraint: another object need not have the same value to be in conflict. */
      readonly isExclusion?: true;
    }
  | CallFailure
  /** The database has ended the whole transaction because of a row, as SQLite's `RAISE(ROLLBACK)` does. */
  | { readonly kind: 'transactionEnded' };

/** What no row is to blame for: it ends the call, unless the same work succeeds when it is done again. */
export type CallFailure =
  /** The database cannot be used as it is now. */
  | { readonly kind: 'outage'; readonly outage: Outage }
  /** The database's user lacks a right: `object` is `table "person"`, `right` is `INSERT`; null where the database does not say. */
  | { readonly kind: 'forbidden'; readonly object: string | null; readonly right: string | null }
  /** The statement names a column or table that there is not: it was there when the catalog was read. */
  | { readonly kind: 'outdated'; readonly missing: string };

/** New rows for one table. */
export interface BulkInsert {
  readonly table: string;
  /** See TableInfo. */
  readonly overridesConflicts?: boolean;
  readonly columns: readonly ColumnInfo[];
  /** By column, of each row; `undefined` leaves the column of a row to the database. */
  readonly values: readonly (readonly (Binding | undefined)[])[];
  /** How many rows. */
  readonly count: number;
  /** Columns to give back for each row, in the order of the rows. */
  readonly returning: readonly ColumnInfo[];
}

/** The least and the largest of numbers that were given for a column that a sequence counts up. */
export interface GivenNumbers {
  readonly least: bigint;
  readonly most: bigint;
}

/** New values for rows found by key. */
export interface BulkUpdate {
  readonly table: string;
  /** See TableInfo. */
  readonly overridesConflicts?: boolean;
  readonly keys: readonly ColumnInfo[];
  /** By key column, of each row. */
  readonly keyValues: readonly (readonly Binding[])[];
  readonly columns: readonly ColumnInfo[];
  /** By column, of each row; `undefined` leaves a column of a row as it is. */
  readonly values: readonly (readonly (Binding | undefined)[])[];
  /** How many rows. */
  readonly count: number;
}

/** Rows that may say what the database holds already, column by column. */
export interface HeldRows {
  readonly table: string;
  /** The object's only key column. */
  readonly id: ColumnInfo;
  readonly columns: readonly ColumnInfo[];
  /** By column, of each row. */
  readonly values: readonly (readonly Binding[])[];
  /** What tells which object a row is about: the row of `table` that has these values in `prefix`, and the row's in `key`. */
  readonly mappings: {
    readonly table: string;
    readonly prefix: readonly (readonly [ColumnInfo, Binding])[];
    readonly key: ColumnInfo;
    readonly objectId: ColumnInfo;
  };
  readonly keys: readonly string[];
}

/** The comparison of rows with what the database holds, done by the database. */
export interface HeldObjects {
  /** Whether it can be told if a column's value is the same, and not only equal. */
  tellsSame(column: ColumnInfo): boolean;
  /** For each row the id of the object that its key is mapped to, if that has the same values already; null otherwise. */
  find(knex: Knex, rows: HeldRows): Promise<(string | null)[]>;
}

/** Foreign keys that the database checks only at the commit, whatever a sync's transaction asks for. */
export interface DeferredKeys {
  /** Whether the schema has triggers or cascades, which may break a key that no row of a run touches. */
  breakUnseen(knex: Knex): Promise<boolean>;
  /** For each key, the number of rows that point to no row. */
  countBroken(knex: Knex, keys: readonly ForeignKey[]): Promise<number[]>;
}

export interface Dialect {
  readonly name: 'sqlite' | 'mysql' | 'postgres';
  /** False: there is one writer, and rows of it cannot be locked. */
  readonly locksRows: boolean;
  /** Savepoints of one name are kept one within the other; false: the last one takes the place of those before. */
  readonly savepointsNest: boolean;
  /** Objection's inserts can give back keys that the database makes. */
  readonly modelsReturnKeys: boolean;
  readUrl(url: string): ConnectionSettings;
  /** The present by the database's clock, in SQL: the only clock that several processes share. */
  readonly clock: string;
  /** Seconds since a time in a column of nsync's own tables, in SQL and by the same clock. */
  secondsSince(column: string): string;
  /** Opens no connection yet; `connections` is the most that there will be. */
  connect(settings: ConnectionSettings, connections?: number): Knex;
  /** A second door for reading while a transaction writes; undefined: the pool has room for both. */
  connectReader?(settings: ConnectionSettings): Knex;
  /** A database beside it, where a run's transaction locks all of it; undefined: progress is written to the database itself. */
  connectMonitor?(settings: ConnectionSettings): Knex;
  /** All tables and views of the schemas (none: of the default one), and the names of all schemas there are. */
  listTables(knex: Knex, schemas: readonly string[]): Promise<TableListing>;
  /** The catalog of the named tables and views (`schema.table` where it is not the default schema). */
  readCatalog(knex: Knex, tables: readonly string[]): Promise<DatabaseCatalog>;
  /** Tables of the default schema whose names begin so and whose writes no transaction undoes; undefined: there are none. */
  readonly tablesWithoutTransactions?: (
    knex: Knex,
    prefix: string,
  ) => Promise<readonly { readonly table: string; readonly engine: string }[]>;
  /** Tables of the default schema whose names begin so and to which the user lacks a right; undefined: there are no rights. */
  readonly lackedRights?: (knex: Knex, prefix: string) => Promise<readonly LackedRights[]>;
  /** A column's name, quoted for SQL that goes through knex: knex itself reads `a.b` and `a as b` as more than names. */
  columnName(column: Pick<ColumnInfo, 'name'>): string;
  /** A column in a SELECT under its own name, read so that no value loses digits on its way. */
  selectColumn(knex: Knex, column: ColumnInfo): Knex.Raw;
  /** A value of a column as the driver takes it; `value` is canonical (see models/values). */
  bind(type: ColumnType, value: unknown): Binding;
  /** `(a, b) in (tuples)`, without nulls, written so that an index on the columns is used. */
  tupleCondition(knex: Knex, columns: readonly ColumnInfo[], tuples: readonly (readonly Binding[])[]): SqlFragment;
  /**
   * Rows that have given values in the first columns of an index, and one of many in the next: found by all of these columns
   * even where a table has grown beyond what the database knows of it.
   */
  prefixedCondition(
    knex: Knex,
    table: string,
    prefix: readonly (readonly [ColumnInfo, Binding])[],
    column: ColumnInfo,
    values: readonly Binding[],
  ): SqlFragment;
  /**
   * Has a query find what `prefixedCondition` would, by an index and many values, and perhaps a row more than once. False: the
   * condition is as quick; undefined: so it always is.
   */
  joinAmong?(
    knex: Knex,
    query: Knex.QueryBuilder,
    table: string,
    prefix: readonly (readonly [ColumnInfo, Binding])[],
    column: ColumnInfo,
    values: readonly Binding[],
  ): Promise<boolean>;
  /** Undefined: values are loaded and compared in memory. */
  readonly held?: HeldObjects;
  /** SQL that compares the key columns of `table` with an object id in text (see models/model). */
  objectIdEquals(table: string, keys: readonly ColumnInfo[], objectId: string): string;
  /** Numbers for texts, the same for those that the collation calls equal. */
  classify(knex: Knex, collation: CollatedCollation, texts: readonly string[]): Promise<number[]>;
  /** How texts are stored, in their order; outside of transactions. Undefined: no type of the database is native. */
  spell?(knex: Knex, type: NativeType, texts: readonly string[]): Promise<Spelling[]>;
  /** Throws SwallowedWrite if a row is not written. */
  insertRows(trx: Knex.Transaction, insert: BulkInsert): Promise<Record<string, unknown>[]>;
  /** Throws SwallowedWrite if a row is not found or not written. */
  updateRows(trx: Knex.Transaction, update: BulkUpdate): Promise<void>;
  /** Numbers that a transaction has counted are not given again after it was rolled back. */
  readonly usesUpNumbers: boolean;
  /**
   * Has a sequence go on behind numbers that were given by hand. It never moves backwards, and stays if nothing would be left
   * behind the numbers, or if the role has no right to move it. Undefined: there are no sequences.
   */
  moveSequence?(trx: Knex.Transaction, sequence: string, given: GivenNumbers): Promise<void>;
  /** Does work that no other process does on this database meanwhile; it may meet a transient failure. */
  alone<T>(knex: Knex, work: (knex: Knex) => Promise<T>): Promise<T>;
  /** What runs first in each transaction of a sync. */
  beginSync(trx: Knex.Transaction): Promise<void>;
  /** Undefined: each statement checks all foreign keys. */
  readonly deferredKeys?: DeferredKeys;
  /** Null where the failure is none that a row or a retry could explain. */
  explainFailure(error: unknown): DatabaseFailure | null;
}
