/** Databases that exist but cannot be used: each fault has its own code and message. Work waits for transient faults (R44). */
import { copyFileSync, renameSync, rmSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { SaveExternalSystemDocument, SyncRowsDocument } from '../../schema/operations/generated';
import { DATABASES } from '../support/databases';
import { serve, type TestServer } from '../support/server';

const SYNC = {
  input: {
    system: 'S',
    model: 'Tag',
    rows: [{ externalKey: '1', values: { label: 'A' } }],
    defaults: { actionFlags: 'cu*', matchOn: ['label'] },
  },
};
const SAVE = { input: { name: 'HR' } };

const kindNamed = (name: string) => DATABASES.filter((kind) => kind.name === name);

describe.each(kindNamed('SQLite'))('$name', (kind) => {
  let server: TestServer;
  let file: string;
  beforeAll(async () => {
    server = await serve(kind, { prepare: ({ url }) => Promise.resolve(void (file = url.replace('sqlite:', ''))) });
    await server.send(SyncRowsDocument, SYNC);
  });
  afterAll(() => server.stop());

  it('locked by another program for a few seconds is waited for, and for longer is DATABASE_LOCKED', async () => {
    const other = new Sqlite(file);
    other.exec('BEGIN IMMEDIATE');
    const waiting = server.send(SaveExternalSystemDocument, SAVE);
    await setTimeout(3000);
    other.exec('COMMIT');
    await waiting;
    other.exec('BEGIN IMMEDIATE');
    const failures = await Promise.all([
      server.fail(SyncRowsDocument, SYNC),
      server.fail(SaveExternalSystemDocument, SAVE),
    ]);
    other.exec('COMMIT');
    other.close();
    expect(failures.map(({ code }) => code)).toEqual(['DATABASE_LOCKED', 'DATABASE_LOCKED']);
    await server.send(SyncRowsDocument, SYNC);
  }, 90_000);

  it.each([
    ['removed', () => undefined],
    ['replaced', (aside: string) => copyFileSync(aside, file)],
  ])('whose file is %s fails with DATABASE_FILE_REPLACED until it is back', async (_what, replace) => {
    const aside = `${file}-aside`;
    renameSync(file, aside);
    replace(aside);
    for (const failing of [server.fail(SyncRowsDocument, SYNC), server.fail(SaveExternalSystemDocument, SAVE)]) {
      const { code, message } = await failing;
      expect([code, message]).toEqual(['DATABASE_FILE_REPLACED', expect.stringContaining('Put the file back')]);
    }
    rmSync(file, { force: true });
    renameSync(aside, file);
    await server.send(SyncRowsDocument, SYNC);
  });
});

describe.each(kindNamed('PostgreSQL'))('$name', (kind) => {
  it('that has become read-only is DATABASE_READ_ONLY, and one that is writable again in time is no failure', async () => {
    let name = '';
    const server = await serve(kind, {
      prepare: ({ url }) => Promise.resolve(void (name = new URL(url).pathname.slice(1))),
    });
    try {
      await server.send(SyncRowsDocument, SYNC);
      const { monitor } = server.server.database;
      const become = async (state: 'on' | 'off'): Promise<void> => {
        await monitor.raw('SET default_transaction_read_only = off');
        await monitor.raw(`ALTER DATABASE ${name} SET default_transaction_read_only = ${state}`);
        // Existing connections keep their settings, like those to a primary that was demoted.
        await monitor.raw(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`); // prettier-ignore
      };
      await become('on');
      expect((await server.fail(SyncRowsDocument, SYNC)).code).toBe('DATABASE_READ_ONLY');
      const waiting = server.send(SaveExternalSystemDocument, SAVE);
      await setTimeout(2000);
      await monitor.raw(`ALTER DATABASE ${name} SET default_transaction_read_only = off`);
      await waiting;
      await server.send(SyncRowsDocument, SYNC);
    } finally {
      await server.stop();
    }
  }, 90_000);
});
