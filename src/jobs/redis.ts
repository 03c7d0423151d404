/**
 * Tells workers of queued runs by Redis (BullMQ). The database decides who carries out a run, so a message that is lost, or arrives twice, only costs
 * time: each worker also looks by itself.
 */
import type { Queue, Worker as QueueWorker } from 'bullmq';
import type Redis from 'ioredis';

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

/** They take time to load, and most processes have no Redis. */
const load = async () => ({ ...(await import('bullmq')), Client: (await import('ioredis')).Redis });

/** Sends messages. */
export class QueueMessages {
  private constructor(
    private readonly redis: Redis,
    private readonly queue: Queue,
  ) {}

  static async start({ url, prefix, onFailure }: RedisSettings): Promise<QueueMessages> {
    const { Queue, Client } = await load();
    // A message is not worth waiting for.
    const redis = new Client(url, { enableOfflineQueue: false, maxRetriesPerRequest: 0, connectTimeout: CONNECT_TIMEOUT, retryStrategy }); // prettier-ignore
    redis.on('error', onFailure);
    const queue = new Queue(QUEUE, {
      connection: redis,
      prefix,
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    });
    queue.on('error', onFailure);
    return new QueueMessages(redis, queue);
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
  private constructor(
    private readonly redis: Redis,
    private readonly worker: QueueWorker,
  ) {}

  static async start(
    { url, prefix, onFailure }: RedisSettings,
    atOnce: number,
    work: () => Promise<void>,
  ): Promise<QueueListener> {
    const { Worker, Client } = await load();
    const redis = new Client(url, { maxRetriesPerRequest: null, connectTimeout: CONNECT_TIMEOUT, retryStrategy });
    redis.on('error', onFailure);
    const worker = new Worker(QUEUE, work, { connection: redis, prefix, concurrency: atOnce });
    worker.on('error', onFailure);
    return new QueueListener(redis, worker);
  }

  /** Does not wait for work under way. */
  async stop(): Promise<void> {
    await this.worker.close(true).catch(() => undefined);
    this.redis.disconnect();
  }
}
