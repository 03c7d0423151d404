/** Callers that wait at the same time share a check that started after they called. */
import { sharedCheck } from '../../src/server/sharedCheck';

it('gives callers that come during a check the next one', async () => {
  const ends: ((result: number) => void)[] = [];
  const check = sharedCheck<string, number>(() => new Promise((resolve) => ends.push(resolve)));
  const first = check('a');
  await Promise.resolve();
  const later = [check('a'), check('a')];
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
  const check = sharedCheck<string, number>(() => {
    calls += 1;
    return calls === 1 ? Promise.reject(new Error('lost')) : Promise.resolve(calls);
  });
  const [first, second] = [check('a'), Promise.resolve().then(() => check('a'))];
  await expect(first).rejects.toThrow('lost');
  expect(await second).toBe(2);
});

it('checks each subject by itself', async () => {
  const asked: string[] = [];
  const check = sharedCheck((subject: string) => {
    asked.push(subject);
    return Promise.resolve(`result of ${subject}`);
  });
  expect(await Promise.all([check('a'), check('b'), check('a')])).toEqual([
    'result of a',
    'result of b',
    'result of a',
  ]);
  expect(await check('a')).toBe('result of a');
  expect(asked).toEqual(['a', 'b', 'a']);
});
