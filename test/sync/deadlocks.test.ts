/** R44: the database ends a transaction of a run in a deadlock, while later statements of the run are on their way. Nothing of that attempt stays. */
import type { Knex } from 'knex';
import { openDatabase } from '../../src/database';
import { Tag } from '../../src/demo/models';
import { createDemoTables } from '../../src/demo/tables';
import { readCatalog } from '../../src/models';
import { RunRecords } from '../../src/records';
import { SyncEngine, type SyncResult } from '../../src/sync';
import { DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';
import { eventually } from '../support/eventually';
import { type GivenRun, requestOf } from '../support/tagRuns';

/** MariaDB ends the transaction that has written less. */
const MANY = 5000;

const CHUNK = 20;

/** Runs of each kind of transaction, by their numbers of rows. A short run has at most 100. */
const RUNS: Readonly<Record<string, GivenRun & { readonly rows: number }>> = {
  'a short run': { rows: 60 },
  'a run of one transaction': { rows: 120 },
  'a run whose chunks are committed': { rows: 120, options: { onError: 'CONTINUE' } },
};

/** Finds a statement that waits for a lock. */
const WAITING: Readonly<Record<string, string>> = {
  mysql:
    "SELECT 1 FROM information_schema.processlist WHERE db = database() AND info LIKE 'INSERT INTO `nsync_external_key_mappings`%' AND time_ms > 300",
  postgres: "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
};

interface Recorded {
  readonly run_source_id: number | string;
  readonly row: number;
  readonly object_id: string;
}

const rowsOf = (answer: unknown): unknown[] =>
  (Array.isArray(answer) ? answer[0] : (answer as { rows: unknown[] }).rows) as unknown[];

describe.each(DATABASES.filter(({ name }) => name !== 'SQLite'))('R44 a deadlock on $name', (kind) => {
  let test: TestDatabase;
  let knex: Knex;
  beforeEach(async () => {
    test = await migratedDatabase(kind);
    ({ knex } = test.database);
    await createDemoTables(knex);
  });
  afterEach(() => test.drop());

  /** A transaction of another program takes a key that the run maps, and then wants a tag that the run has written. */
  async function deadlock(key: string, label: string, run: () => Promise<SyncResult>): Promise<SyncResult> {
    const other = openDatabase(test.url);
    const trx = await other.knex.transaction();
    try {
      if (other.dialect.name === 'postgres') await trx.raw("SET LOCAL deadlock_timeout = '1min'");
      const [{ id }] = (await trx('nsync_external_systems').select('id')) as [{ id: number }];
      await trx('person').insert(
        Array.from({ length: MANY }, (_, index) => ({ employee_id: `E${index}`, first_name: 'A', last_name: 'B' })),
      );
      const now = '2026-01-01 00:00:00';
      await trx('nsync_external_key_mappings').insert({ external_system_id: id, model: 'Tag', external_key: key, object_id: '999', created_at: now, updated_at: now }); // prettier-ignore
      const result = run();
      await eventually('the run to wait', async () => {
        const text = WAITING[other.dialect.name] ?? '';
        return rowsOf(await knex.raw(text)).length > 0;
      });
      await trx('tag').insert({ label });
      await trx.rollback();
      return await result;
    } finally {
      if (!trx.isCompleted()) await trx.rollback();
      await other.close();
    }
  }

  it.each(Object.entries(RUNS))('leaves nothing of an attempt of %s', async (_name, { rows, ...given }) => {
    const labels = Array.from({ length: rows }, (_, index) => `tag ${index}`);
    const engine = new SyncEngine(test.database, await readCatalog(test.database, [Tag]), { chunkSize: CHUNK });
    await engine.run(requestOf(['warm'], given));
    // In the last chunk, the mapping of one row is refused, and the other transaction wants the tag of another.
    const run = (): Promise<SyncResult> => engine.run(requestOf(labels, given));
    const { runId, outcomes } = await deadlock(`key tag ${rows - CHUNK + 7}`, `tag ${rows - CHUNK}`, run);
    expect(outcomes[0]?.map(({ status }) => status)).toEqual(labels.map(() => 'CREATED'));
    const tags = (await knex('tag').whereNot({ label: 'warm' }).orderBy('id')) as { id: number; label: string }[];
    expect(tags.map(({ label }) => label)).toEqual(labels);
    const ids = tags.map(({ id }) => String(id));
    const mappings = knex('nsync_external_key_mappings').whereNot({ external_key: 'key warm' }).orderBy('id');
    expect(await mappings.pluck('object_id')).toEqual(ids);
    const [source] = await new RunRecords(test.database, engine.active).sourcesOf([runId]);
    const recorded = (await knex('nsync_row_outcomes').orderBy(['run_source_id', 'row'])) as Recorded[];
    expect(recorded.map(({ run_source_id: of, row, object_id: id }) => [Number(of), row, id]).slice(1)).toEqual(
      ids.map((id, index) => [Number(source?.id), index + 1, id]),
    );
  });
});
