/** Tables of plain text, as wide as the terminal at most. */
import { fitted, grouped, paint, printable, widthOf } from './text';

export interface Column<T> {
  readonly title: string;
  /** Numbers are counts: they are grouped, and stand on the right. */
  readonly value: (item: T) => string | number | null | undefined;
  /** Numbers that are names, such as ids, are not grouped. */
  readonly align?: 'right';
  /** Left out if the terminal is too narrow: the highest first. */
  readonly spare?: number;
}

const GAP = '  ';
/** Columns of text are cut down to this width before others are left out. */
const NARROWEST = 12;

const blanks = (text: string, width: number): string => ' '.repeat(Math.max(0, width - widthOf(text)));

/** Columns of the terminal that stdout is; Infinity for files and pipes. */
const terminalWidth = (): number => (process.stdout.isTTY ? process.stdout.columns || 80 : Infinity);

interface Shape {
  readonly widths: readonly number[];
  /** Indexes of columns that are left out. */
  readonly hidden: ReadonlySet<number>;
}

/** Takes from the widest column of text until everything fits, or none can give any more. */
function narrowed(widths: readonly number[], canShrink: readonly boolean[], width: number): number[] {
  const narrow = [...widths];
  const total = (): number => narrow.reduce((sum, own) => sum + own, 0);
  while (total() > width) {
    const widest = narrow.reduce(
      (best, own, index) => (canShrink[index] && own > NARROWEST && own > (narrow[best] ?? 0) ? index : best),
      -1,
    );
    if (widest < 0) break;
    narrow[widest] = Math.max(NARROWEST, (narrow[widest] ?? 0) - (total() - width));
  }
  return narrow;
}

/** Lists of several pages keep the columns of the first page, which grow if a later page needs it. */
export class Table<T> {
  private readonly widths: number[];
  private hidden: ReadonlySet<number> = new Set();
  private isBegun = false;

  constructor(
    private readonly columns: readonly Column<T>[],
    private readonly width = terminalWidth(),
  ) {
    this.widths = columns.map(({ title }) => widthOf(title));
  }

  /** Titles of the columns that the terminal has no room for. */
  get left(): string[] {
    return this.columns.filter((_, index) => this.hidden.has(index)).map(({ title }) => title);
  }

  /** The lines of some items; before the first the titles. */
  lines(items: readonly T[]): string[] {
    const cells = items.map((item) => this.columns.map(({ value }) => value(item) ?? ''));
    const isNumeric = this.columns.map(
      ({ align }, index) =>
        align === 'right' || (cells.length > 0 && cells.every((row) => typeof row[index] === 'number')),
    );
    const texts = cells.map((row) =>
      row.map((cell) => (typeof cell === 'number' ? grouped(cell) : printable(String(cell)))),
    );
    for (const row of texts)
      row.forEach((text, index) => (this.widths[index] = Math.max(this.widths[index] ?? 0, widthOf(text))));
    const { widths, hidden } = this.shape(isNumeric);
    this.hidden = hidden;
    const line = (row: readonly string[]): string =>
      row
        .flatMap((text, index) => {
          if (hidden.has(index)) return [];
          const width = widths[index] ?? 0;
          const shown = fitted(text, width);
          return [isNumeric[index] ? blanks(shown, width) + shown : shown + blanks(shown, width)];
        })
        .join(GAP)
        .trimEnd();
    const cut = (text: string): string => fitted(text, this.width);
    const titles = this.isBegun ? [] : [paint('bold', cut(line(this.columns.map(({ title }) => title))))];
    this.isBegun = true;
    return [...titles, ...texts.map((row) => cut(line(row)))];
  }

  /** Cuts texts first, and leaves out spare columns if this is not enough. */
  private shape(isNumeric: readonly boolean[]): Shape {
    const spares = this.isBegun
      ? []
      : this.columns.flatMap(({ spare }, index) => (spare === undefined ? [] : [{ spare, index }]));
    const next = spares.sort((a, b) => a.spare - b.spare);
    const hidden = new Set(this.hidden);
    for (;;) {
      const shownWidths = this.widths.map((own, index) => (hidden.has(index) ? 0 : own));
      const gaps = Math.max(0, this.columns.length - hidden.size - 1) * GAP.length;
      const canShrink = this.columns.map((_, index) => !isNumeric[index] && !hidden.has(index));
      const widths = narrowed(shownWidths, canShrink, this.width - gaps);
      const fits = widths.reduce((sum, own) => sum + own, gaps) <= this.width;
      const spare = fits ? undefined : next.pop();
      if (!spare) return { widths, hidden };
      hidden.add(spare.index);
    }
  }
}

/** Names and their values, below each other. */
export function pairs(entries: readonly (readonly [string, string | number])[]): string[] {
  const width = Math.max(0, ...entries.map(([name]) => widthOf(name)));
  return entries.map(([name, value]) => {
    const text = typeof value === 'number' ? grouped(value) : printable(value);
    return `${paint('bold', name)}${blanks(name, width)}${GAP}${text}`.trimEnd();
  });
}
