/** A command on a terminal: a pseudo terminal, and the screen that xterm makes of the output. */
import { setTimeout } from 'node:timers/promises';
import { type IPty, spawn } from '@lydell/node-pty';
import { Terminal as Screen } from '@xterm/headless';
import { MAIN, type Surroundings } from './commandLine';

export const CTRL_C = '\u0003';

const ROWS = 40;
const BETWEEN_LOOKS = 20;
const LONGEST_WAIT = 40_000;

export class TerminalCommand {
  /** Resolves with the exit code when the command has ended. */
  readonly ended: Promise<number>;
  private readonly screen: Screen;
  private readonly terminal: IPty;
  private drawing: Promise<void> = Promise.resolve();
  private output = '';
  private hasEnded = false;

  /** Starts `nsync` in a window with this number of columns. */
  constructor(args: readonly string[], columns: number, { cwd, env }: Surroundings = {}) {
    const { PATH = '', HOME = '' } = process.env;
    this.screen = new Screen({ cols: columns, rows: ROWS, allowProposedApi: true });
    this.terminal = spawn(process.execPath, [MAIN, ...args], {
      cols: columns,
      rows: ROWS,
      cwd,
      env: { PATH, HOME, TERM: 'xterm', NO_COLOR: '1', ...env },
    });
    this.terminal.onData((text) => {
      this.output += text;
      this.drawing = this.drawing.then(() => new Promise((resolve) => this.screen.write(text, resolve)));
    });
    this.ended = new Promise((resolve) => {
      this.terminal.onExit(({ exitCode }) => {
        this.hasEnded = true;
        resolve(exitCode);
      });
    });
  }

  /** The lines on the screen, without empty ones at the end. A line that is too long is shown as several. */
  async lines(): Promise<string[]> {
    await this.drawing;
    const { active } = this.screen.buffer;
    const lines = Array.from({ length: active.length }, (_, y) => active.getLine(y)?.translateToString(true) ?? '');
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }

  /** The written lines, including those that are too long for the window. */
  async written(): Promise<string[]> {
    await this.drawing;
    const { active } = this.screen.buffer;
    const isWrapped = (y: number): boolean => active.getLine(y)?.isWrapped ?? false;
    const lines: string[] = [];
    for (let y = 0; y < active.length; y += 1) {
      const text = active.getLine(y)?.translateToString(!isWrapped(y + 1)) ?? '';
      if (isWrapped(y)) lines.push(`${lines.pop()}${text}`);
      else lines.push(text);
    }
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }

  /** Waits until a line on the screen contains a text. */
  shows(text: RegExp): Promise<void> {
    return this.until(String(text), async () => (await this.lines()).some((line) => text.test(line)));
  }

  /** Waits until a text has been written a number of times from now on. */
  async writes(text: string, times: number): Promise<void> {
    const start = this.output.length;
    await this.until(`${text} again`, () => Promise.resolve(this.output.slice(start).split(text).length > times));
  }

  type(keys: string): void {
    this.terminal.write(keys);
  }

  kill(signal: NodeJS.Signals): void {
    if (!this.hasEnded) this.terminal.kill(signal);
  }

  /** Ends the command, if it has not ended. */
  async stop(): Promise<void> {
    this.kill('SIGKILL');
    await this.ended;
  }

  /** Changes the width of the window. */
  async resize(columns: number): Promise<void> {
    await this.resizeUntold(columns);
    this.terminal.resize(columns, ROWS);
  }

  /** Changes the width of the window before the command is notified. */
  async resizeUntold(columns: number): Promise<void> {
    await this.drawing;
    this.screen.resize(columns, ROWS);
  }

  /** Waits for a condition. Throws if the command ends first, or after a time limit. */
  async until(wanted: string, isSo: () => Promise<boolean>): Promise<void> {
    const start = performance.now();
    while (!(await isSo())) {
      if (this.hasEnded || performance.now() - start > LONGEST_WAIT) {
        this.kill('SIGKILL');
        throw new Error(`the terminal never showed ${wanted}:\n${(await this.lines()).join('\n')}`);
      }
      await setTimeout(BETWEEN_LOOKS);
    }
  }
}
