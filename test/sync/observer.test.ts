/** The events that an engine reports during its runs. */
import { type ObservedEnd, type ObservedRun, RUN_STEPS, type RunObserver, type RunStep } from '../../src/sync';
import { DATABASES } from '../support/databases';
import { BATCH, BATCHES, type PausedRun, pausedRun } from '../support/pausedRun';

interface Told {
  readonly ids: string[];
  readonly runs: ObservedRun[];
  readonly steps: { readonly step: RunStep; readonly rows: number | null; isOver: boolean }[];
  rows: number;
  readonly ends: ObservedEnd[];
}

function listener(): { readonly told: Told; readonly observer: RunObserver } {
  const told: Told = { ids: [], runs: [], steps: [], rows: 0, ends: [] };
  const observer: RunObserver = (run) => {
    told.runs.push(run);
    return {
      recorded: (id) => void told.ids.push(id),
      step: (step, rows) => {
        const one = { step, rows, isOver: false };
        told.steps.push(one);
        return () => void (one.isOver = true);
      },
      rowsDone: (source, rows) => {
        expect(source).toBe(0);
        told.rows += rows;
      },
      end: (end) => void told.ends.push(end),
      endsElsewhere: () => undefined,
    };
  };
  return { told, observer };
}

const rowsOf = ({ steps }: Told, wanted: RunStep): number =>
  steps.filter(({ step }) => step === wanted).reduce((sum, { rows }) => sum + (rows ?? 0), 0);

const ROWS = BATCH * BATCHES;

describe.each(DATABASES)('an observer on $name', (kind) => {
  let paused: PausedRun;
  beforeEach(async () => {
    paused = await pausedRun(kind);
  });
  afterEach(() => paused.test.drop());

  it.each([
    ['ROLLBACK', {}, true],
    ['CONTINUE', { onError: 'CONTINUE' }, true],
    ['a dry run', { dryRun: true }, false],
  ] as const)('is told of every step, and of the end: %s', async (_name, options, isStored) => {
    const { told, observer } = listener();
    const { runId } = await paused.run(options, () => undefined, { observer });
    const dryRun = 'dryRun' in options;
    expect(told.ids).toEqual([runId]);
    expect(told.runs).toEqual([{ dryRun, sources: [{ system: 'HR', model: 'Tag' }] }]);
    expect(new Set(told.steps.map(({ step }) => step))).toEqual(new Set(RUN_STEPS));
    expect(told.steps.filter(({ isOver }) => !isOver)).toEqual([]);
    for (const step of ['plan', 'write'] as const) expect([step, rowsOf(told, step)]).toEqual([step, ROWS]);
    expect(told.rows).toBe(ROWS);
    expect(told.ends).toMatchObject([{ status: 'COMPLETED', isStored, error: null }]);
    expect(told.ends[0]?.counts).toMatchObject([{ rows: ROWS, created: ROWS, failed: 0 }]);
  });

  it('is told of runs that are stopped, and what stays of them', async () => {
    for (const [onError, isStored] of [['ROLLBACK', false], ['CONTINUE', true]] as const) {
      const { told, observer } = listener();
      const run = paused.run({ onError }, ({ active }) => active.find(told.ids[0] ?? '')?.cancel(), { observer });
      await expect(run).rejects.toMatchObject({ code: 'CANCELLED' });
      expect(told.ends).toMatchObject([{ status: 'CANCELLED', isStored, error: { code: 'CANCELLED' } }]);
      expect(told.steps.filter(({ isOver }) => !isOver)).toEqual([]);
      const stayed = (await paused.test.database.reader('tag').pluck('id')).length;
      if (isStored) expect(told.ends[0]?.counts).toMatchObject([{ created: stayed }]);
    }
  }); // prettier-ignore

  it('is told of a run that waits for another', async () => {
    const second = listener();
    await paused.hold(async () => {
      const waiting = paused.run({ onError: 'CONTINUE' }, () => undefined, {
        observer: (run) => {
          const watcher = second.observer(run);
          const recorded = (id: string): void => {
            watcher.recorded(id);
            queueMicrotask(() => paused.engine.active.find(id)?.cancel());
          };
          return { ...watcher, recorded };
        },
      });
      await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
    });
    expect(second.told.steps).toEqual([{ step: 'wait', rows: null, isOver: true }]);
    expect(second.told.ends).toMatchObject([{ status: 'CANCELLED', counts: [] }]);
  });
});
