/** The worker of a process, and what tells it of queued runs: its own calls, other processes by Redis, and its own looks. */
import type { Logger } from 'pino';
import type { Services } from '../api';
import { QueueListener, QueueMessages, Worker } from '../jobs';
import { startUpkeep } from '../records';
import type { Settings } from './settings';
import { logFailure } from './watching/loggedError';
import type { Watch } from './watching/watch';

/** A look for dead processes needs to come several times within the lease. */
const LOOKS_PER_LEASE = 3;
const MOST_BETWEEN_CHECKS = 10_000;

type JobSettings = Pick<Settings, 'asyncRuns' | 'idempotencyHours' | 'keepRunsDays' | 'leaseSeconds' | 'redisUrl'>;

interface Jobs {
  /** Gives runs under way back to the queue. */
  stop(): Promise<void>;
}

/** Starts the upkeep of records and the work on queued runs. */
export async function startJobs(services: Services, settings: JobSettings, watch: Watch, log: Logger): Promise<Jobs> {
  const { asyncRuns, leaseSeconds, redisUrl, keepRunsDays, idempotencyHours } = settings;
  const onRedisFailure = ({ code, message }: NodeJS.ErrnoException): void =>
    log.debug({ code, reason: message }, 'Redis cannot tell of queued runs');
  const redis = redisUrl === null ? null : { url: redisUrl, prefix: 'nsync', onFailure: onRedisFailure as (error: unknown) => void }; // prettier-ignore
  const messages = redis && (await QueueMessages.start(redis));
  const tell = (runId: string): void => {
    messages?.send(runId);
    worker.wake();
  };
  const worker = new Worker(services, {
    runsAtOnce: asyncRuns,
    leaseSeconds,
    observerOf: (requestId, startedBy) => watch.observerOfQueued(requestId, startedBy),
    onFailure: (error, run) =>
      logFailure(log, 'warn', error, run === null ? {} : { run }, 'cannot work on queued runs'),
    onReturned: (runId) => messages?.send(runId),
  });
  const listener = redis && asyncRuns > 0 ? await QueueListener.start(redis, asyncRuns, () => worker.workOnce()) : null;
  services.events.on('queued', tell);
  const upkeep = startUpkeep(services.database, {
    keepRunsDays,
    idempotencyHours,
    betweenChecks: Math.min(MOST_BETWEEN_CHECKS, (leaseSeconds * 1000) / LOOKS_PER_LEASE),
    onReturned: tell,
    onFailure: (error) => logFailure(log, 'warn', error, {}, 'cannot check the records of runs'),
  });
  return {
    stop: async () => {
      services.events.off('queued', tell);
      await Promise.all([upkeep.stop(), listener?.stop(), worker.stop()]);
      await messages?.stop();
    },
  };
}
