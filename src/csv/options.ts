/** Options for reading a file. */

export interface ColumnMapping {
  /** The name as the file spells it, or its position: `#3`. */
  readonly header: string;
  /** A field, a reference or a special name. `field:external_key` is the field of that name. */
  readonly name?: string | null;
  readonly ignore?: boolean | null;
}

export interface CsvFormat {
  /** Default: found from the first lines. */
  readonly delimiter?: string | null;
  /** Escapes a quote within quotes. Default: only a doubled quote is a quote. */
  readonly escape?: string | null;
  /** A byte order mark overrides this option. */
  readonly encoding?: string | null;
  /** A cell equal to this marker is an explicit null. */
  readonly nullMarker?: string | null;
  /** Splits the cells of many-to-many columns. */
  readonly listDelimiter?: string | null;
}

export interface CsvOptions {
  /** The file must have each header. */
  readonly columns?: readonly ColumnMapping[] | null;
  /** Like `columns`, for several files: a mapping is ignored in files that lack its header. */
  readonly sharedColumns?: readonly ColumnMapping[] | null;
  /** For lines whose own cell is blank, and for files without such a column. */
  readonly defaults?: { readonly actionFlags?: string | null; readonly matchOn?: string | null } | null;
  readonly format?: CsvFormat | null;
  /** The most bytes in a gzip file; 0 or undefined: no limit. */
  readonly maxUnpackedBytes?: number;
  /** Stops opening the file, which then throws CANCELLED. */
  readonly signal?: AbortSignal;
}
