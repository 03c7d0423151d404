/** CSV files of users: line breaks, quotes, delimiters, and their faults. */
import { Readable } from 'node:stream';
import { openCsvBytes, openCsvText } from '../../src/csv';
import type { Row } from '../../src/sync';
import { fileOpener, readText, told } from './reading';

describe('a CSV file', () => {
  const open = fileOpener();

  it.each([
    ['no line break', 'a'.repeat(3_000_000)],
    ['blanks alone before its header', `${' '.repeat(3_000_000)}\na`],
    ['blank lines alone before its header', `${' \n'.repeat(100_000)}a`],
    ['a quote that opens and closes over and over', '"a"'.repeat(1_000_000)],
  ])('with %s is read in a time that grows with its length alone', async (_name, text) => {
    const began = performance.now();
    await openCsvText(text);
    expect(performance.now() - began).toBeLessThan(5000);
  });

  describe('with blank lines that never end', () => {
    /** Calls `atPiece` before each piece of a thousand blank lines. */
    async function* endless(start: string, atPiece: (piece: number) => void): AsyncGenerator<Buffer> {
      yield Buffer.from(start);
      for (let piece = 1; ; piece += 1) {
        atPiece(piece);
        yield Buffer.alloc(1000, '\n');
      }
    }

    it.each(['a\n', 'a\n1\n', ''])('after %j: opening stops when it is asked to', async (start) => {
      const stop = new AbortController();
      const bytes = () => endless(start, (piece) => piece === 500 && stop.abort());
      await expect(openCsvBytes(bytes, { signal: stop.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
    });

    it('readers of its rows can stop', async () => {
      let isOpen = false;
      const file = await openCsvBytes(() =>
        isOpen ? endless('a\n1\n', () => undefined) : (Readable.from([Buffer.from('a\n1\n')]) as AsyncIterable<Buffer>),
      );
      isOpen = true;
      let batches = 0;
      for await (const batch of file.batches()) {
        expect(batch.length).toBeLessThan(2);
        if ((batches += 1) === 10) break;
      }
      expect(batches).toBe(10);
    });
  });

  it('has rows that fit into memory', async () => {
    await expect(readText(`a\n1\n${'x'.repeat(16_000_001)}`)).rejects.toMatchObject({
      code: 'MALFORMED_CSV',
      message: 'Line 3: the row that starts here has more than 16000000 characters.',
    });
  });

  it.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('breaks its lines with %s, in quotes too', async (_name, end) => {
    const text = ['a,b', `1,"x${end}y"`, '', '2,z', ''].join(end);
    expect(told(await readText(text))).toEqual([
      [2, { a: '1', b: `x${end}y` }],
      [5, { a: '2', b: 'z' }],
    ]);
  });

  it.each([
    ['a;b\n1;2,3\n', { a: '1', b: '2,3' }],
    ['a\tb\n1\t2\n', { a: '1', b: '2' }],
    ['a|b\n1|2\n', { a: '1', b: '2' }],
    ['"a;x",b\n1,2\n', { 'a;x': '1', b: '2' }],
    ['\n\na;b\n1;2\n', { a: '1', b: '2' }],
    ['a, b, c, d;b\n1;2\n', { 'a, b, c, d': '1', b: '2' }],
    ['a;b;c, with d, e, f\n1;2,5;3,4\n', { a: '1', b: '2,5', 'c, with d, e, f': '3,4' }],
    ['name\nKent, Clark\n', { name: 'Kent, Clark' }],
    ['a\tb, c\n1\t2, 3\n', { a: '1', 'b, c': '2, 3' }],
    ['a;b, EUR\n1;2,50\n', { a: '1', 'b, EUR': '2,50' }],
    ['a|b\n"1, 2, 3"|"4; 5"\n', { a: '1, 2, 3', b: '4; 5' }],
    ['sep=;\na,b;c\n1,2;3\n', { 'a,b': '1,2', c: '3' }],
    ['"sep=,"\r\na,b\r\n1,2\r\n', { a: '1', b: '2' }],
    ['SEP=\t\r\na\tb\r\n1\t2\r\n', { a: '1', b: '2' }],
    ['sep=^\na^b\n1^2\n', { a: '1', b: '2' }],
  ])('shows its delimiter by itself: %j', async (text, values) => {
    expect((await readText(text)).map((row) => ({ ...row.values }))).toEqual([values]);
  });

  it('counts Excel’s sep= as a line, and a delimiter that is given before it', async () => {
    const text = 'sep=;\na,b;c\n1,2;3\n';
    expect(told(await readText(text))).toEqual([[3, { 'a,b': '1,2', c: '3' }]]);
    expect(told(await readText(text, { format: { delimiter: ',' } }))).toEqual([[3, { a: '1', 'b;c': '2;3' }]]);
    expect(await readText('sep=;\na;b')).toEqual([]);
  });

  it('may be told its delimiter', async () => {
    expect(told(await readText('a,b:c\n1,2:3\n', { format: { delimiter: ':' } }))).toEqual([
      [2, { 'a,b': '1,2', c: '3' }],
    ]);
    for (const delimiter of ['::', '', '"', '\ud800'])
      await expect(readText('a\n', { format: { delimiter } })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it('quotes delimiters, line breaks and quotes; a quote inside a bare cell is a sign like others', async () => {
    expect(told(await readText('a,b\n"1,2","say ""hi"""\n5" pipe,x\n'))).toEqual([
      [2, { a: '1,2', b: 'say "hi"' }],
      [3, { a: '5" pipe', b: 'x' }],
    ]);
  });

  it.each([
    ['text behind a closing quote', 'k,v\nA1,"a" b\nA2,"b"\n', [[2, /^Line 2: text follows the closing quote of cell 2 in line 2: "\\" b"\. /], [3, null]]],
    ['blanks behind a closing quote', 'k,v\nA1,"a" \nA2,b\n', [[2, /text follows the closing quote/], [3, null]]],
    ['a quote escaped by a backslash', 'k,v\nA1,"a\\""\nA2,"b"\nA3,c\n', [[2, /set format.escape to "\\" \(CLI: --escape\)/], [3, null], [4, null]]],
    ['two of them', 'k,v\nA1,"a\\""\nA2,"b\\""\nA3,"c"\n', [[2, /./], [3, /./], [4, null]]],
    ['a quote left open that reaches far', 'k,v\nA1,"a\\""\nA2,b\nA3,c\nA4,"d"\nA5,e\n', [[2, /closing quote of cell 2 in line 5/], [3, null], [4, null], [5, null], [6, null]]],
    ['an inner quote in a cell of several lines', 'k,v\nA1,"a\nsaid, "no" to b"\nA2,b\n', [[2, /closing quote of cell 2 in line 3/], [4, null]]],
    ['lines that may belong to the cell', 'k,v\nA1,"a\n5" b,"c"\nA2,b\n', [[2, /closing quote of cell 2 in line 3/], [4, null]]],
    ['a bare quote in a line that may belong to the cell', 'k,v\nA1,"a\\""\nA2,5"" x\nA3,"c"\n', [[2, /closing quote of cell 2 in line 4/], [3, /an unclosed quote/], [4, null]]],
  ])('fails the rows whose quotes are wrong and no others: %s', async (_name, text, expected) => {
    const rows = await readText(text);
    expect(rows.map(({ line, unreadable }) => [line, unreadable?.message ?? null])).toEqual(
      expected.map(([line, message]) => [
        line,
        message instanceof RegExp ? (expect.stringMatching(message) as string) : message,
      ]),
    );
    expect(rows.every(({ unreadable }) => (unreadable?.code ?? 'MALFORMED_CSV_ROW') === 'MALFORMED_CSV_ROW')).toBe(true);
  }); // prettier-ignore

  it('escapes quotes as it is told', async () => {
    const text = 'k,v\nA1,"a\\""\nA2,"C:\\\\"\nA3,"a""b\\n"\nA4,x\\y\n';
    const cells = ['a"', 'C:\\', 'a"b\\n', 'x\\y'];
    expect((await readText(text, { format: { escape: '\\' } })).map(({ values }) => values.v)).toEqual(cells);
    for (const escape of ['', '\\\\', '\n', ','])
      await expect(readText(text, { format: { escape, delimiter: ',' } })).rejects.toMatchObject({
        code: 'BAD_USER_INPUT',
        message: expect.stringContaining('format.escape') as string,
      });
  });

  it('R19: keeps blanks in cells and trims headers', async () => {
    expect(told(await readText(' a , b \n x , y \n'))).toEqual([[2, { a: ' x ', b: ' y ' }]]);
  });

  it.each([
    ['a,b\n\n   \n,\n1,2\n', [[4, { a: '', b: '' }], [5, { a: '1', b: '2' }]]],
    ['a\tb\n\t\n', [[2, { a: '', b: '' }]]],
    ['a,b\r\n1,2\r\n\u001a', [[2, { a: '1', b: '2' }]]],
    ['a,b\r\n"1",2\r\n\u001a', [[2, { a: '1', b: '2' }]]],
    ['a\n\n""\n  \n"  "\nx', [[3, { a: '' }], [5, { a: '  ' }], [6, { a: 'x' }]]],
  ])('leaves out lines of blanks alone, and no others: %j', async (text, rows) => {
    expect(told(await readText(text))).toEqual(rows);
  }); // prettier-ignore

  it('may end its lines with delimiters', async () => {
    expect(told(await readText('a,b,\n1,2,\n3,4,,,\n'))).toEqual([
      [2, { a: '1', b: '2' }],
      [3, { a: '3', b: '4' }],
    ]);
  });

  it('with a row of too many or too few cells spoils that row alone, by its line', async () => {
    const rows = await readText('a,b\n1,2\n3\n"x\ny",4,5\n6,7\n');
    expect(rows.map(({ number, line, unreadable }) => [number, line, unreadable?.code])).toEqual([
      [1, 2, undefined],
      [2, 3, 'MALFORMED_CSV_ROW'],
      [3, 4, 'MALFORMED_CSV_ROW'],
      [4, 6, undefined],
    ]);
    expect(rows.map(({ unreadable }) => unreadable?.message)).toEqual([
      undefined,
      'Line 3 has 1 cell, but the header in line 1 has 2: "a", "b". The delimiter is ",".',
      'Line 4 has 3 cells, but the header in line 1 has 2: "a", "b". The delimiter is ",".',
      undefined,
    ]);
  });

  it.each([
    ['EMPTY_CSV', '', /empty/],
    ['EMPTY_CSV', '\r\n \n', /empty/],
    ['DUPLICATE_CSV_HEADER', 'a,b, a\n', /"a"/],
    ['MALFORMED_CSV', ',,\na,b,c\n', /Line 1: column 1 of the header has no name.*"#1"/],
    ['DUPLICATE_CSV_HEADER', 'email,b,E-mail,EMail\n', /"email" in column 1 and "EMail" in column 4.*"#4"/],
    ['MALFORMED_CSV', 'a,"b" c\n1,2\n', /Line 1: text follows the closing quote of a header cell/],
    ['MALFORMED_CSV', 'a,b\n1,"2\n3,4\n', /Line 2/],
    ['MALFORMED_CSV', 'a,b\r\n"1\r\n2",x\r\n3,"4\r\n', /Line 4/],
  ])('with nothing to read answers %s: %j', async (code, text, message) => {
    await expect(readText(text)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
  });

  it('of a header alone has no rows', async () => {
    expect(await readText('a,b')).toEqual([]);
    expect(await readText('a,b\r\n')).toEqual([]);
  });

  it('renames, splits and ignores columns, and fills in defaults', async () => {
    const rows = await readText('No,Labels,x,action_flags\n7,red| blue||,1,\n8,NULL,1,d\n', {
      columns: [
        { header: 'No', name: 'employee_id' },
        { header: 'No', name: 'external_key' },
        { header: 'Labels', name: 'tags=>+label' },
        { header: 'x', ignore: true },
      ],
      defaults: { actionFlags: 'cu', matchOn: 'employee_id' },
      format: { listDelimiter: '|', nullMarker: 'NULL', delimiter: ',' },
    });
    expect(rows.map(({ actionFlags, matchOn, externalKey, values }) => [actionFlags, matchOn, externalKey, { ...values }])).toEqual([
      ['cu', 'employee_id', '7', { employee_id: '7', 'tags=>+label': ['red', ' blue'] }],
      ['d', 'employee_id', '8', { employee_id: '8', 'tags=>+label': null }],
    ]); // prettier-ignore
    await expect(readText('Name\n', { columns: [{ header: 'Nam', name: 'x' }] })).rejects.toMatchObject({
      message: expect.stringContaining('Did you mean "Name"') as string,
    });
  });

  it('that is large comes in batches, each time from the start', async () => {
    const lines = Array.from({ length: 25_000 }, (_, i) => `${i},"line\n${i}"`);
    const file = await open(Buffer.from(`a,b\n${lines.join('\n')}\n`));
    for (let pass = 0; pass < 2; pass += 1) {
      const sizes: number[] = [];
      let last: Row | undefined;
      for await (const batch of file.batches()) {
        sizes.push(batch.length);
        last = batch.at(-1);
      }
      expect([sizes.length, Math.max(...sizes)]).toEqual([25, 1000]);
      expect(last).toMatchObject({ number: 25_000, line: 50_000, values: { a: '24999', b: 'line\n24999' } });
    }
  });
});
