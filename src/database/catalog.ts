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

/** The type of a column, with its limits. Lengths count characters, `maxBytes` bytes of UTF-8. */
export type ColumnType =
  | {
      readonly kind: 'string';
      readonly maxLength?: number;
      readonly maxBytes?: number;
      readonly padded?: boolean;
      readonly collation: Collation;
    }
  | { readonly kind: 'enum'; readonly members: readonly string[]; readonly collation: Collation }
  | { readonly kind: 'integer'; readonly min: bigint; readonly max: bigint }
  | { readonly kind: 'decimal'; readonly precision?: number; readonly scale?: number; readonly digits?: number }
  | { readonly kind: 'float'; readonly single: boolean }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'date' }
  | { readonly kind: 'time'; readonly fraction: number }
  /** `fraction`: digits of a second that are kept. `min`, `max`: ISO 8601, where the type is narrower than years 1 to 9999. */
  | {
      readonly kind: 'datetime';
      readonly fraction: number;
      readonly zoned: boolean;
      readonly min?: string;
      readonly max?: string;
    }
  | { readonly kind: 'json' }
  | { readonly kind: 'uuid' }
  | { readonly kind: 'binary'; readonly maxBytes?: number }
  | { readonly kind: 'other'; readonly sqlType: string };

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
  /** Computed by the database, never written. */
  readonly generated: boolean;
  /** Changed by the database on each update of the row. */
  readonly changesOnUpdate: boolean;
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
  readonly targetColumns: readonly string[];
  readonly onDelete: DeleteRule;
}

export interface TableInfo {
  readonly name: string;
  readonly columns: readonly ColumnInfo[];
  readonly primaryKey: readonly string[];
  readonly uniqueKeys: readonly UniqueKey[];
  readonly hasTriggers: boolean;
}

/** The tables that were asked for, and every foreign key of the database. */
export interface DatabaseCatalog {
  readonly tables: ReadonlyMap<string, TableInfo>;
  readonly foreignKeys: readonly ForeignKey[];
}

export const EXACT: Collation = { kind: 'exact' };

const power = (bits: bigint): bigint => 2n ** bits;

/** The range of a signed or unsigned integer of so many bits. */
export function integerType(bits: bigint, unsigned = false): ColumnType {
  return unsigned
    ? { kind: 'integer', min: 0n, max: power(bits) - 1n }
    : { kind: 'integer', min: -power(bits - 1n), max: power(bits - 1n) - 1n };
}
