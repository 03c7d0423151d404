/** Settings, as far as they do not need a process. */
import { readSettings } from '../../src/server/settings';

describe('names', () => {
  it.each([
    ['NSYNC_SCHEMA', 'NSYNC_SCHEMAS'],
    ['NSYNC_EXCLUDES', 'NSYNC_EXCLUDE'],
    ['NSYNC_MAXROWS', 'NSYNC_MAX_ROWS'],
    ['NSYNC_KEEP_RUN_DAYS', 'NSYNC_KEEP_RUNS_DAYS'],
  ])('%s is %s misspelt', (given, meant) => {
    expect(() => readSettings({ [given]: 'x' })).toThrow(`There is no setting ${given}. Did you mean ${meant}?`);
  });

  it.each(['NSYNC_TESTED_MYSQL', 'NSYNC_PROPERTY_RUNS', 'NSYNC_SCREENSHOT', 'NSYNC_PASSWORD'])(
    '%s is none of ours',
    (name) => expect(readSettings({ [name]: 'x' }).port).toBe(4000),
  );
});

describe('HOST', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['127.1.2.3', '127.1.2.3'],
    ['LOCALHOST', 'LOCALHOST'],
    ['::1', '::1'],
    ['[::1]', '::1'],
    ['0:0:0:0:0:0:0:1', '0:0:0:0:0:0:0:1'],
    ['::ffff:127.0.0.1', '::ffff:127.0.0.1'],
  ])('%s is this machine', (given, host) => {
    expect(readSettings({ HOST: given }).host).toBe(host);
  });

  it.each(['0.0.0.0', '::', '[::]', '::ffff:10.0.0.1', '128.0.0.1', 'localhost.example.org', '127.0.0.1.example.org'])(
    '%s is not',
    (given) => {
      expect(() => readSettings({ HOST: given })).toThrow(/NSYNC_INSECURE/);
      expect(readSettings({ HOST: given, NSYNC_INSECURE: '1' }).host).toBe(given.replace(/[[\]]/g, ''));
    },
  );
});
