/**
 * Follows quotes through a CSV text as csv-parse does with `relax_quotes`, to find one that is never closed, and a
 * row that is too long, before any row is handed out: csv-parse itself only knows when it gets there.
 */
export class QuoteScanner {
  private quoted = false;
  /** The last character was a quote inside a quoted cell: what follows says what it means. */
  private pending = false;
  private cellEmpty = true;
  private afterReturn = false;
  private line = 1;
  private opened = 0;
  private record = { line: 1, length: 0 };
  private longest = this.record;
  private ended = 0;
  private quotes = false;

  constructor(private readonly delimiter: string) {}

  feed(text: string): void {
    const isPlain = !text.includes('"');
    this.quotes ||= !isPlain;
    if (isPlain && !this.quoted && !this.pending && !this.afterReturn && !text.includes('\r')) this.skim(text);
    else for (const character of text) this.step(character);
  }

  /** A text with no other line breaks than \n, and no quotes, outside a quoted cell. */
  private skim(text: string): void {
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      this.line += 1;
      this.measure(end + 1 - start, true);
      start = end + 1;
    }
    if (start < text.length) this.measure(text.length - start, false);
    if (text !== '') this.cellEmpty = text.endsWith('\n') || text.endsWith(this.delimiter);
  }

  private step(character: string): void {
    const breaksLine = character === '\r' || (character === '\n' && !this.afterReturn);
    const endsCell = character === this.delimiter || character === '\n' || character === '\r';
    if (this.pending) {
      this.pending = false;
      // A doubled quote stands for one; anything but the end of the cell makes the quote an ordinary character.
      if (character === '"') this.cellEmpty = false;
      else {
        this.quoted = false;
        this.cellEmpty = endsCell;
      }
    } else if (this.quoted) {
      if (character === '"') this.pending = true;
      else this.cellEmpty = false;
    } else if (character === '"' && this.cellEmpty) {
      this.quoted = true;
      this.opened = this.line;
    } else this.cellEmpty = endsCell;
    if (breaksLine) this.line += 1;
    this.afterReturn = character === '\r';
    this.measure(character.length, breaksLine && !this.quoted);
  }

  private measure(length: number, ends: boolean): void {
    this.record.length += length;
    if (this.record.length > this.longest.length) this.longest = this.record;
    if (!ends) return;
    this.ended += 1;
    this.record = { line: this.line, length: 0 };
  }

  /** The line where a quote opened that is not closed by now; null where there is none. */
  get unclosedLine(): number | null {
    return this.quoted && !this.pending ? this.opened : null;
  }

  get hasQuotes(): boolean {
    return this.quotes;
  }

  /** Rows that end with a line break, blank ones and the header included. */
  get endedRecords(): number {
    return this.ended;
  }

  /** The longest row, in characters, and the line where it starts. */
  get longestRecord(): { readonly line: number; readonly length: number } {
    return this.longest;
  }
}
