/** The railway example: afterwards, the tables contain every cell of the feed's seven files, on every database. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { Knex } from 'knex';
import { type FileResult, readFeedFile, syncFeed } from '../../examples/gtfs/client';
import { FEED } from '../../examples/gtfs/feed';
import { createFeedTables } from '../../examples/gtfs/tables';
import { DATABASES } from '../support/databases';
import { serve, type TestServer } from '../support/server';

const EXAMPLE = join(__dirname, '../../examples/gtfs');
type Cells = Record<string, unknown>;

const feedRows = (file: string): Cells[] =>
  parse(readFeedFile(join(EXAMPLE, 'feed'), file), {
    columns: (header: string[]) => header.map((name) => name.trim()),
    bom: true,
  });

/** How each table is read, so that its columns equal those of the file. */
const READ: Record<string, (knex: Knex) => Knex.QueryBuilder> = {
  agency: (knex) => knex('gtfs_agency'),
  routes: (knex) =>
    knex('gtfs_route').leftJoin('gtfs_agency', 'gtfs_agency.id', 'agency_fk').select('gtfs_route.*', 'agency_id'),
  stops: (knex) => knex('gtfs_stop'),
  calendar_dates: (knex) => knex('gtfs_calendar_date'),
  trips: (knex) => knex('gtfs_trip').join('gtfs_route', 'gtfs_route.id', 'route_fk').select('gtfs_trip.*', 'route_id'),
  stop_times: (knex) =>
    knex('gtfs_stop_time')
      .join('gtfs_trip', 'gtfs_trip.id', 'trip_fk')
      .join('gtfs_stop', 'gtfs_stop.id', 'stop_fk')
      .select('gtfs_stop_time.*', 'trip_id', 'stop_id'),
  transfers: (knex) =>
    knex('gtfs_transfer')
      .join('gtfs_stop as a', 'a.id', 'from_stop_fk')
      .join('gtfs_stop as b', 'b.id', 'to_stop_fk')
      .leftJoin('gtfs_trip as c', 'c.id', 'from_trip_fk')
      .leftJoin('gtfs_trip as d', 'd.id', 'to_trip_fk')
      .select(
        'gtfs_transfer.*',
        'a.stop_id as from_stop_id',
        'b.stop_id as to_stop_id',
        'c.trip_id as from_trip_id',
        'd.trip_id as to_trip_id',
      ),
};

/** Removes differences in spelling between databases and files: `20240105` and 2024-01-05, `40.70` and 40.7. */
function plain(column: string, value: unknown): string {
  const text = value === null || value === undefined ? '' : String(value);
  if (column === 'date') return text.replaceAll('-', '');
  if (/_l(at|on)$/.test(column)) return text.replace(/\.?0+$/, '');
  return text;
}

const lines = (rows: readonly Cells[], columns: readonly string[]): string[] =>
  rows.map((row) => columns.map((column) => plain(column, row[column])).join('\t')).sort();

describe.each(DATABASES)('the railway example on $name', (kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await serve(kind, {
      models: join(EXAMPLE, 'models.ts'),
      prepare: ({ database }) => createFeedTables(database.knex),
    });
  });
  afterAll(() => server.stop());

  const pass = async (): Promise<FileResult[]> => {
    const results: FileResult[] = [];
    for await (const result of syncFeed(server.url, join(EXAMPLE, 'feed'))) results.push(result);
    return results;
  };

  it('stores every cell', async () => {
    const results = await pass();
    for (const { file, status, counts } of results) {
      const rows = feedRows(file);
      expect({ file, status, counts }).toMatchObject({ file, status: 'COMPLETED', counts: { rows: rows.length } });
      expect(counts.created + counts.updated + counts.unchanged).toBe(rows.length);
      expect(counts.warnings).toBe(0);
      const columns = Object.keys(rows[0] ?? {}).filter((name) => name !== '');
      const stored = (await READ[file]?.(server.server.database.reader)) as Cells[];
      expect(lines(stored, columns)).toEqual(lines(rows, columns));
    }
    expect(results.map(({ file }) => file)).toEqual(FEED.map(({ file }) => file));
  });

  it('changes nothing the second time', async () => {
    for (const { counts } of await pass()) expect(counts).toMatchObject({ unchanged: counts.rows, failed: 0 });
  });
});

describe('npm run example:gtfs', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'nsync-gtfs-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** The text that the example prints before its first file, when the server is running. */
  async function start(environment: Readonly<Record<string, string>>): Promise<string> {
    const child = spawn(process.execPath, [join(__dirname, '../../dist/examples/gtfs/main.js')], {
      env: { PATH: process.env.PATH, TMPDIR: folder, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    for await (const text of child.stdout.setEncoding('utf8') as AsyncIterable<string>) {
      printed += text;
      if (printed.includes('First pass')) child.kill('SIGKILL');
    }
    return printed;
  }

  it.each([
    ['DATABASE_URL', false],
    ['GTFS_DATABASE_URL', true],
  ])('%s: the example works on that database: %s', async (name, used) => {
    const file = join(folder, 'mine.sqlite');
    const printed = await start({ [name]: `sqlite:${file}` });
    expect(printed.includes(`Database: sqlite:${file}\n`)).toBe(used);
    expect(existsSync(file)).toBe(used);
  });
});
