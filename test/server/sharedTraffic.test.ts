/** Limits on the callers of several servers, which count in one Redis. If Redis does not answer, each server counts alone. */
import { setTimeout } from 'node:timers/promises';
import Redis from 'ioredis';
import { makeSlots } from '../../src/server/traffic/counters';
import { eventually } from '../support/eventually';
import { type Answer, ask, secretsOf, serving, syncOf, VIEWER, withoutWrites } from '../support/limitedServer';

const REDIS_URL = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379/15';

describe('servers that share a Redis', () => {
  let redis: Redis;
  beforeAll(async () => {
    redis = new Redis(REDIS_URL);
    await redis.flushdb();
  });
  afterAll(() => redis.quit());
  const shared = { NSYNC_REDIS_URL: REDIS_URL };

  it('count requests and invalid tokens together', async () => {
    const limits = { NSYNC_MAX_CALLS_PER_MINUTE: '2', NSYNC_MAX_FAILED_AUTHENTICATIONS: '1' };
    await serving({ ...shared, ...limits }, (first) =>
      serving({ ...shared, ...limits }, async (second) => {
        const [ofFirst] = await secretsOf(first, ['together']);
        const [ofSecond] = await secretsOf(second, ['together']);
        expect(await ask(first.url, VIEWER, ofFirst)).toMatchObject({ status: 200 });
        expect(await ask(second.url, VIEWER, ofSecond)).toMatchObject({ status: 200 });
        expect(await ask(first.url, VIEWER, ofFirst)).toMatchObject({ status: 429 });
        expect(await ask(second.url, VIEWER, ofSecond)).toMatchObject({ status: 429 });
        expect(await ask(first.url, VIEWER, 'wrong')).toMatchObject({ status: 401 });
        expect(await ask(second.url, VIEWER, 'wrong')).toMatchObject({ status: 429 });
      }),
    );
  });

  it('count runs together, and forget those of a server that is gone', async () => {
    const limits = { NSYNC_MAX_RUNS_PER_CALLER: '1' };
    await serving({ ...shared, ...limits }, (first) =>
      serving({ ...shared, ...limits }, async (second) => {
        const [ofFirst] = await secretsOf(first, ['busy']);
        const [ofSecond] = await secretsOf(second, ['busy']);
        let waiting: Promise<Answer> | undefined;
        await withoutWrites(first, async () => {
          waiting = ask(first.url, syncOf('a'), ofFirst);
          await setTimeout(500);
          expect(await ask(second.url, syncOf('b'), ofSecond)).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
        });
        expect(await waiting).toMatchObject({ status: 200 });
        expect(await ask(second.url, syncOf('b'), ofSecond)).toMatchObject({ status: 200 });
        // A slot of a server that has crashed.
        const key = 'semaphore:nsync:runs:token busy';
        await redis.zadd(key, Date.now() - 31_000, 'dead');
        expect(await ask(second.url, syncOf('c'), ofSecond)).toMatchObject({ status: 200 });
        await redis.zadd(key, Date.now(), 'alive');
        expect(await ask(second.url, syncOf('d'), ofSecond)).toMatchObject({ status: 429 });
      }),
    );
  });

  it('keep the slot of a long run, and survive a Redis that goes away meanwhile', async () => {
    const ofServer = new Redis(REDIS_URL, { maxRetriesPerRequest: 0, enableOfflineQueue: false, lazyConnect: true });
    await ofServer.connect();
    const failures: unknown[] = [];
    const slots = makeSlots('runs', 1, ofServer, (error) => failures.push(error), 300);
    const free = await slots.take('long');
    await setTimeout(1000);
    expect(await slots.take('long')).toBeNull();
    ofServer.disconnect();
    await eventually('the slot cannot be confirmed', () => failures.length > 0);
    const inMemory = await slots.take('long');
    expect([await slots.take('long'), inMemory]).toEqual([null, expect.any(Function)]);
    await inMemory?.();
    await free?.();
  });

  it('count by themselves as long as it does not answer', async () => {
    const environment = { NSYNC_REDIS_URL: 'redis://127.0.0.1:1', NSYNC_MAX_CALLS_PER_MINUTE: '3', NSYNC_MAX_RUNS_PER_CALLER: '1' }; // prettier-ignore
    await serving(environment, async (server) => {
      const [hr] = await secretsOf(server, ['hr']);
      expect(await ask(server.url, syncOf('a'), hr)).toMatchObject({ status: 200 });
      expect(await ask(server.url, syncOf('b'), hr)).toMatchObject({ status: 200 });
      expect(await ask(server.url, VIEWER, hr)).toMatchObject({ status: 200 });
      expect(await ask(server.url, VIEWER, hr)).toMatchObject({ status: 429 });
    });
  });
});
