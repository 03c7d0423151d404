/** A run of tags that pauses in the middle until a test continues it. */
import { Tag } from '../../src/demo/models';
import { createDemoTables } from '../../src/demo/tables';
import type { Database } from '../../src/database';
import { readCatalog } from '../../src/models';
import { DEFAULT_OPTIONS, type RunControl, SyncEngine, type SyncOptions, type SyncResult } from '../../src/sync';
import { UNOBSERVED } from '../../src/sync/observer';
import { RunQueue } from '../../src/sync/run/runQueue';
import { type DatabaseKind, migratedDatabase, type TestDatabase } from './databases';

export const BATCH = 20;
export const BATCHES = 10;
/** The number of batches after which reading pauses. Some chunks are then done, others are not. */
const PAUSE_BEFORE = 6;

export interface PausedRun {
  readonly test: TestDatabase;
  readonly engine: SyncEngine;
  /** Runs `meanwhile` during the pause. */
  run(
    options: Partial<SyncOptions>,
    meanwhile: (engine: SyncEngine) => Promise<void> | void,
    control?: RunControl,
  ): Promise<SyncResult>;
  /** Does work while all runs of the engine wait. */
  hold(work: () => Promise<void>): Promise<void>;
}

/** Does work while all runs of tags with this queue wait. */
export const holdTags = (queue: RunQueue, work: () => Promise<void>): Promise<void> =>
  queue.run(['Tag'], { signal: new AbortController().signal, watcher: UNOBSERVED }, work);

async function tagEngine(database: Database, queue: RunQueue): Promise<SyncEngine> {
  return new SyncEngine(database, await readCatalog(database, [Tag]), { chunkSize: BATCH, queue });
}

export async function pausedRun(kind: DatabaseKind): Promise<PausedRun> {
  const test = await migratedDatabase(kind);
  await createDemoTables(test.database.knex);
  const queue = new RunQueue();
  const engine = await tagEngine(test.database, queue);
  return {
    test,
    engine,
    hold: (work) => holdTags(queue, work),
    run: (options, meanwhile, control) => {
      let hasPaused = false;
      const source = {
        system: 'HR',
        model: 'Tag',
        file: null,
        text: false,
        columns: ['label'],
        expectedRows: BATCHES * BATCH,
        async *batches() {
          for (let batch = 0; batch < BATCHES; batch += 1) {
            if (batch === PAUSE_BEFORE && !hasPaused) {
              hasPaused = true;
              await meanwhile(engine);
            }
            yield Array.from({ length: BATCH }, (_, index) => ({
              number: batch * BATCH + index + 1,
              actionFlags: 'cu*',
              matchOn: 'label',
              externalKey: `key ${batch}-${index}`,
              values: { label: `${batch}-${index}` },
            }));
          }
        },
      };
      return engine.run({
        sources: [source],
        options: { ...DEFAULT_OPTIONS, ...options },
        wantOutcomes: false,
        ...control,
      });
    },
  };
}
