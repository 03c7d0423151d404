/** Headers with missing names, duplicates and invisible characters. */
import { type ColumnMapping, openCsvText } from '../../src/csv';

async function read(text: string, columns: readonly ColumnMapping[] = []): Promise<object[]> {
  const rows: object[] = [];
  for await (const batch of (await openCsvText(text, { columns })).batches())
    rows.push(...batch.map(({ values }) => ({ ...values })));
  return rows;
}

describe('a header', () => {
  it.each([
    ['blanks', ' name '],
    ['a no-break space', '\u00a0name\u00a0'],
    ['a zero width space', '\u200bname'],
    ['a byte order mark', 'name\ufeff'],
    ['a word joiner', '\u2060name'],
    ['marks of direction', '\u202aname\u202c'],
    ['a soft hyphen', 'name\u00ad'],
    ['control characters', '\u0007name\u0000'],
    ['a Hangul filler', 'name\u3164'],
    ['all of them', '\ufeff \u200b\u00a0name\u200d \u2066'],
  ])('is trimmed of %s', async (_name, header) => {
    expect(await read(`id,${header}\n1,x\n`)).toEqual([{ id: '1', name: 'x' }]);
    expect(await read(`id,${header}\n1,x\n`, [{ header: 'NAME', name: 'label' }])).toEqual([{ id: '1', label: 'x' }]);
  });

  it('keeps what it has inside, which messages spell out', async () => {
    expect(await read('id,na\u200bme\n1,x\n')).toEqual([{ id: '1', 'na\u200bme': 'x' }]);
    await expect(read('na\u200bme\n1\n', [{ header: 'name', ignore: true }])).rejects.toMatchObject({
      message: 'columns: the file has no header "name". Did you mean "na\\u200bme"?',
    });
  });

  it.each<[string, string, ColumnMapping[], object]>([
    ['without a name, by its position', ',id,\n7,1,x\n', [{ header: '#1', ignore: true }, { header: '#3', name: 'c' }], { id: '1', c: 'x' }],
    ['that stands twice, both by position', 'a,a\n1,2\n', [{ header: '#1', name: 'x' }, { header: '#2', name: 'y' }], { x: '1', y: '2' }],
    ['that stands twice, one of them ignored', 'a,a\n1,2\n', [{ header: '#2', ignore: true }], { a: '1' }],
    ['in two cases, one of them renamed', 'Mail,mail\n1,2\n', [{ header: '#1', name: 'other' }], { other: '1', mail: '2' }],
    ['by name and position', 'a,b\n1,2\n', [{ header: 'a', name: 'x' }, { header: '#1', name: 'y' }], { x: '1', y: '1', b: '2' }],
    ['whose name looks like a position', '#2,b\n1,2\n', [{ header: '#2', name: 'x' }], { x: '1', b: '2' }],
  ])('%s', async (_name, text, columns, values) => {
    expect(await read(text, columns)).toEqual([values]);
  }); // prettier-ignore

  it.each<[string, string, string, ColumnMapping[], RegExp]>([
    ['MALFORMED_CSV', 'lacks a name', 'a,,c\n', [], /^Line 1: column 2 of the header has no name\. .*--ignore "#2"/],
    ['DUPLICATE_CSV_HEADER', 'stands twice', 'a,b,a\n', [], /"a" in column 1 and "a" in column 3\. .*--ignore "#3"/],
    ['DUPLICATE_CSV_HEADER', 'differs in case alone', 'Mail,mail\n', [], /"Mail" in column 1 and "mail" in column 2/],
    ['DUPLICATE_CSV_HEADER', 'differs in what nobody sees', 'a,a\u200b\n', [], /"a" in column 1 and "a" in column 2/],
    ['DUPLICATE_CSV_HEADER', 'gets the name of another', 'a,b\n', [{ header: 'a', name: 'b' }], /the same name "b": column 1 \("a"\) and column 2 \("b"\)/],
    ['BAD_USER_INPUT', 'is beyond the last', 'a,b\n', [{ header: '#3', ignore: true }], /no column "#3"\. The header has 2 columns/],
    ['BAD_USER_INPUT', 'is not there', 'a,b\n', [{ header: '#0', ignore: true }], /no header "#0"/],
  ])('answers %s if one %s', async (code, _name, text, columns, message) => {
    await expect(read(text, columns)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
  }); // prettier-ignore
});
