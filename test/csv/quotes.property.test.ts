/** Written CSV is read back unchanged, whatever its cells contain and however the text is split. */
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { openCsvText } from '../../src/csv';
import type { CsvRecord, QuoteFormat } from '../../src/csv/record';
import { readRecords } from '../../src/csv/records';

const cell = fc.string({ unit: fc.constantFrom('a', 'é', '😀', ' ', '"', '\\', ',', ';', '\n', '\r'), maxLength: 6 });
/** Any text, with correct and incorrect quotes. */
const text = fc.string({ unit: fc.constantFrom('a', 'é', '😀', ' ', '"', '""', '\\"', ',', ',"', '",', '\n', '\r', '\r\n'), maxLength: 30 }); // prettier-ignore
const format = fc.constantFrom<QuoteFormat>({ delimiter: ',', escape: '"' }, { delimiter: ',', escape: '\\' });

async function* each(texts: readonly string[]): AsyncGenerator<string> {
  for (const piece of texts) yield await Promise.resolve(piece);
}

async function recordsOf(pieces: readonly string[], how: QuoteFormat): Promise<object[]> {
  const found: CsvRecord[] = [];
  for await (const batch of readRecords(each(pieces), how)) found.push(...batch);
  return found.map(({ cells, line, fault }) => ({ cells, line, fault }));
}

const WAYS: Readonly<Record<string, (value: string) => string>> = {
  '"': (value) => `"${value.replaceAll('"', '""')}"`,
  '\\': (value) => `"${value.replace(/["\\]/g, '\\$&')}"`,
};

describe('quotes', () => {
  it.each(Object.entries(WAYS))('any cell survives being quoted, escaped by %s', async (escape, quote) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell), { maxLength: 8 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        async (rows, end) => {
          const written = [['a', 'b'], ...rows].map((row) => row.map(quote).join(',') + end).join('');
          const read: unknown[] = [];
          const file = await openCsvText(written, { format: { delimiter: ',', escape } });
          for await (const batch of file.batches()) read.push(...batch.map(({ values }) => [values.a, values.b]));
          expect(read).toEqual(rows);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('a text has the same records however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat({ max: 30 }), { maxLength: 4 }), format, async (whole, cuts, how) => {
        const places = [0, ...cuts.sort((a, b) => a - b), whole.length];
        const pieces = places.slice(1).map((place, index) => whole.slice(places[index], place));
        expect(await recordsOf(pieces, how)).toEqual(await recordsOf([whole], how));
      }),
      { numRuns: 2000 },
    );
  });

  it('a text that csv-parse takes has the cells that it finds', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (whole) => {
        let expected: string[][];
        try {
          expected = parse(whole, {
            record_delimiter: ['\r\n', '\n', '\r'],
            relax_column_count: true,
            skip_empty_lines: true,
          });
        } catch {
          return;
        }
        const found = await recordsOf([whole], { delimiter: ',', escape: '"' });
        // Lines that contain only blanks are not rows.
        const isBlank = (cells: readonly string[]): boolean => cells.length === 1 && cells[0]?.trim() === '';
        const cellsOf = (records: readonly object[]): (readonly string[])[] =>
          records.map((record) => (record as CsvRecord).cells).filter((cells) => !isBlank(cells));
        expect(cellsOf(found)).toEqual(expected.filter((cells) => !isBlank(cells)));
      }),
      { numRuns: 2000 },
    );
  });

  it('a record with a wrong quote costs no record that stands on later lines', async () => {
    const WRONG = ['x,"a\\""', 'x,"a"b', 'x,"a" ', 'x,"a""', '"x" y,"b"', 'x,"5" tall"'];
    const row = fc.tuple(fc.constantFrom('k1', 'k2', 'k3'), cell.filter((value) => !/["\\\r\n]/.test(value))); // prettier-ignore
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 4 }),
        fc.constantFrom(...WRONG),
        fc.array(row, { minLength: 1, maxLength: 4 }),
        async (before, wrong, after) => {
          const lines = [...before.map(([key, value]) => `"${key}","${value}"`), wrong];
          const behind = after.map(([key, value]) => `"${key}","${value}"`);
          const records = await recordsOf([[...lines, ...behind, ''].join('\n')], { delimiter: ',', escape: '"' });
          expect(records).toMatchObject([
            ...before.map((cells, index) => ({ cells, line: index + 1, fault: null })),
            { line: lines.length, fault: { kind: 'textAfterQuote' } },
            ...after.map((cells, index) => ({ cells, line: lines.length + index + 1, fault: null })),
          ]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('a quote that is never closed is found on its line', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { maxLength: 5 }), async (cells) => {
        const closed = cells.map((value) => `${WAYS['"']?.(value)}\n`).join('');
        const line = closed.split(/\r\n|\n|\r/).length;
        await expect(openCsvText(`a,b\n${closed}x,"never closed\nand on`, { format: { delimiter: ',' } })).rejects.toMatchObject({
          code: 'MALFORMED_CSV',
          message: expect.stringMatching(`^Line ${line + 1}: a quoted cell is never closed`) as string,
        });
      }),
      { numRuns: 200 },
    ); // prettier-ignore
  });
});
