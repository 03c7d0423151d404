/** Settings, as far as they do not need a process. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
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

describe('NSYNC_MAX_ROWS', () => {
  it.each([
    ['1', 1_500_000],
    ['10000', 1_500_000],
    ['100000', 15_000_000],
    ['0', 0],
  ])('%s: a request may have %i values, so that calls of so many rows are accepted', (rows, values) => {
    expect(readSettings({ NSYNC_MAX_ROWS: rows }).limits.requestValues).toBe(values);
  });
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

describe('.env.example', () => {
  const root = join(__dirname, '../..');
  const example = parseEnv(readFileSync(join(root, '.env.example'), 'utf8')) as Record<string, string>;

  it('has the defaults', () => {
    expect(readSettings(example)).toEqual(readSettings({}));
  });

  it('makes models of the tables when a database is filled in, and no demo tables', () => {
    expect(readSettings({ ...example, DATABASE_URL: 'postgres://root@127.0.0.1/shop' }).models).toBeNull();
  });

  it('lists every setting of the documentation', () => {
    const documented = readFileSync(join(root, 'docs/configuration.md'), 'utf8').matchAll(/^\| `([A-Z_]+)`/gm);
    expect(Object.keys(example).sort()).toEqual([...documented].map(([, name]) => name).sort());
  });
});
