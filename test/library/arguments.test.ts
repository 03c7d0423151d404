/** Wrong arguments of the library: each error names the function, the argument and the value. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import {
  CallError,
  createNsync,
  type Nsync,
  type NsyncOptions,
  OrderedSyncPolicy,
  readCsv,
  TransactionSyncPolicy,
} from '../../src';
import { DATABASES, type TestDatabase } from '../support/databases';

const [sqlite] = DATABASES;
if (!sqlite) throw new Error('SQLite is always there');

/** Allows arguments that only JavaScript callers can pass, because TypeScript refuses them. */
type Anything = never;

const ROW = { actionFlags: 'c', matchOn: 'name', values: { name: 'Blue Train' } };
const SYNC = { system: 'Shop', model: 'track', rows: [ROW] };

describe('arguments of the library', () => {
  let test: TestDatabase;
  let nsync: Nsync;

  beforeAll(async () => {
    test = await sqlite.create();
    await test.database.knex.schema.createTable('track', (table) => {
      table.increments('id');
      table.string('name', 50).notNullable();
    });
    nsync = await createNsync({ database: test.url });
  });
  afterAll(async () => {
    await nsync.close();
    await test.drop();
  });

  const refusal = (call: () => unknown): Promise<unknown> =>
    (async () => call())().then(
      () => 'accepted',
      (error: unknown) => (error instanceof CallError && error.code === 'BAD_USER_INPUT' ? error.message : error),
    );

  it.each<[unknown, string]>([
    [undefined, 'The argument of nsync.sync() must be an object with system, model, rows, not undefined.'],
    [[SYNC], 'The argument of nsync.sync() must be an object with system, model, rows, not a list.'],
    [{}, 'nsync.sync(): system is missing. It must be a text that is not blank.'],
    [{ ...SYNC, system: undefined }, 'nsync.sync(): system is missing. It must be a text that is not blank.'],
    [{ ...SYNC, system: ' ' }, 'nsync.sync(): system must be a text that is not blank, not " ".'],
    [{ ...SYNC, system: null }, 'nsync.sync(): system must be a text that is not blank, not null.'],
    [{ sytem: 'Shop', model: 'track', rows: [] }, 'nsync.sync(): there is no "sytem". Did you mean "system"?'],
    [
      { ...SYNC, model: class Track {} },
      'nsync.sync(): model must be a text that is not blank, not the function Track.',
    ],
    [{ ...SYNC, rows: undefined }, 'nsync.sync(): rows is missing. It must be an iterable or async iterable of rows, such as a list.'], // prettier-ignore
    [{ ...SYNC, rows: 7 }, 'nsync.sync(): rows must be an iterable or async iterable of rows, such as a list, not 7.'],
    [{ ...SYNC, rows: 'name\nNaima' }, 'nsync.sync(): rows must be an iterable or async iterable of rows, such as a list, not "name\\nNaima".'], // prettier-ignore
    [{ ...SYNC, rows: Promise.resolve([ROW]) }, 'nsync.sync(): rows must be an iterable or async iterable of rows, such as a list, not a Promise (await it).'], // prettier-ignore
    [{ ...SYNC, rows: ROW }, 'nsync.sync(): rows must be an iterable or async iterable of rows, such as a list, not an object.'], // prettier-ignore
    [{ ...SYNC, rows: readCsv }, 'nsync.sync(): rows must be an iterable or async iterable of rows, such as a list, not the function readCsv.'], // prettier-ignore
    [{ ...SYNC, file: 7 }, 'nsync.sync(): file must be a text, not 7.'],
    [{ ...SYNC, defaults: 'cu' }, 'nsync.sync(): defaults must be an object, not "cu".'],
    [{ ...SYNC, defaults: { actionflags: 'cu' } }, 'nsync.sync(): defaults has no "actionflags". Did you mean "actionFlags"?'], // prettier-ignore
    [{ ...SYNC, defaults: { actionFlags: ['c', 'u'] } }, 'nsync.sync(): defaults.actionFlags must be a text, not a list.'], // prettier-ignore
    [{ ...SYNC, defaults: { matchOn: ['name', 7] } }, 'nsync.sync(): defaults.matchOn[1] must be a text, not 7.'],
    [{ ...SYNC, onErorr: 'CONTINUE' }, 'nsync.sync(): there is no "onErorr". Did you mean "onError"?'],
    [{ ...SYNC, onError: 'CONTNUE' }, 'nsync.sync(): onError must be "ROLLBACK" or "CONTINUE", not "CONTNUE". Did you mean "CONTINUE"?'], // prettier-ignore
    [
      { ...SYNC, onMatchConflict: 'WARN' },
      'nsync.sync(): onMatchConflict must be "DELETE", "MERGE" or "FAIL", not "WARN".',
    ],
    [{ ...SYNC, onUnresolvedReference: 'warn' }, 'nsync.sync(): onUnresolvedReference must be "WARN" or "FAIL", not "warn". Did you mean "WARN"?'], // prettier-ignore
    [{ ...SYNC, onUnknownField: true }, 'nsync.sync(): onUnknownField must be "WARN" or "FAIL", not true.'],
    [{ ...SYNC, dryRun: 'yes' }, 'nsync.sync(): dryRun must be true or false, not "yes".'],
    [{ ...SYNC, createExternalSystem: 1 }, 'nsync.sync(): createExternalSystem must be true or false, not 1.'],
    [{ ...SYNC, wantOutcomes: 'no' }, 'nsync.sync(): wantOutcomes must be true or false, not "no".'],
    [{ ...SYNC, minRows: -1 }, 'nsync.sync(): minRows must be a whole number that is not below 0, not -1.'],
    [{ ...SYNC, minRows: 1.5 }, 'nsync.sync(): minRows must be a whole number that is not below 0, not 1.5.'],
    [{ ...SYNC, order: 'CREATE' }, 'nsync.sync(): order must be a list of different actions: "CREATE", "UPDATE", "DELETE", not "CREATE".'], // prettier-ignore
    [{ ...SYNC, order: ['CREATE', 'CREATE'] }, 'nsync.sync(): order must be a list of different actions: "CREATE", "UPDATE", "DELETE", not a list.'], // prettier-ignore
    [{ ...SYNC, order: ['CREATE', 'DELTE'] }, 'nsync.sync(): order[1] must be "CREATE", "UPDATE" or "DELETE", not "DELTE". Did you mean "DELETE"?'], // prettier-ignore
    [{ ...SYNC, policy: { passes: 0, atomic: true, passOf: () => 0 } }, 'nsync.sync(): policy.passes must be a whole number that is not below 1, not 0.'], // prettier-ignore
    [
      { ...SYNC, policy: { passes: 1, atomic: true } },
      'nsync.sync(): policy.passOf is missing. It must be a function.',
    ],
    [{ ...SYNC, policy: OrderedSyncPolicy }, 'nsync.sync(): policy must be an object with passes, atomic, passOf, not the function OrderedSyncPolicy.'], // prettier-ignore
    [{ ...SYNC, policy: new OrderedSyncPolicy(), onError: 'CONTINUE' }, 'policy replaces order and onError. Give either policy, or order and onError.'], // prettier-ignore
    [{ ...SYNC, rows: [ROW, { ...ROW, matchon: 'name' }] }, 'Row 2: there is no "matchon". Did you mean "matchOn"?'],
    [{ ...SYNC, rows: [{ name: 'Naima' }] }, 'Row 1: there is no "name". The names are values, actionFlags, matchOn, externalKey, line, text, unreadable.'], // prettier-ignore
    [{ ...SYNC, rows: [{}] }, 'Row 1: values is missing. It must be an object with values by field.'],
    [{ ...SYNC, rows: [{ values: ['Naima'] }] }, 'Row 1: values must be an object with values by field, not a list.'],
    [{ ...SYNC, rows: [{ values: new Map([['name', 'Naima']]) }] }, 'Row 1: values must be an object with values by field, not an object of class Map.'], // prettier-ignore
    [{ ...SYNC, rows: [{ ...ROW, actionFlags: 7 }] }, 'Row 1: actionFlags must be a text, not 7.'],
    [{ ...SYNC, rows: [{ ...ROW, matchOn: { name: 1 } }] }, 'Row 1: matchOn must be a text or a list, not an object.'],
    [{ ...SYNC, rows: [{ ...ROW, externalKey: { id: 1 } }] }, 'Row 1: externalKey must be a text or a number, not an object.'], // prettier-ignore
    [{ ...SYNC, rows: [{ ...ROW, externalKey: NaN }] }, 'Row 1: externalKey must be a text or a number, not NaN.'],
    [{ ...SYNC, rows: [{ ...ROW, line: 0 }] }, 'Row 1: line must be a whole number that is not below 1, not 0.'],
    [{ ...SYNC, rows: [ROW, null] }, 'Row 2 must be an object with values, not null.'],
    [{ ...SYNC, rows: [Promise.resolve(ROW)] }, 'Row 1 must be an object with values, not a Promise (await it).'],
    [{ ...SYNC, rows: ['name'] }, 'Row 1 must be an object with values, not "name". To sync a CSV file, give rows: readCsv(stream).'], // prettier-ignore
    [{ ...SYNC, rows: Readable.from([Buffer.from('name')]) }, 'Row 1 must be an object with values, not bytes. To sync a CSV file, give rows: readCsv(stream).'], // prettier-ignore
  ])('nsync.sync(%j): %s', async (input, message) => {
    expect(await refusal(() => nsync.sync(input as Anything))).toBe(message);
  });

  const others: Record<string, (nsync: Nsync) => unknown> = {
    'nsync.syncAll(): sources is missing. It must be a list.': (n) => n.syncAll(undefined as Anything),
    'nsync.syncAll(): sources must be a list, not an object.': (n) => n.syncAll(SYNC as Anything),
    'nsync.syncAll(): sources[1].model is missing. It must be a text that is not blank.': (n) =>
      n.syncAll([SYNC, { system: 'Shop', rows: [] }] as Anything),
    'nsync.syncAll(): sources[0] has no "dryRun". The names are system, model, rows, defaults, file.': (n) =>
      n.syncAll([{ ...SYNC, dryRun: true }] as Anything),
    'nsync.syncAll(): options must be an object, not true.': (n) => n.syncAll([SYNC], true as Anything),
    'nsync.syncAll(): options has no "dry". The names are createExternalSystem, order, onError, onMatchConflict, onUnresolvedReference, dryRun, onUnknownField, minRows, maxWaitSeconds, policy, wantOutcomes, idempotencyKey.':
      (n) => n.syncAll([SYNC], { dry: true } as Anything),
    'nsync.run(): id is missing. It must be a text that is not blank.': (n) => n.run(undefined as Anything),
    'nsync.run(): id must be a text that is not blank, not 7.': (n) => n.run(7 as Anything),
    'nsync.cancelRun(): id must be a text that is not blank, not null.': (n) => n.cancelRun(null as Anything),
    'The argument of nsync.pruneRuns() must be an object with finishedBefore, not undefined.': (n) =>
      n.pruneRuns(undefined as Anything),
    'nsync.pruneRuns(): finishedBefore must be a valid Date, not "2026-01-01".': (n) =>
      n.pruneRuns({ finishedBefore: '2026-01-01' } as Anything),
    'nsync.pruneRuns(): finishedBefore must be a valid Date, not an object of class Date.': (n) =>
      n.pruneRuns({ finishedBefore: new Date('tomorrow') }),
    'nsync.pruneRuns(): there is no "keepLastTouches". Did you mean "keepLastTouch"?': (n) =>
      n.pruneRuns({ finishedBefore: new Date(0), keepLastTouches: false } as Anything),
    'nsync.outcomes(): runId is missing. It must be a text that is not blank.': (n) =>
      n.outcomes(undefined as Anything),
    'nsync.outcomes(): filter.statuses must be a list, not "FAILED".': (n) =>
      n.outcomes('1', { statuses: 'FAILED' } as Anything),
    'nsync.outcomes(): filter.statuses[0] must be "CREATED", "UPDATED", "UNCHANGED", "DELETED", "UNLINKED", "SKIPPED" or "FAILED", not "FAILE". Did you mean "FAILED"?':
      (n) => n.outcomes('1', { statuses: ['FAILE'] } as Anything),
    'nsync.outcomes(): filter.severity must be "WARNING" or "ERROR", not "WARN".': (n) =>
      n.outcomes('1', { severity: 'WARN' } as Anything),
    'readCsv(): input is missing. It must be a text or a stream of a file, such as createReadStream(path).': () =>
      readCsv(undefined as Anything),
    'readCsv(): input must be a text or a stream of a file, such as createReadStream(path), not bytes.': () =>
      readCsv(Buffer.from('name') as Anything),
    'readCsv(): options must be an object, not ";".': () => readCsv('name', ';' as Anything),
    'readCsv(): options has no "delimiter". The names are columns, defaults, format, maxUnpackedBytes.': () =>
      readCsv('name', { delimiter: ';' } as Anything),
    'readCsv(): options.columns[0].header is missing. It must be a text.': () =>
      readCsv('name', { columns: [{ name: 'name' }] } as Anything),
    'readCsv(): options.format.delimiter must be a text, not 9.': () =>
      readCsv('name', { format: { delimiter: 9 } } as Anything),
    'readCsv(): options.defaults.matchOn must be a text, not a list.': () =>
      readCsv('name', { defaults: { matchOn: ['name'] } } as Anything),
    'new OrderedSyncPolicy(): order[0] must be "CREATE", "UPDATE" or "DELETE", not "INSERT".': () =>
      new OrderedSyncPolicy(['INSERT'] as Anything),
    'new TransactionSyncPolicy(): policy is missing. It must be an object with passes, atomic, passOf.': () =>
      new TransactionSyncPolicy(undefined as Anything),
  };
  it.each(Object.entries(others))('%s', async (message, call) => {
    expect(await refusal(() => call(nsync))).toBe(message);
  });

  it.each<[unknown, string]>([
    [undefined, 'The argument of createNsync() must be an object, not undefined.'],
    ['sqlite:x.sqlite', 'The argument of createNsync() must be an object, not "sqlite:x.sqlite".'],
    [{}, 'createNsync(): give either knex, a knex instance, or database, a URL. Neither is given.'],
    [{ knex: {}, database: 'sqlite:x.sqlite' }, 'createNsync(): give either knex, a knex instance, or database, a URL. Both are given.'], // prettier-ignore
    [{ knex: {} }, 'createNsync(): knex must be a knex instance, as knex({ client, connection }) returns it, not an object.'], // prettier-ignore
    [{ knx: {} }, 'createNsync(): there is no "knx". Did you mean "knex"?'],
    [{ database: 7 }, 'createNsync(): database must be a text that is not blank, not 7.'],
    [{ database: 'sqlite:x.sqlite', models: 'x' }, 'createNsync(): models must be Objection classes: a list, or an object with the classes, not "x".'], // prettier-ignore
    [
      { database: 'sqlite:x.sqlite', models: {} },
      'createNsync(): models contains no Objection class with a tableName.',
    ],
    [{ database: 'sqlite:x.sqlite', textColumns: 'a.b' }, 'createNsync(): textColumns must be a list, not "a.b".'],
    [{ database: 'sqlite:x.sqlite', migrate: 'no' }, 'createNsync(): migrate must be true or false, not "no".'],
    [{ database: 'sqlite:x.sqlite', limits: { rowsPerCal: 7 } }, 'createNsync(): limits has no "rowsPerCal". Did you mean "rowsPerCall"?'], // prettier-ignore
    [{ database: 'sqlite:x.sqlite', limits: { pageSize: '7' } }, 'createNsync(): limits.pageSize must be a whole number that is not below 0, not "7".'], // prettier-ignore
  ])('createNsync(%j): %s', async (options, message) => {
    const error = await createNsync(options as NsyncOptions).catch((thrown: unknown) => thrown);
    expect((error as Error).message).toBe(message);
  });

  it('writes nothing before it refuses models', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nsync-arguments-'));
    try {
      const options = { database: `sqlite:${join(folder, 'x.sqlite')}`, models: {} };
      expect(String(await refusal(() => createNsync(options)))).toMatch('models contains no Objection class');
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('never fails in a way of its own, whatever the arguments are', async () => {
    const methods = ['sync', 'syncAll', 'run', 'cancelRun', 'pruneRuns', 'outcomes'] as const;
    const functions = Object.entries(nsync).filter(([, value]) => typeof value === 'function');
    expect(functions.map(([name]) => name).sort()).toEqual([...methods, 'close', 'context', 'migrate'].sort());
    const anything = fc.anything({ withDate: true, withMap: true, withBigInt: true, withNullPrototype: true });
    const names = ['system', 'model', 'rows', 'defaults', 'onError', 'order', 'policy', 'finishedBefore', 'statuses'];
    const almost = fc
      .dictionary(fc.constantFrom(...names), anything, { maxKeys: 2 })
      .map((wrong) => ({ ...SYNC, ...wrong }));
    const rows = fc
      .dictionary(fc.constantFrom('actionFlags', 'matchOn', 'externalKey', 'values'), anything, { maxKeys: 2 })
      .map((wrong) => ({ ...SYNC, onError: 'CONTINUE', rows: [{ ...ROW, ...wrong }] }));
    const one = fc.oneof(anything, almost, rows, fc.array(almost, { maxLength: 2 }), fc.constantFrom('1', '7', '-1'));
    const given = fc.array(one, { maxLength: 2 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...methods), given, async (name, args) => {
        const error = await (async () => {
          const result: unknown = await (nsync[name] as (...args: unknown[]) => unknown)(...args);
          if (name === 'outcomes')
            for await (const outcome of result as AsyncIterable<unknown>) expect(outcome).toBeDefined();
          return null;
        })().catch((thrown: unknown) => thrown);
        expect(error === null || error instanceof CallError).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
