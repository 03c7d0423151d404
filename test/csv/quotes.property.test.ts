/** What is written as CSV is read as it was, whatever its cells and however the bytes are cut. */
import fc from 'fast-check';
import { openCsvText } from '../../src/csv';
import { QuoteScanner } from '../../src/csv/quoteScanner';
import { type CsvRecord, plainRecords, quotedRecords, type Records } from '../../src/csv/records';

const cell = fc.string({ unit: fc.constantFrom('a', 'é', ' ', '"', ',', ';', '\n', '\r'), maxLength: 6 });
const plain = fc.string({ unit: fc.constantFrom('a', 'é', '😀', ' ', ',', '\n', '\r', '\r\n'), maxLength: 30 });
/** A text in two pieces. */
const cutInTwo = (text: string, at: number): string[] => [text.slice(0, at), text.slice(at)];

async function* each(texts: readonly string[]): AsyncGenerator<string> {
  for (const text of texts) yield await Promise.resolve(text);
}

async function all(records: Records): Promise<CsvRecord[]> {
  const found: CsvRecord[] = [];
  for await (const batch of records) found.push(...batch);
  return found;
}

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

  it('a text without quotes has the records that csv-parse finds, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(plain, fc.nat({ max: 30 }), async (text, cut) => {
        expect(await all(plainRecords(each(cutInTwo(text, cut)), ','))).toEqual(
          await all(quotedRecords(each([text]), ',')),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('rows are counted and measured the same, whether a text is skimmed or followed', () => {
    fc.assert(
      fc.property(plain, fc.nat({ max: 30 }), fc.constantFrom('"x"\n', 'x,"never closed'), (text, cut, quoted) => {
        const lines = text.replaceAll('\r', '');
        const skimmed = new QuoteScanner(',');
        for (const piece of [...cutInTwo(lines, cut), quoted]) skimmed.feed(piece);
        // A quote anywhere has the scanner follow each character.
        const followed = new QuoteScanner(',');
        followed.feed(lines + quoted);
        const told = ({ endedRecords, longestRecord, unclosedLine }: QuoteScanner): unknown => ({
          endedRecords,
          longestRecord,
          unclosedLine,
        });
        expect(told(skimmed)).toEqual(told(followed));
        expect(skimmed.hasQuotes).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
