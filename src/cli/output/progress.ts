/** Shows the progress of a command on a terminal. */
import { statusLine } from './statusLine';
import { grouped, widthOf } from './text';

/** A step of a command. */
export interface Stage {
  /** "Uploading" */
  readonly what: string;
  /** The unit of the counted amount. Undefined: nothing is counted. */
  readonly unit?: 'rows' | 'bytes';
  /** The total amount; null if it is unknown. */
  readonly total?: number | null;
}

export interface Progress {
  begin(stage: Stage): void;
  /** Sets the finished amount of the current stage. `rate`: the amount per second, if it is measured elsewhere. */
  at(done: number, rate?: number | null): void;
  end(): void;
}

/** The progress of a stage. */
interface Reached {
  readonly done: number;
  readonly seconds: number;
  /** The amount per second. */
  readonly rate?: number | null;
}

const silent: Progress = { begin: () => undefined, at: () => undefined, end: () => undefined };

const UNITS = {
  rows: (count: number) => `${grouped(Math.round(count))} rows`,
  bytes: (count: number) => `${grouped(Number((count / 1_000_000).toFixed(1)), 1)} MB`,
};
const BAR_WIDTH = 24;
const BETWEEN_DRAWINGS = 100;

/** Seconds as hours, minutes and seconds: `1:05:09`. */
export function clock(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const parts = [...(hours > 0 ? [hours] : []), minutes, Math.floor(seconds) % 60];
  return parts.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}

function barOf(share: number): string {
  const filled = Math.round(share * BAR_WIDTH);
  return `[${'='.repeat(filled)}>${'-'.repeat(BAR_WIDTH - filled)}]`;
}

/** The possible lines for a stage, from the longest to the shortest. */
function lines({ what, unit, total }: Stage, { done, seconds, rate: measured }: Reached): string[] {
  const elapsed = clock(seconds);
  if (!unit) return [`${what} · ${elapsed}`, what];
  const format = UNITS[unit];
  const rate = measured ?? (seconds > 0 ? done / seconds : 0);
  const speed = `${format(done)} · ${format(rate)}/s`;
  if (!total) return [`${what} · ${speed} · ${elapsed}`, `${what} · ${speed}`, `${what} · ${format(done)}`];
  // The total is an estimate, so the finished amount may exceed it.
  const share = Math.min(done / total, 1);
  const left = `${rate > 0 ? clock(Math.max(0, total - done) / rate) : '…'} left`;
  const percent = `${Math.floor(share * 100)}%`;
  return [
    `${what} ${barOf(share)} ${percent} · ${speed} · ${left}`,
    `${what} ${percent} · ${speed} · ${left}`,
    `${what} ${percent} · ${speed}`,
    `${what} ${percent} · ${left}`,
    `${what} ${percent}`,
  ];
}

/** The line for a stage in `width` columns: `Syncing [===>---] 62% · 120,000 rows · 15,000 rows/s · 0:05 left`. */
export function progressLine(stage: Stage, reached: Reached, width = Infinity): string {
  const all = lines(stage, reached);
  return all.find((line) => widthOf(line) <= width) ?? all.at(-1) ?? '';
}

class TerminalProgress implements Progress {
  private stage: Stage | null = null;
  private started = 0;
  private done = 0;
  private rate: number | null = null;
  private timer: NodeJS.Timeout | undefined;

  begin(stage: Stage): void {
    this.end();
    this.stage = stage;
    this.started = performance.now();
    this.timer = setInterval(this.draw, BETWEEN_DRAWINGS).unref();
    process.stderr.on('resize', this.draw);
    this.draw();
  }

  at(done: number, rate: number | null = null): void {
    this.done = done;
    this.rate = rate;
  }

  end(): void {
    clearInterval(this.timer);
    process.stderr.off('resize', this.draw);
    this.stage = null;
    this.at(0);
    statusLine.erase();
  }

  private readonly draw = (): void => {
    if (!this.stage) return;
    const { done, rate } = this;
    const seconds = (performance.now() - this.started) / 1000;
    statusLine.draw(progressLine(this.stage, { done, seconds, rate }, statusLine.width));
  };
}

/** The progress line on a terminal. In a pipe, nothing is shown. */
export const makeProgress = (isWanted: boolean): Progress =>
  isWanted && process.stderr.isTTY ? new TerminalProgress() : silent;
