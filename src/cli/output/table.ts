/** Tables of plain text, at most as wide as the terminal. */
import { fitted, grouped, paint, printable, widthOf } from './text';

export interface Column<T> {
  readonly title: string;
  /** Numbers are counts, which are grouped and right-aligned. */
  readonly value: (item: T) => string | number | null | undefined;
  /** Right-aligned, but not grouped, such as ids. */
  readonly align?: 'right';
  /** May be omitted if the terminal is too narrow. The column with the highest number is omitted first. */
  readonly spare?: number;
}

const GAP = '  ';
/** Text columns are truncated to this width before other columns are omitted. */
const NARROWEST = 12;

const blanks = (text: string, width: number): string => ' '.repeat(Math.max(0, width - widthOf(text)));

/** The columns of the terminal; Infinity if stdout is a file or pipe. */
const terminalWidth = (): number => (process.stdout.isTTY ? process.stdout.columns || 80 : Infinity);

interface Shape {
  readonly widths: readonly number[];
  /** The indexes of omitted columns. */
  readonly hidden: ReadonlySet<number>;
}

/** Shrinks the widest text column until everything fits, or no column can shrink further. */
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

/** A table of several pages. It has the columns of the first page, which become wider if a later page needs it. */
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

  /** The titles of omitted columns. */
  get omitted(): string[] {
    return this.columns.filter((_, index) => this.hidden.has(index)).map(({ title }) => title);
  }

  /** The lines of some items. The titles precede the first line. */
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

  /** Truncates texts first, and omits spare columns if this is not enough. */
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

/** Names and values, one pair per line. */
export function pairs(entries: readonly (readonly [string, string | number])[]): string[] {
  const width = Math.max(0, ...entries.map(([name]) => widthOf(name)));
  return entries.map(([name, value]) => {
    const text = typeof value === 'number' ? grouped(value) : printable(value);
    return `${paint('bold', name)}${blanks(name, width)}${GAP}${text}`.trimEnd();
  });
}
