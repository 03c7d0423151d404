/** What is written as CSV is read as it was, whatever its cells and however the bytes are cut. */
import fc from 'fast-check';
import { openCsvText } from '../../src/csv';
import { QuoteScanner } from '../../src/csv/quoteScanner';

const cell = fc.string({ unit: fc.constantFrom('a', 'é', ' ', '"', ',', ';', '\n', '\r'), maxLength: 6 });
const quote = (value: string): string => `"${value.replaceAll('"', '""')}"`;

describe('quotes', () => {
  it('any cell survives being quoted', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell), { maxLength: 8 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        async (rows, end) => {
          const text = [['a', 'b'], ...rows].map((row) => row.map(quote).join(',') + end).join('');
          const read: unknown[] = [];
          for await (const batch of (await openCsvText(text)).batches())
            read.push(...batch.map(({ values }) => [values.a, values.b]));
          expect(read).toEqual(rows);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('an open quote is found on its line, however the text is cut', () => {
    fc.assert(
      fc.property(fc.array(cell, { maxLength: 5 }), fc.nat({ max: 40 }), (cells, cut) => {
        const closed = cells.map((value) => `${quote(value)}\n`).join('');
        const text = `${closed}x,"never closed\nand on`;
        const scanner = new QuoteScanner(',');
        scanner.feed(text.slice(0, cut));
        scanner.feed(text.slice(cut));
        expect(scanner.unclosedLine).toBe(closed.split(/\r\n|\n|\r/).length);
        const whole = new QuoteScanner(',');
        whole.feed(closed);
        expect(whole.unclosedLine).toBeNull();
      }),
    );
  });
});
