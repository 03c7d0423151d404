/** Callers that wait at the same time share a check that started after they called. */
import { sharedCheck } from '../../src/server/sharedCheck';

it('gives callers that come during a check the next one', async () => {
  const ends: ((result: number) => void)[] = [];
  const check = sharedCheck(() => new Promise<number>((resolve) => ends.push(resolve)));
  const first = check();
  await Promise.resolve();
  const later = [check(), check()];
  expect(ends).toHaveLength(1);
  ends[0]?.(1);
  expect(await first).toBe(1);
  await new Promise(setImmediate);
  expect(ends).toHaveLength(2);
  ends[1]?.(2);
  expect(await Promise.all(later)).toEqual([2, 2]);
});

it('checks again after a failure', async () => {
  let calls = 0;
  const check = sharedCheck(() => {
    calls += 1;
    return calls === 1 ? Promise.reject(new Error('lost')) : Promise.resolve(calls);
  });
  const [first, second] = [check(), Promise.resolve().then(check)];
  await expect(first).rejects.toThrow('lost');
  expect(await second).toBe(2);
});
