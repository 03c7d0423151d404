/** Work yields to the event loop between batches, so that requests are answered meanwhile. */
import { yieldToEventLoop } from '../src/eventLoop';

test('callers resume in the order of their calls, one per cycle of the event loop', async () => {
  let round = 0;
  let counting = true;
  const count = (): void => {
    round += 1;
    if (counting) setImmediate(count);
  };
  setImmediate(count);
  const order: string[] = [];
  const rounds = await Promise.all(
    ['reading', 'planning', 'writing'].map(async (work) => {
      await yieldToEventLoop();
      order.push(work);
      return round;
    }),
  );
  counting = false;
  expect(order).toEqual(['reading', 'planning', 'writing']);
  expect(new Set(rounds).size).toBe(3);
});
