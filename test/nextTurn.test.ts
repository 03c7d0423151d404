/** Work yields to the event loop between batches, so that requests are answered meanwhile. */
import { nextTurn } from '../src/nextTurn';

test('work that waits for a turn has one of its own, in the order in which it asked', async () => {
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
      await nextTurn();
      order.push(work);
      return round;
    }),
  );
  counting = false;
  expect(order).toEqual(['reading', 'planning', 'writing']);
  expect(new Set(rounds).size).toBe(3);
});
