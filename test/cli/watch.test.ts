/** `nsync run ID --watch`: a run of another process, on a database and through a server. */
import { nsync, startNsync, withoutTarget } from '../support/commandLine';
import { DATABASES, type DatabaseKind, migratedDatabase } from '../support/databases';
import { foreignRun } from '../support/foreignRun';
import { serve } from '../support/server';
import { CTRL_C, TerminalCommand } from '../support/terminal';
import type { Database } from '../../src/database';

const [SQLITE] = DATABASES as [DatabaseKind, ...DatabaseKind[]];

interface Place {
  readonly database: Database;
  readonly transport: readonly string[];
  stop(): Promise<void>;
}

async function onDatabase(kind: DatabaseKind): Promise<Place> {
  const test = await migratedDatabase(kind);
  return { database: test.database, transport: ['--database', test.url, '--models', 'demo'], stop: () => test.drop() };
}

async function throughServer(kind: DatabaseKind): Promise<Place> {
  const server = await serve(kind);
  return { database: server.server.database, transport: ['--server', server.url], stop: () => server.stop() };
}

const PLACES = [
  ...DATABASES.map((kind) => [kind.name, () => onDatabase(kind)] as const),
  ['a server', () => throughServer(SQLITE)] as const,
];

describe.each(PLACES)('on %s', (_name, open) => {
  let place: Place;
  beforeAll(async () => {
    place = await open();
  });
  afterAll(() => place.stop());

  it('a pipe gets the report of the run once it has ended', async () => {
    const run = await foreignRun(place.database);
    const watching = startNsync(['run', run.id, '--watch', ...place.transport]);
    await run.report('SYNCING', 3);
    await run.finish('COMPLETED_WITH_FAILURES', 2);
    const { code, stdout, stderr } = await watching.ended;
    expect([code, withoutTarget(stderr)]).toEqual([1, '']);
    expect(stdout).toMatch(/^Run \d+ · COMPLETED_WITH_FAILURES · [\d.]+ s\n\n[^]*tags\.csv +10 +8 /);
    const shown = await nsync(['run', run.id, ...place.transport]);
    expect([shown.code, shown.stdout]).toEqual([0, stdout]);
  });

  it('a terminal shows the progress; Ctrl-C stops the watching, and not the run', async () => {
    const run = await foreignRun(place.database);
    await run.report('SYNCING', 3);
    const command = new TerminalCommand(['run', run.id, '--watch', ...place.transport], 100);
    await command.shows(/^Syncing \[=+>-+\] 30% · 3 rows · /);
    await run.report('COMMITTING', 10);
    await command.shows(/^Committing · \d:\d\d$/);
    command.type(CTRL_C);
    expect(await command.ended).toBe(130);
    const left = (await command.lines()).slice(1).filter((line) => line !== '^C');
    expect(left).toEqual([`nsync: Stopped watching. Run ${run.id} goes on: "nsync cancel ${run.id}" stops it.`]);
    expect(await place.database.reader('nsync_runs').where({ id: run.id }).pluck('status')).toEqual(['RUNNING']);
  });
});

describe('of a run that has ended', () => {
  let place: Place;
  beforeAll(async () => {
    place = await throughServer(SQLITE);
  });
  afterAll(() => place.stop());

  it.each([
    ['COMPLETED', 0, 0],
    ['ROLLED_BACK', 3, 1],
    ['CANCELLED', 0, 2],
    ['INTERRUPTED', 0, 2],
  ] as const)('the exit code is that of a sync: %s', async (status, failed, code) => {
    const run = await foreignRun(place.database);
    await run.finish(status, failed);
    const ended = await nsync(['run', run.id, '--watch', '--json', ...place.transport]);
    expect([ended.code, withoutTarget(ended.stderr)]).toEqual([code, '']);
    expect(JSON.parse(ended.stdout)).toMatchObject({ run: { id: run.id, status } });
  });

  it('that does not exist is an error', async () => {
    const { code, stderr } = await nsync(['run', '99', '--watch', ...place.transport]);
    expect([code, withoutTarget(stderr)]).toEqual([2, 'nsync: There is no run 99.\n']);
  });
});
