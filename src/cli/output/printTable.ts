/** Prints tables, and names on stderr the columns for which the terminal is too narrow. */
import { note, print } from './output';
import { type Column, Table } from './table';

export class TablePrinter<T> {
  private readonly table: Table<T>;
  private isBegun = false;

  constructor(columns: readonly Column<T>[]) {
    this.table = new Table(columns);
  }

  /** Prints more items of the table. */
  async print(items: readonly T[]): Promise<void> {
    await print(...this.table.lines(items));
    const { omitted } = this.table;
    if (!this.isBegun && omitted.length > 0)
      note(`The terminal is too narrow for: ${omitted.join(', ')}. Make it wider, or use --json.`);
    this.isBegun = true;
  }
}

/** A whole table. */
export const printTable = <T>(columns: readonly Column<T>[], items: readonly T[]): Promise<void> =>
  new TablePrinter(columns).print(items);
