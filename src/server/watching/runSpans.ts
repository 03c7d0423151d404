/** The spans of a run: one for the run, and one for each of its first steps. They contain names and numbers, and no values of rows. */
import { type Attributes, type Context, type Span, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import {
  type ObservedEnd,
  type ObservedRun,
  RUN_STEPS,
  type RunObserver,
  type RunStep,
  type RunWatcher,
} from '../../sync';

/** The most steps of a run with spans of their own, because a large run has many thousands. The run's span has the total seconds. */
const MOST_STEPS = 1000;
/** The most systems or models in an attribute. */
const MOST_NAMES = 20;

const namesOf = (names: readonly string[]): string[] => [...new Set(names)].slice(0, MOST_NAMES);

class RunSpans implements RunWatcher {
  private readonly span: Span;
  private readonly context: Context;
  private readonly attributes: Attributes;
  private readonly seconds = new Map<RunStep, number>();
  private steps = 0;

  constructor(
    private readonly tracer: Tracer,
    parent: Context,
    { dryRun, sources }: ObservedRun,
  ) {
    this.attributes = {
      'nsync.system': namesOf(sources.map(({ system }) => system)),
      'nsync.model': namesOf(sources.map(({ model }) => model)),
    };
    this.span = tracer.startSpan('run', { attributes: { ...this.attributes, 'nsync.dry_run': dryRun } }, parent);
    this.context = trace.setSpan(parent, this.span);
  }

  recorded(id: string): void {
    this.span.setAttribute('nsync.run', id);
  }

  step(step: RunStep, rows: number | null): () => void {
    const start = performance.now();
    this.steps += 1;
    const attributes = { ...this.attributes, ...(rows === null ? {} : { 'nsync.rows': rows }) };
    const span = this.steps <= MOST_STEPS ? this.tracer.startSpan(step, { attributes }, this.context) : null;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.seconds.set(step, (this.seconds.get(step) ?? 0) + (performance.now() - start) / 1000);
      span?.end();
    };
  }

  rowsDone(): void {}

  end({ status, counts, error }: ObservedEnd): void {
    this.span.setAttributes({
      'nsync.status': status,
      'nsync.rows': counts.reduce((sum, { rows }) => sum + rows, 0),
      'nsync.failed_rows': counts.reduce((sum, { failed }) => sum + failed, 0),
      ...Object.fromEntries(RUN_STEPS.map((step) => [`nsync.seconds.${step}`, this.seconds.get(step) ?? 0])),
    });
    // The error's message is left out, because it may quote values.
    if (error !== null) this.span.setStatus({ code: SpanStatusCode.ERROR });
    this.span.end();
  }

  endsElsewhere(): void {
    this.span.setAttribute('nsync.ends_elsewhere', true);
    this.span.end();
  }
}

/** Creates the spans of runs below the span of a request. */
export const runSpans =
  (tracer: Tracer, parent: Context): RunObserver =>
  (run) =>
    new RunSpans(tracer, parent, run);
