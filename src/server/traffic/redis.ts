/** The connection to the Redis server in which several servers count together. Without Redis, each server counts alone. */
import type Redis from 'ioredis';
import type { Logger } from 'pino';

const CONNECT_TIMEOUT = 1000;
/** The most milliseconds that a caller waits for Redis. */
const COMMAND_TIMEOUT = 500;
const LONGEST_PAUSE = 5000;

/** Resolves once Redis has answered, or cannot be reached. The client keeps reconnecting. */
export async function connectRedis(url: string, log: Logger): Promise<Redis> {
  // It takes time to load, and most processes have no Redis.
  const { Redis: Client } = await import('ioredis');
  const redis = new Client(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_TIMEOUT,
    commandTimeout: COMMAND_TIMEOUT,
    retryStrategy: (attempts) => Math.min(attempts * 100, LONGEST_PAUSE),
  });
  let isAway = false;
  redis.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (!isAway) log.warn({ code, reason: message }, 'Redis cannot be reached: this server counts callers by itself');
    isAway = true;
  });
  redis.on('ready', () => {
    if (isAway) log.info('Redis is back');
    isAway = false;
  });
  // The error listener above logs the failure.
  await redis.connect().catch(() => undefined);
  return redis;
}
