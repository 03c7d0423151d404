/** Log lines of requests and runs: caller, operation, duration and counts. Lines never contain values of rows. */
import type { Logger } from 'pino';
import { callErrorOf, type Dialect } from '../../database';
import { extended } from '../../extended';
import { COUNTS, noCounts, type RunCounts } from '../../records';
import type { RunObserver } from '../../sync';
import type { EndedRequest } from './requests';

/** The fields that all lines of a request share. */
export interface LogContext {
  readonly requestId: string;
  readonly viewer: string | null;
  readonly traceId?: string;
}

const milliseconds = (seconds: number): number => Math.round(seconds * 1000);

/** The most sources in a line. */
const MOST_SOURCES = 20;

/** Writes one line per GraphQL request. Pages, files and health checks are at level debug. */
export function logRequest(log: Logger, context: LogContext, request: EndedRequest): void {
  const { method, path, status, seconds, isAborted, field, code, isGraphql } = request;
  const level = isGraphql ? 'info' : 'debug';
  if (!log.isLevelEnabled(level)) return;
  const line = extended(context, {
    method,
    path,
    status,
    ms: milliseconds(seconds),
    ...(field === null ? {} : { field }),
    ...(code === null ? {} : { code }),
    ...(isAborted ? { isAborted } : {}),
  });
  log[level](line, 'request');
}

function totalOf(counts: readonly RunCounts[]): RunCounts {
  const total = noCounts();
  for (const source of counts) for (const count of COUNTS) total[count] += source[count];
  return total;
}

/** Writes one line when a run is recorded, and one at its end. */
export function logRuns(log: Logger, dialect: Dialect, context: () => LogContext): RunObserver {
  return ({ dryRun, sources }) => {
    const start = performance.now();
    const request = context();
    let run: string | null = null;
    return {
      recorded: (id) => {
        run = id;
        if (!log.isLevelEnabled('info')) return;
        log.info(extended(request, { run, dryRun, sources: sources.slice(0, MOST_SOURCES) }), 'run started');
      },
      step: () => () => undefined,
      rowsDone: () => undefined,
      end: ({ status, counts, error }) => {
        const level = status === 'INTERRUPTED' ? 'warn' : 'info';
        if (!log.isLevelEnabled(level)) return;
        const code = error === null ? {} : { code: callErrorOf(dialect, error)?.code ?? 'INTERNAL_SERVER_ERROR' };
        const ms = milliseconds((performance.now() - start) / 1000);
        const line = extended(request, { run, dryRun, status, ...code, ms, counts: totalOf(counts) });
        log[level](line, 'run ended');
      },
      endsElsewhere: () => undefined,
    };
  };
}
