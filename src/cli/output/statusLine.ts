/** The last line of a terminal, drawn again and again while a command works. */
import { fitted } from './text';

/** To the start of the line; from there on everything is erased, also what a smaller window has wrapped. */
const ERASE = '\r\u001b[J';
/** A window may have become smaller than the process knows yet: there a line is cut, not wrapped (DECAWM). */
const CUT = '\u001b[?7l';
const WRAP = '\u001b[?7h';

class StatusLine {
  private isDrawn = false;

  /** The cursor waits at the start of the line: there the terminal keeps it if the window changes its width. */
  draw(text: string): void {
    if (!this.isDrawn) process.once('exit', this.erase);
    this.isDrawn = true;
    process.stderr.write(`${ERASE}${CUT}${fitted(text, this.width)}${WRAP}\r`);
  }

  /** Makes room for other output. */
  readonly erase = (): void => {
    if (!this.isDrawn) return;
    this.isDrawn = false;
    process.off('exit', this.erase);
    process.stderr.write(ERASE);
  };

  /** Columns that a text may take. In the last one terminals differ about where the cursor is. */
  get width(): number {
    return Math.max(1, (process.stderr.columns || 80) - 1);
  }
}

export const statusLine = new StatusLine();
