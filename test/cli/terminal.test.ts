/** Output on a terminal: progress, Ctrl-C, windows of any width, questions. */
import { execFileSync } from 'node:child_process';
import { createWriteStream, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, gzipSync } from 'node:zlib';
import { nsync } from '../support/commandLine';
import { DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';
import { serve, type TestServer } from '../support/server';
import { CTRL_C, TerminalCommand } from '../support/terminal';

const [SQLITE] = DATABASES;
const MANY = 60_000;
/** Files with the weights of parcels in grams. */
const PARCELS: Readonly<Record<string, readonly number[]>> = {
  // One second for every second thousand rows.
  'slow.csv': Array.from({ length: MANY }, (_, index) => (index % 2000 === 1999 ? 1000 : 0)),
  // Two minutes for the last row.
  'stuck.csv': [...Array<number>(1999).fill(0), 120_000],
};
/** Storing a parcel takes one millisecond per gram. A file shows that it has begun. */
const MODELS = `
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { Model } = require(${JSON.stringify(require.resolve('objection'))});
exports.Parcel = class Parcel extends Model {
  static tableName = 'parcel';
  async $beforeInsert() {
    if (this.grams === 0) return;
    writeFileSync(join(__dirname, 'storing'), '');
    await new Promise((resolve) => setTimeout(resolve, this.grams));
  }
};
`;
const SLOW = ['sync-file', 'Post', 'Parcel', 'slow.csv', '--flags', 'c'];
const STUCK = ['sync-file', 'Post', 'Parcel', 'stuck.csv', '--flags', 'c'];
const STOPPING = 'Stopping. Press Ctrl-C again to quit immediately.';
const UNDONE = 'nsync: The run was stopped on request. All its changes were undone.';
const SYNCING = /^Syncing \[=*>-*\] \d+% · [\d,]+,000 rows · [\d,]+ rows\/s · \d+:\d\d left$/;
/** A progress line, or a part of one. */
const PIECE = /\[[=>-]|-\]|rows\/s|MB|Syncing|left/;

const createParcels = async ({ database }: TestDatabase): Promise<void> => {
  await database.knex.schema.createTable('parcel', (table) => {
    table.increments();
    table.integer('grams').notNullable();
  });
};

/** Endless blank lines after a header. */
function* blankLines(header: string): Generator<Buffer> {
  yield Buffer.from(header);
  for (const lines = Buffer.alloc(1_000_000, '\n'); ;) yield lines;
}

/** Compresses badly, so that the megabytes read increase soon. */
const packed = (bytes: Buffer): Buffer => gzipSync(bytes, { strategy: constants.Z_HUFFMAN_ONLY });

describe('on a terminal', () => {
  let folder: string;
  let models: string;
  let local: TestDatabase;
  let server: TestServer;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nsync-terminal-'));
    local = await migratedDatabase(SQLITE!);
    await createParcels(local);
    models = join(folder, 'models.js');
    writeFileSync(models, MODELS);
    server = await serve(SQLITE!, { models, prepare: createParcels });
    for (const [name, grams] of Object.entries(PARCELS))
      writeFileSync(join(folder, name), `external_key,grams\n${grams.map((own, row) => `${row},${own}\n`).join('')}`);
  });
  afterAll(async () => {
    await server.stop();
    await local.drop();
    rmSync(folder, { recursive: true });
  });

  const commands: TerminalCommand[] = [];
  const onTerminal = (args: readonly string[], columns = 100): TerminalCommand => {
    const command = new TerminalCommand(args, columns, { cwd: folder });
    commands.push(command);
    return command;
  };
  afterEach(async () => {
    for (const command of commands.splice(0)) await command.stop();
  });
  /** A run that stops only when the process is quit. */
  const stuck = async (columns?: number): Promise<TerminalCommand> => {
    const storing = join(folder, 'storing');
    rmSync(storing, { force: true });
    const command = onTerminal([...STUCK, ...toDatabase()], columns);
    await command.until('that it stores the last row', () => Promise.resolve(existsSync(storing)));
    await command.writes('Syncing', 1);
    return command;
  };
  const quit = async (command: TerminalCommand): Promise<void> => {
    command.type(CTRL_C);
    await command.shows(/^Stopping/);
    await command.writes('Syncing', 1);
    command.type(CTRL_C);
    expect(await command.ended).toBe(130);
  };
  /** The remaining screen, without the line that names the database or server, and without the terminal's echo of Ctrl-C. */
  const left = async (command: TerminalCommand): Promise<string[]> =>
    (await command.lines()).slice(1).filter((line) => line !== '^C');
  const toDatabase = (): string[] => ['--database', local.url, '--models', models];
  const toServer = (): string[] => ['--server', server.url];

  describe.each([
    ['a database', toDatabase, () => local.database, 'nsync: Stopped before anything was run.'],
    ['a server', toServer, () => server.server.database, 'nsync: Stopped before the server had everything: nothing was run.'],
  ])('with %s', (_name, transport, database, nothing) => {
    const statuses = (): Promise<string[]> => database().reader('nsync_runs').orderBy('id').pluck<string[]>('status');

    describe.each<[string, (command: TerminalCommand) => void, number, string]>([
      ['Ctrl-C', (command) => command.type(CTRL_C), 130, STOPPING],
      ['SIGTERM', (command) => command.kill('SIGTERM'), 143, 'Stopping.'],
    ])('%s', (_how, stop, code, note) => {
      it('cancels a run, which showed rows and rows/s, and leaves no progress behind', async () => {
        const before = await statuses();
        const command = onTerminal([...SLOW, ...transport()]);
        await command.shows(SYNCING);
        stop(command);
        expect(await command.ended).toBe(code);
        expect(await left(command)).toEqual([note, UNDONE]);
        expect(await statuses()).toEqual([...before, 'CANCELLED']);
      });

      it.each([
        ['blank.csv', (bytes: Buffer) => bytes],
        ['blank.csv.gz', packed],
      ])('stops the reading of blank lines that never end: %s', async (name, pack) => {
        const path = join(folder, name);
        execFileSync('mkfifo', [path]);
        const pieces = Readable.from(blankLines('grams\n')).map(pack);
        const writing = pipeline(pieces, createWriteStream(path)).catch((error: unknown) => error);
        const before = await statuses();
        const command = onTerminal(['sync-file', 'Post', 'Parcel', name, '--flags', 'c', ...transport()]);
        await command.shows(/^(Reading|Uploading).* · (?!0\.0)\d+\.\d MB · /);
        stop(command);
        expect(await command.ended).toBe(code);
        expect(await left(command)).toEqual([note, nothing]);
        expect(await writing).toMatchObject({ code: 'EPIPE' });
        expect(await statuses()).toEqual(before);
        rmSync(path);
      });
    });
  }); // prettier-ignore

  it('quits at once after the second Ctrl-C, and leaves no progress behind', async () => {
    const command = await stuck();
    await quit(command);
    expect(await left(command)).toEqual([STOPPING]);
  });

  it.each([
    [100, [60, 40, 20, 90]],
    [30, [120, 25]],
  ])('a window of %d columns that becomes %j wide shows one line of progress', async (columns, widths) => {
    const command = await stuck(columns);
    for (const width of widths)
      for (const change of ['resizeUntold', 'resize'] as const) {
        await command[change](width);
        // Parts of an earlier drawing would still be visible.
        await command.writes('Syncing', 3);
        const lines = await command.lines();
        const pieces = lines.filter((line) => PIECE.test(line));
        const whole = change === 'resize' ? /^Syncing .*%/ : /^Syncing/;
        expect([change, width, pieces]).toEqual([change, width, [expect.stringMatching(whole)]]);
        expect(lines.at(-1)).toBe(pieces[0]);
      }
    await quit(command);
    expect((await command.lines()).filter((line) => PIECE.test(line))).toEqual([]);
  });

  describe('with runs of long names', () => {
    const system = 'The warehouse of the post office in the old town';
    beforeAll(async () => {
      writeFileSync(
        join(folder, 'light.csv'),
        'external_key,grams\nThe key of a parcel that somebody has typed by hand,0\n',
      );
      for (const dryRun of [[], ['--dry-run']]) {
        const { code } = await nsync(['sync-file', system, 'Parcel', 'light.csv', '--flags', 'cu', ...dryRun, ...toServer()], { cwd: folder }); // prettier-ignore
        expect(code).toBe(0);
      }
    });

    const NOTE = /^The terminal is too narrow for: (.*)\. Make it wider, or use --json\.$/;
    const titlesOf = (line = ''): string[] => line.trim().split(/ {2,}/);

    it.each(['runs', 'mappings', 'systems', 'models'])('%s fits windows of any width', async (words) => {
      const all = titlesOf((await nsync([words, ...toServer()], { cwd: folder })).stdout.split('\n')[0]);
      for (const columns of [200, 120, 80, 60]) {
        const command = onTerminal([words, ...toServer()], columns);
        expect(await command.ended).toBe(0);
        const [, titles, ...rest] = await command.written();
        const items = rest.filter((line) => !NOTE.test(line));
        const hidden = rest.flatMap((line) => NOTE.exec(line)?.[1]?.split(', ') ?? []);
        expect(items.length).toBeGreaterThan(0);
        expect([titles, ...items].filter((line = '') => line.length > columns)).toEqual([]);
        const shown = titlesOf(titles).map((title) => title.replace('…', ''));
        const found = all.filter((title) => hidden.includes(title) || shown.some((start) => title.startsWith(start)));
        expect([columns, found, shown.length + hidden.length]).toEqual([columns, all, all.length]);
        if (words === 'runs') expect([columns, hidden.includes('Dry run')]).toEqual([columns, columns < 120]);
      }
    });
  });

  it.each([
    ['n\r', 2, 'nsync: Nothing was removed.'],
    ['\r', 2, 'nsync: Nothing was removed.'],
    [CTRL_C, 130, 'nsync: Nothing was removed.'],
    ['\u0004', 2, 'nsync: Nothing was removed.'],
    ['yes\r', 0, /own_tables/],
  ])('migrate down asks before it removes anything; %j', async (keys, code, told) => {
    const command = onTerminal(['migrate', 'down', '--database', local.url]);
    await command.shows(/^This removes all systems, mappings and runs\. Type "yes" to continue:/);
    command.type(keys);
    expect(await command.ended).toBe(code);
    expect((await command.lines()).at(-1)).toMatch(told);
    expect(await local.database.knex.schema.hasTable('nsync_runs')).toBe(code !== 0);
  });
});
