/** Files that are not CSV: the error names the likely format, compressed or not, and no row is read. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { encode } from 'iconv-lite';
import { type CsvFile, type CsvOptions, openCsvFile, openCsvText } from '../../src/csv';

/** The first bytes of a zip archive with empty files. */
const zip = (...names: readonly string[]): Buffer =>
  Buffer.concat(
    names.map((name) => {
      const header = Buffer.alloc(30);
      header.write('PK\u0003\u0004', 'latin1');
      header.writeUInt16LE(name.length, 26);
      return Buffer.concat([header, Buffer.from(name), Buffer.alloc(40, 0x93)]);
    }),
  );

/** Bytes that match no format, the same each time. */
const noise = (length: number): Buffer => {
  let state = 7;
  return Buffer.from(Array.from({ length }, () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) >> 16));
};

const bytes = (...parts: readonly (string | number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))));

const BINARY: readonly (readonly [what: string, content: Buffer])[] = [
  ['an Excel workbook (.xlsx)', zip('[Content_Types].xml', '_rels/.rels', 'xl/workbook.xml')],
  ['an Excel workbook (.xlsx)', zip('xl/worksheets/sheet1.xml')],
  ['a Word or PowerPoint document', zip('[Content_Types].xml', 'word/document.xml')],
  ['an OpenDocument spreadsheet (.ods)', bytes(zip('mimetype').toString('latin1'), 'application/vnd.oasis.opendocument.spreadsheet')],
  ['a zip archive', zip('persons.csv')],
  ['an Excel workbook (.xls)', bytes([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1], noise(600).toString('latin1'))],
  ['a PDF document', bytes('%PDF-1.7\n%', noise(300).toString('latin1'))],
  ['an image', bytes([0x89], 'PNG\r\n', [0x1a, 0x0a], noise(300).toString('latin1'))],
  ['an image', bytes([0xff, 0xd8, 0xff, 0xe0], noise(300).toString('latin1'))],
  ['an image', bytes('GIF89a', noise(300).toString('latin1'))],
  ['a compressed file', bytes('BZh91AY&SY', noise(300).toString('latin1'))],
  ['a compressed file', bytes([0xfd], '7zXZ', [0], noise(300).toString('latin1'))],
  ['a compressed file', bytes([0x28, 0xb5, 0x2f, 0xfd], noise(300).toString('latin1'))],
  ['a compressed file', bytes('persons.csv', Array<number>(246).fill(0), 'ustar', [0])],
  ['an SQLite database', bytes('SQLite format 3', [0], noise(300).toString('latin1'))],
  ['a Parquet, Arrow, Avro or ORC file', bytes('PAR1', [0x15, 0x04], noise(300).toString('latin1'))],
  ['a gzip file inside a gzip file', gzipSync(gzipSync('a\n1\n'))],
  ['binary data', noise(5000)],
  ['binary data', Buffer.alloc(1000)],
]; // prettier-ignore

const TEXTUAL: readonly (readonly [what: string, content: string])[] = [
  ['JSON', '{"error": "not found"}'],
  ['JSON', '\n  [{"a": 1}, {"a": 2}]'],
  ['JSON', '{"a": 1}\n{"a": 2}\n'],
  ['JSON', `[{"a": "${'x'.repeat(100_000)}"}]`],
  ['JSON', '[]'],
  ['an HTML page', '<!DOCTYPE html>\n<html><body>Not found</body></html>'],
  ['an HTML page', '<!-- saved from --><HTML lang="en"><head></head></HTML>'],
  ['an HTML page', '<table><tr><td>a</td></tr></table>'],
  ['an HTML page', '<p>Not found</p>'],
  ['XML', '<?xml version="1.0" encoding="UTF-8"?>\n<rows><row a="1"/></rows>'],
  ['XML', '<rows>\n<row a="1"/>\n</rows>'],
  ['a rich text document (.rtf)', '{\\rtf1\\ansi a}'],
  ['an encrypted message or a key', '-----BEGIN PGP MESSAGE-----\n\nabc'],
  ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 3\n'],
];

describe('a file that is no CSV', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'nsync-csv-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const open = (content: Buffer, options?: CsvOptions): Promise<CsvFile> => {
    const path = join(folder, 'file.csv');
    writeFileSync(path, content);
    return openCsvFile(path, options);
  };
  const refused = (what: string) => ({
    code: 'NOT_CSV',
    message: expect.stringMatching(
      `^The file looks like ${what.replace(/[().]/g, '\\$&')}.*, not like CSV\\. [A-Z].*\\.$`,
    ) as string,
  });

  it.each([...BINARY, ...TEXTUAL.map(([what, text]) => [what, Buffer.from(text)] as const)])(
    'is %s, whatever its encoding is said to be, packed or not',
    async (what, content) => {
      for (const encoding of ['utf-8', 'windows-1252', 'latin1'])
        await expect(open(content, { format: { encoding } })).rejects.toMatchObject(refused(what));
      if (!/^gzip/.test(what) && content[0] !== 0x1f)
        await expect(open(gzipSync(content))).rejects.toMatchObject(refused(what));
    },
  );

  it.each(TEXTUAL)('is %s as text, and in UTF-16', async (what, text) => {
    await expect(openCsvText(text)).rejects.toMatchObject(refused(what));
    await expect(open(encode(text, 'utf-16le', { addBOM: true }))).rejects.toMatchObject(refused(what));
  });

  it.each([
    ['headers in brackets', '[id],[name]\n1,x\n', ['[id]', '[name]']],
    ['headers in braces', '{id};{name}\n1;x\n', ['{id}', '{name}']],
    ['headers in angle brackets', '<id>,<title>\n1,</x>\n', ['<id>', '<title>']],
    ['cells of JSON', 'id,doc\n1,"{""a"": 1}"\n', ['id', 'doc']],
    ['cells of HTML', 'id,html\n1,<p>x</p>\n', ['id', 'html']],
    ['a header like a signature', 'BM,PAR1,MZ,II*,col_ftyp\n1,2,3,4,5\n', ['BM', 'PAR1', 'MZ', 'II*', 'col_ftyp']],
    ['Hive’s delimiter', 'id\u0001name\n1\u0001x\n', ['id\u0001name']],
    ['the end of a DOS file', 'id,name\r\n1,x\r\n\u001a', ['id', 'name']],
  ])('is not one with %s', async (_name, text, headers) => {
    expect((await open(Buffer.from(text))).headers).toEqual(headers);
  });

  describe.each([
    ['Latin', 'name', 'Zoë'],
    ['Cyrillic', 'имя', 'Иван'],
    ['Greek', 'όνομα', 'Ελένη'],
    ['Arabic', 'اسم', 'محمد'],
    ['Hebrew', 'שם', 'דוד'],
    ['Devanagari', 'नाम', 'राम'],
    ['Thai', 'ชื่อ', 'สมชาย'],
    ['Chinese', '姓名', '上海市浦东新区世纪大道一百号'],
    ['Japanese', '氏名', '東京都千代田区丸の内ありがとうカタカナ'],
    ['Korean', '이름', '서울특별시 강남구'],
    ['emoji', '🙂', '😀🎉🎊🎈'],
  ])('is not one in %s script', (_script, header, value) => {
    const text = `${header},${header}2\r\n${`${value},${value}\r\n`.repeat(300)}`;

    it.each(['utf-16le', 'utf-16be', 'utf-32le', 'utf-32be'])('with %s', async (encoding) => {
      const headers = [header, `${header}2`];
      expect((await open(encode(text, encoding, { addBOM: true }))).headers).toEqual(headers);
      const unmarked = encode(text, encoding, { addBOM: false });
      expect((await open(unmarked, { format: { encoding } })).headers).toEqual(headers);
      await expect(open(unmarked)).rejects.toMatchObject({
        code: 'UNREADABLE_ENCODING',
        message: expect.stringMatching(`The file may be ${encoding}\\.$`) as string,
      });
    });
  });

  it('is not one with a zero byte, which is no sign of another encoding', async () => {
    await expect(open(Buffer.from('id,name\n1,a\u0000b\n'))).rejects.toMatchObject({
      code: 'UNREADABLE_ENCODING',
      message: expect.stringMatching(/^Line 2 contains zero bytes.*to the file's encoding\.$/) as string,
    });
  });

  it('is a damaged gzip file', async () => {
    const whole = gzipSync(noise(5000));
    for (const damaged of [whole.subarray(0, 3000), bytes([0x1f, 0x8b, 0x08], 'x'.repeat(50))])
      await expect(open(damaged)).rejects.toMatchObject({
        code: 'NOT_CSV',
        message: expect.stringMatching(/^The gzip file is damaged: /) as string,
      });
  });
});

describe('a gzip file', () => {
  let path: string;
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'nsync-csv-'));
    path = join(folder, 'packed');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const rowsOf = async (content: Buffer, options?: CsvOptions): Promise<number> => {
    writeFileSync(path, content);
    let rows = 0;
    for await (const batch of (await openCsvFile(path, options)).batches()) rows += batch.length;
    return rows;
  };

  it('is read as what it holds, in all of its parts', async () => {
    const text = `a,b\n${'1,x\n'.repeat(50_000)}`;
    expect(await rowsOf(gzipSync(text))).toBe(50_000);
    expect(await rowsOf(Buffer.concat([gzipSync(text), gzipSync('2,y\n3,z\n')]))).toBe(50_002);
    expect(await rowsOf(gzipSync(encode('a\nZoë\n', 'latin1')), { format: { encoding: 'latin1' } })).toBe(1);
  });

  it('that holds more than may come out is refused, however small it is', async () => {
    const bomb = gzipSync(`a\n${'0\n'.repeat(5_000_000)}`);
    expect(bomb.length).toBeLessThan(50_000);
    await expect(rowsOf(bomb, { maxUnpackedBytes: 1_000_000 })).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      message: expect.stringMatching(/unpacks to more than 1000000 bytes.*NSYNC_MAX_UNPACKED_BYTES/) as string,
    });
  });
});
