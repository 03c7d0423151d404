/** How a file is to be read. */

export interface ColumnMapping {
  /** As the file spells it, or its position: `#3`. */
  readonly header: string;
  /** A field, a reference or a special name; `field:external_key` is the field of that name. */
  readonly name?: string | null;
  readonly ignore?: boolean | null;
}

export interface CsvFormat {
  /** Found from the first lines if not given. */
  readonly delimiter?: string | null;
  /** Escapes a quote within quotes; if not given, only a doubled quote stands for a quote. */
  readonly escape?: string | null;
  /** A byte order mark wins. */
  readonly encoding?: string | null;
  /** A cell equal to it is an explicit null. */
  readonly nullMarker?: string | null;
  /** Splits the cells of many-to-many columns. */
  readonly listDelimiter?: string | null;
}

export interface CsvOptions {
  /** The file must have each header. */
  readonly columns?: readonly ColumnMapping[] | null;
  /** As `columns`, for several files: a header that this file lacks is left out. */
  readonly sharedColumns?: readonly ColumnMapping[] | null;
  /** For lines whose own cell is blank, or where the file has no such column. */
  readonly defaults?: { readonly actionFlags?: string | null; readonly matchOn?: string | null } | null;
  readonly format?: CsvFormat | null;
  /** Of what a gzip file holds; 0 or not given: no limit. */
  readonly maxUnpackedBytes?: number;
  /** Stops opening the file, which then throws CANCELLED. */
  readonly signal?: AbortSignal;
}
