/** What a database says of its tables, in words that are the same for every database. */

/** How a text column decides that two texts are equal (R6). */
export type Collation =
  /** Equal is identical: what JavaScript's `===` says of two strings. */
  | { readonly kind: 'exact' }
  /**
   * The database decides. `expression` is SQL that gives the text `?` the collation; `name` is the collation's own.
   * `folds` says that two texts of printable ASCII can only be equal if they agree but for case and trailing blanks.
   */
  | { readonly kind: 'collated'; readonly name: string; readonly expression: string; readonly folds: boolean };

/** What a character set holds, where it is not all of Unicode in UTF-8. */
export interface Charset {
  readonly name: string;
  /** How many bytes a text takes; null where the set lacks one of its characters. */
  bytes(text: string): number | null;
}

/** The type of a column, with its limits. Lengths count characters, `maxBytes` bytes in the column's character set. */
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
   * `scale` may be negative, or beyond `precision`. `exact`: a fraction is stored with up to so many digits in all, a whole
   * number up to a largest one; what lies beyond would be rounded.
   */
  | {
      readonly kind: 'decimal';
      readonly precision?: number;
      readonly scale?: number;
      readonly exact?: { readonly digits: number; readonly whole: bigint };
      readonly unsigned?: boolean;
      readonly special?: Spell;
    }
  /** `precision` and `scale` as of a decimal, where the type has them. */
  | {
      readonly kind: 'float';
      readonly single: boolean;
      readonly precision?: number;
      readonly scale?: number;
      readonly unsigned?: boolean;
      readonly special?: Spell;
    }
  /** `integers`: false and true are 0 and 1, and other integers can be stored as well. */
  | { readonly kind: 'boolean'; readonly integers?: IntegerType }
  /** `special`, of numbers, dates and times: the spelling of values that only this database has; null for any other text. */
  | { readonly kind: 'date'; readonly special?: Spell }
  | { readonly kind: 'time'; readonly fraction: number; readonly special?: Spell }
  /** `fraction`: digits of a second that are stored. `min`, `max`: ISO 8601, where the type is narrower than years 1 to 9999. */
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
  /** `fixed`: fewer bytes are filled up with zeros to `maxBytes`. `text`: bytes that are UTF-8 are shown and given as text. */
  | { readonly kind: 'binary'; readonly maxBytes?: number; readonly fixed?: boolean; readonly text?: boolean }
  | OtherType;

/** `words`: true and false stand for 1 and 0. `zero`: 0 is a value, too. */
export interface IntegerType {
  readonly kind: 'integer';
  readonly min: bigint;
  readonly max: bigint;
  readonly words?: boolean;
  readonly zero?: boolean;
}

/** Why the database would not store a text as it is, as the end of a sentence; null, or undefined: it does. */
export type Lossy = (text: string) => string | null;

/** A text as the database would spell it; null where it is no value of the type. */
export type Spell = (text: string) => string | null;

/** A type of one database alone: values are text as the database spells them. */
export interface OtherType {
  readonly kind: 'other';
  readonly sqlType: string;
  /** False: the database has no equality for it. */
  readonly comparable: boolean;
  /** How equal values are found that are spelled differently; undefined: equal is identical. */
  readonly collation?: Collation;
  /** Of an array: its values are JSON arrays of these. */
  readonly element?: ColumnType;
  /** Values that only the database can parse, and spells in its own way. */
  readonly native?: NativeType;
  /** A text as the database would spell it, null where it is no value of the type; undefined: only the database knows. */
  readonly spell?: Spell;
  readonly lossy?: Lossy;
  /** Why no row can set it, as the end of a sentence; undefined: rows can. */
  readonly unwritable?: string;
}

/** A type as casts name it. */
export interface NativeType {
  /** Without length or precision. */
  readonly plain: string;
  /** With both: `interval(0)`. */
  readonly exact: string;
  /** The type's parser takes `now` and `today`. */
  readonly hasMoments: boolean;
}

/** What the database would store for a text, or why it would not: a phrase such as "is not a value of type interval". */
export type Spelling =
  | { readonly text: string }
  /** `unfit`: it is a value of the type, which the type would cut or round. */
  | { readonly reason: string; readonly unfit: boolean };

export interface ColumnInfo {
  readonly name: string;
  /** The type as the database spells it. */
  readonly sqlType: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  /** A value that a new row gets by itself: undefined where there is none or it must be computed. */
  readonly defaultValue?: unknown;
  readonly hasDefault: boolean;
  /** Counted up by the database. */
  readonly autoIncrement: boolean;
  /** The sequence that its default counts up, as SQL names it. */
  readonly sequence?: string;
  /** Computed by the database, never written. */
  readonly generated: boolean;
  /** Changed by the database on each update of the row. */
  readonly changesOnUpdate: boolean;
  /** An index has it (told by SQLite alone, where values of one meaning may have several spellings). */
  readonly isIndexed?: boolean;
}

export interface UniqueKey {
  readonly name: string;
  /** Null where the key is over an expression. */
  readonly columns: readonly string[] | null;
}

export type DeleteRule = 'CASCADE' | 'SET NULL' | 'SET DEFAULT' | 'RESTRICT' | 'NO ACTION';

export interface ForeignKey {
  readonly name: string;
  readonly table: string;
  readonly columns: readonly string[];
  readonly targetTable: string;
  /** Empty if the table does not exist, which SQLite allows. */
  readonly targetColumns: readonly string[];
  readonly onDelete: DeleteRule;
  /** Checked by the commit even where a sync's transaction asks for more. */
  readonly isDeferred?: boolean;
}

export interface TableInfo {
  /** As SQL through knex has it (see tableNames). */
  readonly name: string;
  readonly isView: boolean;
  readonly columns: readonly ColumnInfo[];
  readonly primaryKey: readonly string[];
  readonly uniqueKeys: readonly UniqueKey[];
  /** Columns that an index of the whole table begins with, those of keys too: rows are found by them without a search. */
  readonly indexedFirst: readonly string[];
  readonly hasTriggers: boolean;
  /**
   * Of SQLite: constraints have ON CONFLICT clauses, which would replace other rows or ignore this one without an error, so that
   * statements override them.
   */
  readonly overridesConflicts?: boolean;
  /** Why no run can write to the table, whatever its keys are, as a sentence; null if runs can. */
  readonly obstacle: string | null;
}

/** A table or view by its names. */
export interface TableEntry {
  readonly schema: string;
  readonly name: string;
  /** As SQL through knex has it (see tableNames). */
  readonly table: string;
}

/** What there is in some schemas; those of the database itself are not among them. */
export interface TableListing {
  /** The one that names without a schema mean. */
  readonly defaultSchema: string;
  readonly schemas: readonly string[];
  readonly tables: readonly TableEntry[];
}

/** The tables that were asked for, and every foreign key of the database. */
export interface DatabaseCatalog {
  readonly tables: ReadonlyMap<string, TableInfo>;
  readonly foreignKeys: readonly ForeignKey[];
}

export const EXACT: Collation = { kind: 'exact' };

const power = (bits: bigint): bigint => 2n ** bits;

/** The range of a signed or unsigned integer of so many bits. */
export function integerType(bits: bigint, unsigned = false): IntegerType {
  return unsigned
    ? { kind: 'integer', min: 0n, max: power(bits) - 1n }
    : { kind: 'integer', min: -power(bits - 1n), max: power(bits - 1n) - 1n };
}
