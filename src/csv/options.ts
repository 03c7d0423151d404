/** How a file is to be read. */

export interface ColumnMapping {
  readonly header: string;
  readonly name?: string | null;
  readonly ignore?: boolean | null;
}

export interface CsvFormat {
  /** Found from the header line where not given. */
  readonly delimiter?: string | null;
  /** A byte order mark wins. */
  readonly encoding?: string | null;
  /** A cell equal to it is an explicit null. */
  readonly nullMarker?: string | null;
  /** Splits the cells of many-to-many columns. */
  readonly listDelimiter?: string | null;
}

export interface CsvOptions {
  readonly columns?: readonly ColumnMapping[] | null;
  /** For lines whose own cell is blank, or where the file has no such column. */
  readonly defaults?: { readonly actionFlags?: string | null; readonly matchOn?: string | null } | null;
  readonly format?: CsvFormat | null;
}
