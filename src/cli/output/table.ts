/** Tables of plain text. */
import { paint, printable, widthOf } from './text';

export interface Column<T> {
  readonly title: string;
  readonly value: (item: T) => string | number | null | undefined;
}

const GAP = '  ';

/** Numbers stand on the right. What comes in several pages keeps its columns as wide as they have become. */
export class Table<T> {
  private readonly widths: number[];
  private isBegun = false;

  constructor(private readonly columns: readonly Column<T>[]) {
    this.widths = columns.map(({ title }) => widthOf(title));
  }

  /** The lines of some items; before the first the titles. */
  lines(items: readonly T[]): string[] {
    const cells = items.map((item) => this.columns.map(({ value }) => value(item) ?? ''));
    const isNumeric = this.columns.map((_, index) => cells.length > 0 && cells.every((row) => typeof row[index] === 'number')); // prettier-ignore
    const texts = cells.map((row) => row.map((cell) => printable(String(cell))));
    for (const row of texts)
      row.forEach((text, index) => (this.widths[index] = Math.max(this.widths[index] ?? 0, widthOf(text))));
    const line = (row: readonly string[]): string =>
      row
        .map((text, index) => {
          const blanks = ' '.repeat(Math.max(0, (this.widths[index] ?? 0) - widthOf(text)));
          return isNumeric[index] ? blanks + text : text + blanks;
        })
        .join(GAP)
        .trimEnd();
    const titles = this.isBegun ? [] : [paint('bold', line(this.columns.map(({ title }) => title)))];
    this.isBegun = true;
    return [...titles, ...texts.map(line)];
  }
}

/** Names and what stands for them, below each other. */
export function pairs(entries: readonly (readonly [string, string | number])[]): string[] {
  const width = Math.max(0, ...entries.map(([name]) => widthOf(name)));
  return entries.map(([name, value]) =>
    `${paint('bold', name)}${' '.repeat(width - widthOf(name))}${GAP}${printable(String(value))}`.trimEnd(),
  );
}
