/** Counts callers' requests per minute, and their concurrent work: in memory, or in Redis for several servers. */
import { randomUUID } from 'node:crypto';
import type Redis from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { type LockOptions, Semaphore } from 'redis-semaphore';

/** The length of a period in seconds. */
export const PERIOD = 60;
const PREFIX = 'nsync';

export interface Count {
  readonly limit: number;
  readonly isExceeded: boolean;
  /** The remaining number until the period ends. */
  readonly remaining: number;
  /** Seconds until the period ends. */
  readonly reset: number;
}

export interface MinuteCounter {
  /** Counts one request of a key. */
  add(key: string): Promise<Count>;
  /** The count of a key without counting; null if there is none yet. */
  look(key: string): Promise<Count | null>;
}

/** A counter with a limit per key and minute. Without Redis, or while Redis does not answer, each server counts alone. */
export function minuteCounter(name: string, limit: number, redis: Redis | null): MinuteCounter {
  const options = { keyPrefix: `${PREFIX}:${name}`, points: limit, duration: PERIOD };
  const inMemory = new RateLimiterMemory(options);
  const limiter = redis
    ? new RateLimiterRedis({ ...options, storeClient: redis, insuranceLimiter: inMemory, rejectIfRedisNotReady: true })
    : inMemory;
  const countOf = ({ consumedPoints, remainingPoints, msBeforeNext }: RateLimiterRes): Count => ({
    limit,
    isExceeded: consumedPoints > limit,
    remaining: Math.max(0, remainingPoints),
    reset: Math.max(1, Math.ceil(msBeforeNext / 1000)),
  });
  return {
    async add(key) {
      try {
        return countOf(await limiter.consume(key));
      } catch (refused) {
        if (refused instanceof RateLimiterRes) return countOf(refused);
        throw refused;
      }
    },
    async look(key) {
      const found = await limiter.get(key);
      return found && countOf(found);
    },
  };
}

/** A number of slots per key. */
interface Slots {
  /** Takes a slot. Returns a function that frees it; null if no slot is free. */
  take(key: string): Promise<(() => Promise<void>) | null>;
}

class SlotsInMemory implements Slots {
  private readonly taken = new Map<string, number>();

  constructor(private readonly most: number) {}

  take(key: string): Promise<(() => Promise<void>) | null> {
    const before = this.taken.get(key) ?? 0;
    if (before >= this.most) return Promise.resolve(null);
    this.taken.set(key, before + 1);
    return Promise.resolve(() => {
      const left = (this.taken.get(key) ?? 1) - 1;
      if (left > 0) this.taken.set(key, left);
      else this.taken.delete(key);
      return Promise.resolve();
    });
  }
}

/** The slots of a server that crashes are freed after this number of milliseconds. */
const SLOT_TIMEOUT = 30_000;
/** How often a slot is confirmed within that time. */
const CONFIRMATIONS = 3;

class SlotsInRedis implements Slots {
  constructor(
    private readonly name: string,
    private readonly most: number,
    private readonly redis: Redis,
    /** Used while Redis does not answer. */
    private readonly inMemory: Slots,
    private readonly onFailure: (error: unknown) => void,
    private readonly timeout: number,
  ) {}

  async take(key: string): Promise<(() => Promise<void>) | null> {
    const identifier = randomUUID();
    const slot = this.slot(key, { identifier });
    try {
      if (!(await slot.tryAcquire())) return null;
    } catch (error) {
      this.onFailure(error);
      return this.inMemory.take(key);
    }
    // The library's own timer would end the process if Redis does not answer. A lost slot does no harm: the run continues.
    const confirm = (): Promise<unknown> => this.slot(key, { identifier, acquiredExternally: true }).tryAcquire();
    const timer = setInterval(() => void confirm().catch(this.onFailure), this.timeout / CONFIRMATIONS).unref();
    return () => {
      clearInterval(timer);
      return slot.release().catch(this.onFailure);
    };
  }

  private slot(key: string, options: Pick<LockOptions, 'identifier' | 'acquiredExternally'>): Semaphore {
    return new Semaphore(this.redis, `${PREFIX}:${this.name}:${key}`, this.most, {
      ...options,
      lockTimeout: this.timeout,
      acquireAttemptsLimit: 1,
      retryInterval: 0,
      refreshInterval: 0,
    });
  }
}

/** Slots with a limit per key. `name` tells them apart in Redis. A slot in Redis is freed if it is not confirmed for `timeout` milliseconds. */
export function makeSlots(
  name: string,
  most: number,
  redis: Redis | null,
  onFailure: (error: unknown) => void,
  timeout = SLOT_TIMEOUT,
): Slots {
  const inMemory = new SlotsInMemory(most);
  return redis ? new SlotsInRedis(name, most, redis, inMemory, onFailure, timeout) : inMemory;
}
