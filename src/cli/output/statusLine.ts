/** The last line of a terminal, which is redrawn while a command works. */
import { fitted } from './text';

/** Moves to the start of the line, and erases from there on. This includes lines that a smaller window has wrapped. */
const ERASE = '\r\u001b[J';
/** Turns off wrapping (DECAWM), because a window may have become smaller before the process notices. */
const CUT = '\u001b[?7l';
const WRAP = '\u001b[?7h';

class StatusLine {
  private isDrawn = false;

  /** Draws the line, and leaves the cursor at its start, where the terminal keeps it when the window's width changes. */
  draw(text: string): void {
    if (!this.isDrawn) process.once('exit', this.erase);
    this.isDrawn = true;
    process.stderr.write(`${ERASE}${CUT}${fitted(text, this.width)}${WRAP}\r`);
  }

  /** Erases the line, before other output is printed. */
  readonly erase = (): void => {
    if (!this.isDrawn) return;
    this.isDrawn = false;
    process.off('exit', this.erase);
    process.stderr.write(ERASE);
  };

  /** The columns for the text. Terminals differ in where the cursor is after the last column. */
  get width(): number {
    return Math.max(1, (process.stderr.columns || 80) - 1);
  }
}

export const statusLine = new StatusLine();
