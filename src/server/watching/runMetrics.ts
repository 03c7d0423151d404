/** Metrics of runs. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { extended } from '../../extended';
import { COUNTED_AS, type RunCounts } from '../../records';
import { Roster } from '../../roster';
import {
  type ObservedEnd,
  type ObservedRun,
  RUN_STEPS,
  type RunObserver,
  type RunStep,
  type RunWatcher,
} from '../../sync';
import { BoundedSources, type SourceLabels } from './labels';

const SOURCE = ['system', 'model'] as const;
const ROW_STATUSES = Object.values(COUNTED_AS);

/** Buckets in seconds, from a tenth of a second to two hours. */
const DURATIONS = [0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 1800, 3600, 7200];

const secondsSince = (start: number): number => (performance.now() - start) / 1000;

function makeMetrics(registers: Registry[]) {
  return {
    runs: new Counter({
      name: 'nsync_runs_total',
      help: 'Runs that have ended. A run of several systems or models has the label "several".',
      labelNames: [...SOURCE, 'status', 'dry_run'],
      registers,
    }),
    rows: new Counter({
      name: 'nsync_rows_total',
      help: 'Rows of runs that have ended, by their result. stored is "false" for dry runs and runs that were rolled back.',
      labelNames: [...SOURCE, 'status', 'stored'],
      registers,
    }),
    warnings: new Counter({
      name: 'nsync_row_warnings_total',
      help: 'Warnings about rows of runs that have ended.',
      labelNames: SOURCE,
      registers,
    }),
    processed: new Counter({
      name: 'nsync_rows_processed_total',
      help: 'Rows that runs have processed so far. A row counts again in each pass, and if its transaction is repeated.',
      labelNames: SOURCE,
      registers,
    }),
    duration: new Histogram({
      name: 'nsync_run_duration_seconds',
      help: 'Seconds from the start of a run to its end, with the time in which it waited.',
      labelNames: SOURCE,
      buckets: DURATIONS,
      registers,
    }),
    wait: new Histogram({
      name: 'nsync_run_wait_seconds',
      help: 'Seconds for which a run waited for other runs, locks and connections.',
      buckets: DURATIONS,
      registers,
    }),
    steps: new Counter({
      name: 'nsync_run_step_seconds_total',
      help: 'Seconds that runs spent in each step. Steps of a run overlap.',
      labelNames: ['step'],
      registers,
    }),
    lastEnd: new Gauge({
      name: 'nsync_run_last_end_timestamp_seconds',
      help: 'When the last run with this status ended, dry runs excluded.',
      labelNames: [...SOURCE, 'status'],
      registers,
    }),
  };
}

/** Registers the metrics of unfinished runs, which are computed when they are scraped. */
function registerUnderWay(registers: Registry[], underWay: Roster<MeasuredRun>): void {
  new Gauge({
    name: 'nsync_runs_in_progress',
    help: 'Runs of this server that wait, and runs that work.',
    labelNames: ['state'],
    registers,
    collect() {
      const waiting = [...underWay].filter((run) => run.secondsWaiting !== null).length;
      this.set({ state: 'waiting' }, waiting);
      this.set({ state: 'working' }, underWay.size - waiting);
    },
  });
  new Gauge({
    name: 'nsync_run_longest_wait_seconds',
    help: 'Seconds for which a run of this server has been waiting, at most. 0 if none is waiting.',
    registers,
    collect() {
      this.set(Math.max(0, ...[...underWay].map((run) => run.secondsWaiting ?? 0)));
    },
  });
}

type Metrics = ReturnType<typeof makeMetrics>;

/** Counts rows by their results. A source's counters begin together, at 0. Afterwards only those that grow are looked up, because a lookup takes long. */
class RowCounters {
  private readonly begun = new Set<string>();

  constructor(private readonly metrics: Pick<Metrics, 'rows' | 'warnings'>) {}

  add(source: SourceLabels, isStored: boolean, counts: RunCounts): void {
    const { rows, warnings } = this.metrics;
    const stored = String(isStored);
    const name = JSON.stringify([source.system, source.model, stored]);
    const begins = !this.begun.has(name);
    this.begun.add(name);
    for (const kind of ROW_STATUSES)
      if (begins || counts[kind] > 0) rows.inc(extended(source, { status: kind, stored }), counts[kind]);
    if (begins || counts.warnings > 0) warnings.inc(source, counts.warnings);
  }
}

/** Measures one run, from its start to its end. */
class MeasuredRun implements RunWatcher {
  private readonly startedAt = performance.now();
  private readonly waits = new Set<{ readonly start: number }>();
  private waited = 0;
  private readonly leave: () => void;

  constructor(
    private readonly metrics: Metrics,
    private readonly rows: RowCounters,
    private readonly run: ObservedRun,
    private readonly labels: BoundedSources,
    underWay: Roster<MeasuredRun>,
  ) {
    this.leave = underWay.add(this);
  }

  /** The seconds that the run has been waiting; null if the run is working. */
  get secondsWaiting(): number | null {
    const [first] = this.waits;
    return first ? secondsSince(first.start) : null;
  }

  recorded(): void {}

  step(step: RunStep): () => void {
    const begun = { start: performance.now() };
    if (step === 'wait') this.waits.add(begun);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      const seconds = secondsSince(begun.start);
      this.metrics.steps.inc({ step }, seconds);
      if (this.waits.delete(begun)) this.waited += seconds;
    };
  }

  rowsDone(source: number, rows: number): void {
    this.metrics.processed.inc(this.labelsOf(source), rows);
  }

  endsElsewhere(): void {
    this.leave();
  }

  end({ status, counts, isStored }: ObservedEnd): void {
    const { metrics, labels, run } = this;
    this.leave();
    const common = labels.ofAll(run.sources);
    metrics.runs.inc(extended(common, { status, dry_run: String(run.dryRun) }));
    metrics.duration.observe(common, secondsSince(this.startedAt));
    metrics.wait.observe(this.waited);
    if (!run.dryRun) metrics.lastEnd.set(extended(common, { status }), Date.now() / 1000);
    for (const [index, source] of counts.entries()) this.rows.add(this.labelsOf(index), isStored, source);
  }

  private labelsOf(source: number): SourceLabels {
    return this.labels.of(this.run.sources[source] ?? { system: '', model: '' });
  }
}

/** Returns an observer that counts and measures runs. */
export function runMetrics(registry: Registry): RunObserver {
  const underWay = new Roster<MeasuredRun>();
  const labels = new BoundedSources();
  const metrics = makeMetrics([registry]);
  const rows = new RowCounters(metrics);
  registerUnderWay([registry], underWay);
  for (const step of RUN_STEPS) metrics.steps.inc({ step }, 0);
  return (run) => new MeasuredRun(metrics, rows, run, labels, underWay);
}
