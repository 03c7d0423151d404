/** Tables, columns and keys of a database, in the same form for every database. */

/** How a text column decides whether two texts are equal (R6). */
export type Collation =
  /** Texts are equal if they are identical, as with JavaScript's `===`. */
  | { readonly kind: 'exact' }
  /**
   * The database decides. `expression` is SQL that gives the text `?` the collation; `name` is the name of the collation. `folds`: two texts of
   * printable ASCII are equal only if they differ in nothing but case and trailing blanks.
   */
  | { readonly kind: 'collated'; readonly name: string; readonly expression: string; readonly folds: boolean };

/** A character set other than Unicode in UTF-8. */
export interface Charset {
  readonly name: string;
  /** The number of bytes of a text; null if the set lacks one of its characters. */
  bytes(text: string): number | null;
}

/** The type of a column, with its limits. Lengths count characters; `maxBytes` counts bytes in the column's character set. */
export type ColumnType =
  | {
      readonly kind: 'string';
      readonly maxLength?: number;
      readonly maxBytes?: number;
      readonly padded?: boolean;
      /** Undefined: any text can be stored. */
      readonly charset?: Charset;
      readonly collation: Collation;
      readonly lossy?: Lossy;
    }
  | {
      readonly kind: 'enum';
      readonly members: readonly string[];
      readonly collation: Collation;
      readonly lossy?: Lossy;
    }
  | IntegerType
  /**
   * `scale` may be negative, or larger than `precision`. `exact`: the most digits of a fraction, and the largest whole number, that are stored
   * without rounding.
   */
  | {
      readonly kind: 'decimal';
      readonly precision?: number;
      readonly scale?: number;
      readonly exact?: { readonly digits: number; readonly whole: bigint };
      readonly unsigned?: boolean;
      readonly special?: Spell;
    }
  /** `precision` and `scale` as for a decimal, if the type has them. */
  | {
      readonly kind: 'float';
      readonly single: boolean;
      readonly precision?: number;
      readonly scale?: number;
      readonly unsigned?: boolean;
      readonly special?: Spell;
    }
  /** `integers`: false and true are stored as 0 and 1, and the column accepts other integers too. */
  | { readonly kind: 'boolean'; readonly integers?: IntegerType }
  /** `special` of dates, times and numbers: the spelling of values that only this database has; null for any other text. */
  | { readonly kind: 'date'; readonly special?: Spell }
  | { readonly kind: 'time'; readonly fraction: number; readonly special?: Spell }
  /** `fraction`: stored digits of a second. `min`, `max`: ISO 8601, if the range is narrower than the years 1 to 9999. */
  | {
      readonly kind: 'datetime';
      readonly fraction: number;
      readonly zoned: boolean;
      readonly min?: string;
      readonly max?: string;
      readonly special?: Spell;
    }
  | { readonly kind: 'json'; readonly lossy?: Lossy }
  | { readonly kind: 'uuid' }
  /** `fixed`: shorter values are padded with zero bytes to `maxBytes`. `text`: valid UTF-8 is shown and accepted as text. */
  | { readonly kind: 'binary'; readonly maxBytes?: number; readonly fixed?: boolean; readonly text?: boolean }
  | OtherType;

/** `words`: true and false stand for 1 and 0. `zero`: 0 is also a value. */
export interface IntegerType {
  readonly kind: 'integer';
  readonly min: bigint;
  readonly max: bigint;
  readonly words?: boolean;
  readonly zero?: boolean;
}

/** The reason why the database would change a text when it stores it, as the end of a sentence. Null or undefined: it stores the text unchanged. */
export type Lossy = (text: string) => string | null;

/** A text in the database's own spelling; null if it is not a value of the type. */
export type Spell = (text: string) => string | null;

/** A type that only one database has. Values are texts in the database's own spelling. */
export interface OtherType {
  readonly kind: 'other';
  readonly sqlType: string;
  /** False: the database has no equality operator for the type. */
  readonly comparable: boolean;
  /** How equal values with different spellings are found. Undefined: equal values are identical. */
  readonly collation?: Collation;
  /** The element type of an array. Values are JSON arrays of it. */
  readonly element?: ColumnType;
  /** The type, if only the database can parse its values and spell them. */
  readonly native?: NativeType;
  /** The database's own spelling of a text; null if it is not a value of the type. Undefined: only the database can tell. */
  readonly spell?: Spell;
  readonly lossy?: Lossy;
  /** Why rows cannot set the column, as the end of a sentence. Undefined: rows can set it. */
  readonly unwritable?: string;
}

/** The names of a type in casts. */
export interface NativeType {
  /** Without length or precision. */
  readonly plain: string;
  /** With length and precision: `interval(0)`. */
  readonly exact: string;
  /** Whether the type's parser accepts `now` and `today`. */
  readonly hasMoments: boolean;
}

/** The text that the database would store, or the reason why it would not: a phrase such as "is not a value of type interval". */
export type Spelling =
  | { readonly text: string }
  /** `unfit`: the text is a value of the type, but the type would truncate or round it. */
  | { readonly reason: string; readonly unfit: boolean };

export interface ColumnInfo {
  readonly name: string;
  /** The type as the database spells it. */
  readonly sqlType: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  /** The constant default value of a new row. Undefined: no default, or a computed one. */
  readonly defaultValue?: unknown;
  readonly hasDefault: boolean;
  /** The database numbers new rows. */
  readonly autoIncrement: boolean;
  /** The sequence in the column's default, under its name in SQL. */
  readonly sequence?: string;
  /** The database computes the column; it is never written. */
  readonly generated: boolean;
  /** The database changes the column on each update of the row. */
  readonly changesOnUpdate: boolean;
  /** Whether an index contains the column. Set by SQLite only, because one value may have several spellings there. */
  readonly isIndexed?: boolean;
}

export interface UniqueKey {
  readonly name: string;
  /** Null if the key contains an expression. */
  readonly columns: readonly string[] | null;
}

export type DeleteRule = 'CASCADE' | 'SET NULL' | 'SET DEFAULT' | 'RESTRICT' | 'NO ACTION';

export interface ForeignKey {
  readonly name: string;
  readonly table: string;
  readonly columns: readonly string[];
  readonly targetTable: string;
  /** Empty if the table does not exist (possible on SQLite). */
  readonly targetColumns: readonly string[];
  readonly onDelete: DeleteRule;
  /** The key is checked only at the commit, even if a sync's transaction asks for immediate checks. */
  readonly isDeferred?: boolean;
}

export interface TableInfo {
  /** In the form that SQL through knex uses (see tableNames). */
  readonly name: string;
  readonly isView: boolean;
  readonly columns: readonly ColumnInfo[];
  readonly primaryKey: readonly string[];
  readonly uniqueKeys: readonly UniqueKey[];
  /** The first columns of the indexes that cover the whole table, including keys. Rows are found by them without a scan. */
  readonly indexedFirst: readonly string[];
  readonly hasTriggers: boolean;
  /**
   * SQLite only: constraints have ON CONFLICT clauses, which would replace other rows or ignore this one without an error. Statements override them.
   */
  readonly overridesConflicts?: boolean;
  /** Why runs cannot write to the table, regardless of its keys, as a sentence. Null if they can. */
  readonly obstacle: string | null;
}

/** A table or view by its names. */
export interface TableEntry {
  readonly schema: string;
  readonly name: string;
  /** In the form that SQL through knex uses (see tableNames). */
  readonly table: string;
}

/** The tables and views of some schemas. The database's own schemas are not among them. */
export interface TableListing {
  /** The schema of names without a schema. */
  readonly defaultSchema: string;
  readonly schemas: readonly string[];
  readonly tables: readonly TableEntry[];
}

/** The requested tables, and all foreign keys of the database. */
export interface DatabaseCatalog {
  readonly tables: ReadonlyMap<string, TableInfo>;
  readonly foreignKeys: readonly ForeignKey[];
}

export const EXACT: Collation = { kind: 'exact' };

const power = (bits: bigint): bigint => 2n ** bits;

/** The integer type with this number of bits. */
export function integerType(bits: bigint, unsigned = false): IntegerType {
  return unsigned
    ? { kind: 'integer', min: 0n, max: power(bits) - 1n }
    : { kind: 'integer', min: -power(bits - 1n), max: power(bits - 1n) - 1n };
}
