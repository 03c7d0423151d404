/** Encodings of files: how they are detected, and invalid bytes. */
import { encode } from 'iconv-lite';
import { openCsvText } from '../../src/csv';
import { allRows, fileOpener, readText, told } from './reading';

describe('a CSV file', () => {
  const open = fileOpener();

  const TEXT = 'name,city\nZoë,Köln\n';
  const utf16be = Buffer.from(`\ufeff${TEXT}`, 'utf16le').swap16();
  it.each<[string, Buffer, string | undefined]>([
    ['UTF-8', Buffer.from(TEXT), undefined],
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${TEXT}`), undefined],
    ['UTF-8 with a mark, whatever is said', Buffer.from(`\ufeff${TEXT}`), 'latin1'],
    ['UTF-16 little endian with a mark', Buffer.from(`\ufeff${TEXT}`, 'utf16le'), undefined],
    ['UTF-16 big endian with a mark', utf16be, undefined],
    ['UTF-16 without a mark', Buffer.from(TEXT, 'utf16le'), 'utf-16le'],
    ['Latin-1', Buffer.from(TEXT, 'latin1'), 'latin1'],
    ['Windows-1252', Buffer.from(TEXT, 'latin1'), 'windows-1252'],
  ])('is read as %s', async (_name, bytes, encoding) => {
    const rows = await allRows(await open(bytes, { format: { encoding } }));
    expect(told(rows)).toEqual([[2, { name: 'Zoë', city: 'Köln' }]]);
  });

  it('knows the signs that Windows-1252 has and Latin-1 has not', async () => {
    const bytes = Buffer.from([0x61, 0x0a, 0x80, 0x0a]);
    expect(told(await allRows(await open(bytes, { format: { encoding: 'windows-1252' } })))).toEqual([[2, { a: '€' }]]);
  });

  it('that is not of its encoding is refused, by line', async () => {
    await expect(open(Buffer.from('a\nZo\xeb\n', 'latin1'))).rejects.toMatchObject({ code: 'UNREADABLE_ENCODING' });
    await expect(open(Buffer.from('a,b\n1,2\n', 'utf16le'))).rejects.toMatchObject({
      code: 'UNREADABLE_ENCODING',
      message: expect.stringContaining('utf-16') as string,
    });
    await expect(open(Buffer.from('a'), { format: { encoding: 'utf-9' } })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringContaining('Did you mean "utf-8"') as string,
    });
  });

  it.each<[string, number[]]>([
    ['utf-8', [0xff]],
    ['utf-16le', [0x00, 0xd8, 0x61, 0x00]],
    ['utf-32le', [0x00, 0x00, 0xff, 0x7f]],
    ['ascii', [0xe9]],
    ['windows-1252', [0x81]],
    ['windows-1253', [0xd2]],
    ['iso-8859-6', [0xa1]],
    ['shift_jis', [0x81, 0x20]],
    ['euc-jp', [0xff]],
    ['gbk', [0xff]],
    ['gb18030', [0xff]],
    ['big5', [0xff]],
    ['euc-kr', [0xff, 0x41]],
    ['cp437', []],
    ['latin1', []],
  ])('in %s is refused on the line where bytes are not of the encoding', async (encoding, bytes) => {
    const [head = Buffer.alloc(0), end = Buffer.alloc(0)] = ['a\nb\n', '\n'].map((text) => encode(text, encoding));
    const opened = open(Buffer.concat([head, Buffer.from(bytes), end]), { format: { encoding } });
    // In the last encodings, every byte is valid.
    if (bytes.length === 0) expect((await opened).headers).toEqual(['a']);
    else
      await expect(opened).rejects.toMatchObject({
        code: 'UNREADABLE_ENCODING',
        message: expect.stringMatching(`^Line 3 contains bytes that are not ${encoding}\\.`) as string,
      });
  });

  it.each([
    ['utf-32le', [0xff, 0xfe, 0, 0]],
    ['utf-32be', [0, 0, 0xfe, 0xff]],
  ])('is read as %s by its mark', async (encoding, mark) => {
    const rows = await allRows(await open(Buffer.concat([Buffer.from(mark), encode(TEXT, encoding)])));
    expect(told(rows)).toEqual([[2, { name: 'Zoë', city: 'Köln' }]]);
  });

  const long = 'x'.repeat(70_000);
  it.each<[number, string, Buffer]>([
    [2, 'LF', Buffer.from('a\nZo\xeb\nb\n', 'latin1')],
    [3, 'CRLF', Buffer.from('a\r\nb\r\nZo\xeb\r\nc\r\n', 'latin1')],
    [4, 'CR', Buffer.from('a\rb\rc\rZo\xeb\rd', 'latin1')],
    [40_002, 'CRLF over many chunks', Buffer.from(`a\r\n${'Zoe\r\n'.repeat(40_000)}Zo\xeb\r\n`, 'latin1')],
    [3, 'LF after a long line', Buffer.concat([Buffer.from(`é\n${long}é\n`), Buffer.from([0xc3, 0x28])])],
    [2, 'a character that is cut off', Buffer.concat([Buffer.from('a\n€'), Buffer.from([0xe2, 0x82])])],
    [3, 'zero bytes', Buffer.from('a\nb\nc\u0000\n')],
    [2, 'UTF-16', Buffer.concat([Buffer.from('\ufeffa\nb', 'utf16le'), Buffer.from([0x00, 0xd8, 0x61, 0x00])])],
  ])('names line %i where bytes are not of its encoding: %s', async (line, _name, bytes) => {
    await expect(open(bytes)).rejects.toMatchObject({
      code: 'UNREADABLE_ENCODING',
      message: expect.stringMatching(`^Line ${line} `) as string,
    });
  });

  it.each(['base64', 'Hex', 'base-64', 'utf-9', ''])('has a text’s encoding, not %j', async (encoding) => {
    await expect(open(Buffer.from('a\n1\n'), { format: { encoding } })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
    });
    await expect(readText('a\n1\n', { format: { encoding } })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it.each([
    ['text', (text: string) => openCsvText(text)],
    ['UTF-8', (text: string) => open(Buffer.from(text))],
    ['UTF-16', (text: string) => open(Buffer.from(`\ufeff${text}`, 'utf16le'))],
  ])('keeps characters whole where pieces of it meet, as %s', async (_name, openText) => {
    const cells = ['x'.repeat(65_531), '😀'.repeat(40_000), '😀'.repeat(40_000), '\u{10fffe}d800;'];
    const rows = await allRows(await openText(`a\n${cells.join('\n')}\n`));
    expect(rows.map(({ values }) => values.a)).toEqual(cells);
  });

  it('keeps halves of surrogate pairs and zero characters of a text, which no column takes (R14)', async () => {
    const cells = ['\ud83d', 'x\ude00y', '\ude00\ud83d', 'x\u0000'];
    expect((await readText(`a\n${cells.join('\n')}\n`)).map(({ values }) => values.a)).toEqual(cells);
  });
});
