/** R44: chunks of a long run take about 150 ms while short runs wait. */
import { Pace } from '../../src/sync/run/pace';

it('makes chunks smaller while others wait, and larger again afterwards', () => {
  let isAwaited = false;
  const pace = new Pace(() => isAwaited);
  const chunk = (milliseconds: number): number => {
    const rows = Math.min(pace.mostRows, 1000);
    pace.begin();
    pace.note(rows);
    pace.end(milliseconds);
    return pace.mostRows;
  };
  expect(chunk(1000)).toBe(Infinity);
  isAwaited = true;
  expect(chunk(140)).toBe(Infinity);
  expect(chunk(300)).toBe(500);
  expect(chunk(160)).toBe(468);
  expect(chunk(10_000)).toBe(250);
  isAwaited = false;
  expect(Array.from({ length: 4 }, () => chunk(1000)).at(-1)).toBeGreaterThan(1000);
});
