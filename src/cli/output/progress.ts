/** What is going on, on a terminal; nothing elsewhere. */
import { Format, SingleBar } from 'cli-progress';

/** One thing after another that a command does. */
export interface Stage {
  /** "Uploading" */
  readonly what: string;
  /** What is counted; nothing is where it is not given. */
  readonly unit?: 'rows' | 'bytes';
  /** How many there are; null where nobody knows. */
  readonly total?: number | null;
}

export interface Progress {
  begin(stage: Stage): void;
  /** How many are done of the stage that has begun. */
  at(done: number): void;
  end(): void;
}

export const silent: Progress = { begin: () => undefined, at: () => undefined, end: () => undefined };

const UNITS = {
  rows: (count: number) => `${Math.round(count).toLocaleString('en')} rows`,
  bytes: (count: number) => `${(count / 1_000_000).toFixed(1)} MB`,
};
const BAR_WIDTH = 24;

/** Seconds as hours, minutes and seconds: `1:05:09`. */
export function clock(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const parts = [...(hours > 0 ? [hours] : []), minutes, Math.floor(seconds) % 60];
  return parts.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}

/** The line that shows a stage: `Syncing [=====---] 62% · 120,000 rows · 15,000 rows/s · 0:05 left`. */
export function progressLine({ what, unit, total }: Stage, done: number, seconds: number): string {
  const elapsed = clock(seconds);
  if (!unit) return `${what} · ${elapsed}`;
  const format = UNITS[unit];
  const rate = seconds > 0 ? done / seconds : 0;
  const speed = `${format(done)} · ${format(rate)}/s`;
  // The total is an estimate: what goes beyond it shows as nearly done.
  if (!total) return `${what} · ${speed} · ${elapsed}`;
  const share = Math.min(done / total, 1);
  const bar = Format.BarFormat(share, { barsize: BAR_WIDTH, barCompleteString: '='.repeat(BAR_WIDTH), barIncompleteString: '-'.repeat(BAR_WIDTH), barGlue: '>' }); // prettier-ignore
  const left = rate > 0 ? clock(Math.max(0, total - done) / rate) : '…';
  return `${what} [${bar}] ${Math.floor(share * 100)}% · ${speed} · ${left} left`;
}

class Bar implements Progress {
  private bar: SingleBar | null = null;

  begin(stage: Stage): void {
    this.end();
    const started = performance.now();
    this.bar = new SingleBar({
      stream: process.stderr,
      hideCursor: true,
      clearOnComplete: true,
      // Moves on even where nothing is counted.
      forceRedraw: true,
      gracefulExit: false,
      format: (_options, { value }) => progressLine(stage, value, (performance.now() - started) / 1000),
    });
    this.bar.start(stage.total ?? 0, 0);
  }

  at(done: number): void {
    this.bar?.update(done);
  }

  end(): void {
    this.bar?.stop();
    this.bar = null;
  }
}

/** A bar on a terminal, none in a pipe. */
export const makeProgress = (isWanted: boolean): Progress => (isWanted && process.stderr.isTTY ? new Bar() : silent);
