/** Halving finds every row at fault, in order and with few attempts (R17a). */
import fc from 'fast-check';
import { ChunkCutter } from '../../src/sync/run/chunkCutter';

interface Played {
  readonly attempts: number;
  readonly failed: readonly number[];
  readonly done: number;
}

/** Cuts `rows` rows into chunks. Chunks with a row at fault are refused. */
function play(rows: number, bad: ReadonlySet<number>, largest: number): Played {
  const cutter = new ChunkCutter(largest);
  const failed: number[] = [];
  let [done, attempts] = [0, 0];
  while (done < rows) {
    const chunk = Math.min(cutter.next, rows - done);
    expect(chunk).toBeGreaterThan(0);
    attempts += 1;
    const hasFault = Array.from({ length: chunk }, (_, index) => done + index).some((row) => bad.has(row));
    if (!hasFault) {
      cutter.accept(chunk, chunk);
      done += chunk;
    } else if (!cutter.refuse(chunk)) {
      failed.push(done);
      cutter.isolated();
      done += 1;
    }
  }
  return { attempts, failed, done };
}

describe('cutting chunks', () => {
  it('R17a: finds the rows at fault and no others, with k log n attempts at the most', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.array(fc.nat({ max: 299 }), { maxLength: 40 }),
        fc.integer({ min: 1, max: 128 }),
        (rows, places, largest) => {
          const bad = new Set(places.filter((place) => place < rows));
          const { attempts, failed, done } = play(rows, bad, largest);
          expect(failed).toEqual([...bad].sort((a, b) => a - b));
          expect(done).toBe(rows);
          const chunks = Math.ceil(rows / largest);
          expect(attempts).toBeLessThanOrEqual(chunks + bad.size * (2 * Math.log2(largest) + 4));
        },
      ),
    );
  });

  it.each([
    ['no row', [], 10],
    ['one row', [4321], 10 + 21],
    ['ten rows apart', Array.from({ length: 10 }, (_, index) => index * 1000 + 77), 10 * 22],
    ['all rows', Array.from({ length: 10_000 }, (_, index) => index), 10_100],
  ])('R17a: %s at fault among 10,000', (_, bad, most) => {
    expect(play(10_000, new Set(bad), 1000).attempts).toBeLessThanOrEqual(most);
  });
});
