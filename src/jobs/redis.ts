/**
 * Tells workers of queued runs by Redis (BullMQ). The database decides who carries out a run, so a message that is lost, or arrives twice, only costs
 * time: each worker also looks by itself.
 */
import { Queue, Worker as QueueWorker } from 'bullmq';
import Redis from 'ioredis';

const QUEUE = 'nsync-runs';
const CONNECT_TIMEOUT = 1000;
const LONGEST_PAUSE = 5000;

interface RedisSettings {
  readonly url: string;
  /** Messages of installations with other prefixes are not seen. */
  readonly prefix: string;
  readonly onFailure: (error: unknown) => void;
}

const retryStrategy = (attempts: number): number => Math.min(attempts * 100, LONGEST_PAUSE);

/** Sends messages. */
export class QueueMessages {
  private readonly redis: Redis;
  private readonly queue: Queue;

  constructor({ url, prefix, onFailure }: RedisSettings) {
    // A message is not worth waiting for.
    this.redis = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 0, connectTimeout: CONNECT_TIMEOUT, retryStrategy }); // prettier-ignore
    this.redis.on('error', onFailure);
    this.queue = new Queue(QUEUE, {
      connection: this.redis,
      prefix,
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    });
    this.queue.on('error', onFailure);
  }

  /** Tells workers that a run is queued. Never throws, and does not wait. */
  send(runId: string): void {
    this.queue.add('run', {}, { jobId: `run-${runId}` }).catch(() => undefined);
  }

  async stop(): Promise<void> {
    await this.queue.close().catch(() => undefined);
    this.redis.disconnect();
  }
}

/** Receives messages, and does some work for each, so many at once. */
export class QueueListener {
  private readonly redis: Redis;
  private readonly worker: QueueWorker;

  constructor({ url, prefix, onFailure }: RedisSettings, atOnce: number, work: () => Promise<void>) {
    this.redis = new Redis(url, { maxRetriesPerRequest: null, connectTimeout: CONNECT_TIMEOUT, retryStrategy });
    this.redis.on('error', onFailure);
    this.worker = new QueueWorker(QUEUE, work, { connection: this.redis, prefix, concurrency: atOnce });
    this.worker.on('error', onFailure);
  }

  /** Does not wait for work under way. */
  async stop(): Promise<void> {
    await this.worker.close(true).catch(() => undefined);
    this.redis.disconnect();
  }
}
