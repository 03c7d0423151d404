/** Prints tables, and notes on stderr which columns the terminal has no room for. */
import { note, print } from './output';
import { type Column, Table } from './table';

export class TablePrinter<T> {
  private readonly table: Table<T>;
  private isBegun = false;

  constructor(columns: readonly Column<T>[]) {
    this.table = new Table(columns);
  }

  /** The next items of the table. */
  async print(items: readonly T[]): Promise<void> {
    await print(...this.table.lines(items));
    const { left } = this.table;
    if (!this.isBegun && left.length > 0)
      note(`The terminal is too narrow for: ${left.join(', ')}. Make it wider, or use --json.`);
    this.isBegun = true;
  }
}

/** A whole table. */
export const printTable = <T>(columns: readonly Column<T>[], items: readonly T[]): Promise<void> =>
  new TablePrinter(columns).print(items);
