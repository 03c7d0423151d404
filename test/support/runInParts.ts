/** Carries out a queued run in parts, as processes do that lose it between two chunks. */
import type { Database } from '../../src/database';
import type { ModelCatalog } from '../../src/models';
import { claimRun, storeInput, submitCall } from '../../src/records';
import { type RunObserver, SyncEngine, type SyncRequest, UNOBSERVED } from '../../src/sync';

const LEASE = { owner: 'test', seconds: 45 };

/** Aborts a signal after so many commits. */
function stopAfter(commits: number, handBack: AbortController): RunObserver {
  let left = commits;
  return () => ({
    ...UNOBSERVED,
    step: (step) => () => {
      if (step !== 'commit') return;
      left -= 1;
      if (left === 0) handBack.abort();
    },
  });
}

/**
 * Queues a call, and carries it out in as many parts as it needs. Each part has an engine of its own, and ends after `commitsOf(part)` commits, of which the
 * first one records the systems. Some commits bring a run no further, so later parts must be longer.
 */
export async function runInParts(
  database: Database,
  catalog: ModelCatalog,
  request: SyncRequest,
  { chunkSize, commitsOf }: { readonly chunkSize: number; readonly commitsOf: (part: number) => number },
): Promise<{ runId: string; parts: number }> {
  const engine = (): SyncEngine => new SyncEngine(database, catalog, { chunkSize });
  const { runId } = await engine().enqueue(request, async (run) => {
    await storeInput(database, run, 0, (async function* () {})());
    await submitCall(database, run, { system: request.sources[0]?.system ?? '', call: '{}', attempts: 2 });
  });
  for (let parts = 1; ; parts += 1) {
    const claimed = await claimRun(database, LEASE);
    if (claimed?.started.id !== runId) throw new Error(`run ${runId} does not wait for a worker`);
    const handBack = new AbortController();
    // A run that is one transaction would never end.
    const isLast = parts > 3 && request.options.onError === 'ROLLBACK';
    const observer = isLast ? undefined : stopAfter(commitsOf(parts), handBack);
    const result = await engine().work(() => Promise.resolve({ ...request, observer }), claimed, handBack.signal);
    if (result) return { runId, parts };
  }
}
