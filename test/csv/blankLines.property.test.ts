/** Blank lines of a file are not rows, and the rows after them have the right line numbers. */
import fc from 'fast-check';
import { type CsvFile, openCsvBytes, openCsvText } from '../../src/csv';

interface Piece {
  readonly lines: readonly string[];
  readonly isRow: boolean;
}

const blank = fc.constantFrom('', ' ', '\t', '\u00a0').map((line): Piece => ({ lines: [line], isRow: false }));
/** Padding as in exports of spreadsheets: longer than one read. */
const manyBlank = fc
  .constantFrom(300, 66_000, 140_000)
  .map((count): Piece => ({ lines: Array.from({ length: count }, () => ''), isRow: false }));
const row = fc.constantFrom('1,x', ',', '"a, b",').map((line): Piece => ({ lines: [line], isRow: true }));
/** A row with a quoted cell of several lines, some of them blank. */
const tallRow = fc
  .array(fc.constantFrom('', ' ', 'text'), { minLength: 1, maxLength: 4 })
  .map((inside): Piece => ({ lines: ['1,"', ...inside, '"'], isRow: true }));

const pieces = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: blank },
    { weight: 6, arbitrary: row },
    { weight: 3, arbitrary: tallRow },
    { weight: 1, arbitrary: manyBlank },
  ),
  { maxLength: 12 },
);
/** Without a tab, which could be the delimiter. */
const before = fc.array(
  blank.filter(({ lines }) => !lines.includes('\t')),
  { maxLength: 3 },
);

async function linesOf(file: CsvFile): Promise<(number | undefined)[]> {
  const lines: (number | undefined)[] = [];
  for await (const batch of file.batches()) lines.push(...batch.map(({ line }) => line));
  return lines;
}

it('rows after blank lines, in a text and in bytes, say the line where they start', async () => {
  await fc.assert(
    fc.asyncProperty(
      before,
      pieces,
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.boolean(),
      async (top, rest, end, isEnded) => {
        const all = [...top, { lines: ['a,b'], isRow: false }, ...rest];
        const expected: number[] = [];
        let line = 1;
        for (const { lines, isRow } of all) {
          if (isRow) expected.push(line);
          line += lines.length;
        }
        const text = all.flatMap(({ lines }) => lines).join(end) + (isEnded ? end : '');
        const bytes = Buffer.from(text);
        const pieces = async function* () {
          for (let start = 0; start < bytes.length; start += 50_000) yield await Promise.resolve(bytes.subarray(start, start + 50_000)); // prettier-ignore
        };
        expect(await linesOf(await openCsvText(text))).toEqual(expected);
        expect(await linesOf(await openCsvBytes(pieces))).toEqual(expected);
      },
    ),
    { numRuns: 60 },
  );
});
