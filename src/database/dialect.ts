/**
 * Everything that differs between the databases, and nothing else. Each database is one object of this type. Optional members say what happens
 * without them.
 */
import type { Knex } from 'knex';
import type { Query } from './query';
import type { BulkInsert, BulkUpdate } from './bulkWrites';
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
import type { Diagnosis } from './diagnosis';
import type { DatabaseFailure } from './failures';
import type { LackedRights } from './rights';
import type { ConnectionSettings } from './settings';
import type { TableSize } from './tableSize';

export type CollatedCollation = Extract<Collation, { kind: 'collated' }>;

/** A value that drivers take for a placeholder. */
export type Binding = string | number | bigint | boolean | Buffer | null;

/** Part of a statement that goes through knex: each `?` is a binding. */
export interface SqlFragment {
  readonly sql: string;
  /** One for each `?`, in their order. */
  readonly bindings: readonly Binding[];
}

/** Columns that have one value each. No value is null. */
export type FixedColumns = readonly (readonly [ColumnInfo, Binding])[];

/** The least and the largest of the numbers that rows gave for a column that a sequence counts up. */
export interface GivenNumbers {
  readonly least: bigint;
  readonly most: bigint;
}

/** Rows that may change nothing. */
export interface ProbedRows {
  /** The objects' table. */
  readonly table: string;
  /** The only column of the table's primary key. */
  readonly id: ColumnInfo;
  /** The columns to compare. UnchangedProbe.tellsSame must be true for each of them and for `id`. */
  readonly columns: readonly ColumnInfo[];
  /** By column, of each row. */
  readonly values: readonly (readonly Binding[])[];
  /** The rows' external keys. */
  readonly keys: readonly string[];
  /** Finds the object of a row: its id is in `objectId` of the row of `table` with these values in `prefix` and the external key in `key`. */
  readonly mappings: {
    readonly table: string;
    readonly prefix: FixedColumns;
    readonly key: ColumnInfo;
    readonly objectId: ColumnInfo;
  };
}

/** Finds rows that change nothing, by a query. */
export interface UnchangedProbe {
  /** Whether the database can tell that a column's value is identical, and not only equal. */
  tellsSame(column: ColumnInfo): boolean;
  /** For each row, the id of its object if the object already has the row's values; null if it has not, or if that is not known. */
  find(knex: Knex, rows: ProbedRows): Promise<(string | null)[]>;
}

/** Foreign keys that the database checks only at the commit, whatever a sync's transaction asks for. */
export interface DeferredKeys {
  /** Whether the schema has triggers or cascades. These may break a key that no row of a run touches. */
  breakUnseen(knex: Knex): Promise<boolean>;
  /** For each key, the number of rows that refer to no row. */
  countBroken(knex: Knex, keys: readonly ForeignKey[]): Promise<number[]>;
}

/** A driver that an application's knex may have. */
export interface KnexDriver {
  /** knex's name of the driver. */
  readonly name: string;
  /** Its connections are unlike those of nsync's own driver, so the application's hook for new connections does not run. Default: false. */
  readonly hasOtherConnections?: boolean;
}

/** Makes the runs of other processes wait that want to lock the same models. */
export interface Precedence {
  readonly owner: string;
  /** Fails with a transient outage while another run has precedence. May be called again. */
  take(): Promise<void>;
  release(): Promise<void>;
}

export interface ClusterLocks {
  /**
   * Locks a model until the transaction ends. Returns false if `nsync_locks` has no row for the model. Fails with a transient outage while a run
   * other than that of `precedence` has precedence.
   */
  lock(trx: Knex.Transaction, model: string, precedence: Precedence | null): Promise<boolean>;
  precedence(knex: Knex, models: readonly string[]): Precedence;
}

export interface Dialect {
  // ── connections ──

  /** Stays the same in all versions: metrics contain it. */
  readonly name: string;
  /** The schemes of its URLs, in lower case and with the colon. No other dialect has them. */
  readonly urlSchemes: readonly string[];
  /** Its URLs as messages show them. */
  readonly urlExamples: readonly string[];
  /** Throws an Error if the URL cannot be parsed. The URL must have one of `urlSchemes`. */
  readUrl(url: string): ConnectionSettings;
  /** Why the URL names no database, as the end of a sentence about it; null if it names one. The URL must have one of `urlSchemes`. */
  whyNoDatabase(url: string): string | null;
  /** The path of the file that a URL names. Without it, the database is not a file. */
  filePath?(url: string): string;
  /**
   * nsync's own driver, and the others whose connection settings nsync can use. Empty if the dialect only varies another one: it has
   * URLs of its own, and an application's knex is of the other dialect.
   */
  readonly knexDrivers: readonly KnexDriver[];
  /** Opens no connection yet. `connections`: the most that there will be (default: 12). A database with a single writer has one. */
  connect(settings: ConnectionSettings, connections?: number): Knex;
  /** Connections that read while a transaction of `connect` writes. Without it, the connections of `connect` read. */
  connectReader?(settings: ConnectionSettings): Knex;
  /** Connections that read. A statement that takes more than this number of seconds fails. */
  connectTimedReader(settings: ConnectionSettings, seconds: number): Knex;
  /** A second database for the progress of runs, if a run locks the whole database. Without it, progress is stored in the database itself. */
  connectMonitor?(settings: ConnectionSettings): Knex;

  // ── abilities ──

  /** True: transactions lock rows, and several write at once. False: one transaction writes at a time, and locks everything. */
  readonly locksRows: boolean;
  /** Locks of models that hold on all nodes of a cluster. Without it, a lock of a row holds everywhere. */
  readonly clusterLocks?: ClusterLocks;
  /** True: a second savepoint of the same name leaves the first one in place. False: it replaces the first one. */
  readonly savepointsNest: boolean;
  /** True: inserts of knex and Objection can return columns (`returning`). False: they return the counted key, and no other column. */
  readonly supportsReturning: boolean;
  /** True: a number that a transaction counted is not given again after a rollback. */
  readonly usesUpNumbers: boolean;
  /** SQL that begins an UPDATE which fails in a conflict, regardless of the ON CONFLICT clauses of its table. */
  readonly strictUpdate: string;

  // ── SQL ──

  /** SQL of the current time by the database's clock, the only clock that several processes share. */
  readonly clock: string;
  /** SQL of the seconds since a time in a column of nsync's own tables, by the same clock. */
  secondsSince(column: string): string;
  /** SQL of a column's type that is a signed integer primary key, counted up by the database. */
  readonly countedKey: string;
  /** A column's name, quoted for SQL that goes through knex: knex itself reads `a.b` and `a as b` as more than names. */
  columnName(column: Pick<ColumnInfo, 'name'>): string;
  /** A table, as `columnName`. `table` is as in TableInfo. */
  tableName(table: string): string;
  /** A column in a SELECT under its own name, read so that no digit is lost. */
  selectColumn(column: ColumnInfo): string;
  /** Runs statements that return rows. In a transaction, these bypass knex's builder and runner. */
  queryOf(knex: Knex): Query;
  /** A value of a column in the form that the driver receives. `value` is canonical (see models/values); null and undefined return null. */
  bind(type: ColumnType, value: unknown): Binding;
  /** The condition `(a, b) in (tuples)`, written so that an index on the columns is used. There is at least one tuple, and no value is null. */
  tupleCondition(knex: Knex, columns: readonly ColumnInfo[], tuples: readonly (readonly Binding[])[]): SqlFragment;
  /**
   * The condition that rows of `table` have the values of `prefix`, and in `column` one of `values` (at least one, none of them null).
   * `prefix` and then `column` begin an index, which is used even if the table has outgrown the database's statistics.
   */
  prefixedCondition(
    knex: Knex,
    table: string,
    prefix: FixedColumns,
    column: ColumnInfo,
    values: readonly Binding[],
  ): SqlFragment;
  /**
   * A SELECT that finds what `prefixedCondition` finds, by a join with the values. A row may be found more than once. `columns` are columns of `table`
   * by their names alone, as `selectColumn` writes them. Null if the condition is as fast. Without it, the condition always is.
   */
  selectAmong?(
    knex: Knex,
    columns: readonly string[],
    table: string,
    prefix: FixedColumns,
    column: ColumnInfo,
    values: readonly Binding[],
  ): Promise<SqlFragment | null>;
  /** SQL of the condition that the key columns of `table` have an object id. `objectId` is SQL of the id in text (see models/model). */
  objectIdEquals(table: string, keys: readonly ColumnInfo[], objectId: string): string;
  /** A number for each text, in their order. Texts that the collation calls equal have the same number. */
  classify(knex: Knex, collation: CollatedCollation, texts: readonly string[]): Promise<number[]>;
  /**
   * How the database would store each text in a column of a native type, in their order. Not in a transaction, because a refusal would
   * end it. Without it, no type of the database is native.
   */
  spell?(knex: Knex, type: NativeType, texts: readonly string[]): Promise<Spelling[]>;

  // ── catalog and statistics ──

  /** All tables and views of some schemas (empty: of the default schema), and the names of all schemas. */
  listTables(knex: Knex, schemas: readonly string[]): Promise<TableListing>;
  /** The named tables and views, and all foreign keys. Tables that do not exist are left out. Names are as in TableInfo. */
  readCatalog(knex: Knex, tables: readonly string[]): Promise<DatabaseCatalog>;
  /** Tables of the default schema with this prefix whose writes cannot be rolled back. Without it, all can. */
  readonly tablesWithoutTransactions?: (
    knex: Knex,
    prefix: string,
  ) => Promise<readonly { readonly table: string; readonly engine: string }[]>;
  /** Tables of the default schema with this prefix to which the user lacks a right. Without it, the database has no rights. */
  readonly lackedRights?: (knex: Knex, prefix: string) => Promise<readonly LackedRights[]>;
  /** The sizes of the tables of the default schema with this prefix, from statistics: fast, inexact, and waiting for no lock. */
  tableSizes(knex: Knex, prefix: string): Promise<readonly TableSize[]>;
  /** The bytes of the database's file. Without it, the database is not a file. */
  fileBytes?(knex: Knex): Promise<number>;
  /** Reads the state of the database. Writes nothing. */
  readonly diagnosis: Diagnosis;

  // ── writing ──

  /** Finds the rows that change nothing. Without it, values are loaded and compared in memory. */
  readonly unchangedProbe?: UnchangedProbe;
  /** Whether inserts can keep ids and use kept ones. Without it, rows that refer to others are inserted once these are known. */
  readonly keepsIds?: boolean;
  /** Returns the `returning` columns of each row, in the order of the rows. Throws SwallowedWrite if a row is not written. */
  insertRows(trx: Knex.Transaction, insert: BulkInsert): Promise<Record<string, unknown>[]>;
  /**
   * Counts ids for rows that will be inserted with them: for each table, `count` ids in ascending order. Without it, ids are known only when rows are
   * inserted.
   */
  reserveIds?(
    trx: Knex.Transaction,
    tables: readonly { readonly table: string; readonly id: ColumnInfo }[],
    count: number,
  ): Promise<string[][]>;
  /** Throws SwallowedWrite if a row is not found or not written. */
  updateRows(trx: Knex.Transaction, update: BulkUpdate): Promise<void>;
  /**
   * Moves a sequence past numbers that rows gave, never backwards. The sequence stays if it would then be at its end, or if the user has no right to
   * move it. `sequence` is as in ColumnInfo. Without it, sequences need no such move.
   */
  moveSequence?(trx: Knex.Transaction, sequence: string, given: GivenNumbers): Promise<void>;
  /** Checks foreign keys that a statement leaves unchecked. Without it, each statement of a sync checks all foreign keys. */
  readonly deferredKeys?: DeferredKeys;

  // ── transactions and failures ──

  /**
   * Does work while no other process does such work on this database. The work must use the knex instance that it receives. It may fail with a
   * transient outage, so callers retry.
   */
  alone<T>(knex: Knex, work: (knex: Knex) => Promise<T>): Promise<T>;
  /** Runs before any other statement of a sync's transaction. */
  beginSync(trx: Knex.Transaction): Promise<void>;
  /** What an error means; null if neither a row nor a retry could explain it. `error` may be wrapped by Objection or GraphQL. */
  explainFailure(error: unknown): DatabaseFailure | null;
}
