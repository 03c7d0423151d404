/** Values that MariaDB treats as equal (R6, R13). */
import { model, only, run } from './existingTables';

describe.each(only('MariaDB'))('how $name compares', (kind) => {
  const LONG = 'x'.repeat(2000);

  it('R6: texts of any script and length are told apart, whatever the database’s own charset', () =>
    run(
      kind,
      [model('Word', 'word')],
      [
        'ALTER DATABASE CHARACTER SET latin1',
        'CREATE TABLE word (id int AUTO_INCREMENT PRIMARY KEY, text varchar(3000) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci)',
      ],
      async (sync) => {
        const rows = ['Ж', 'Я', 'は', 'ж', 'é', 'E', `${LONG}a`, `${LONG}b`, `${LONG}A`, `${LONG}ä `].map((text) => ({
          $match: 'text',
          $flags: 'c',
          text,
        }));
        expect(await sync('Word', rows)).toEqual([
          ...['CREATED', 'CREATED', 'CREATED', 'UNCHANGED', 'CREATED', 'UNCHANGED'],
          ...['CREATED', 'CREATED', 'UNCHANGED', 'UNCHANGED'],
        ]);
      },
    ));

  it.each([
    ['utf8mb4_lithuanian_ci', 'i', 'y'],
    ['utf8mb4_roman_ci', 'u', 'v'],
    ['utf8mb4_uca1400_ai_ci', 'a', 'A'],
    ['latin1_swedish_ci', 'a', 'A'],
    ['utf8mb4_general_ci', 'a', 'a '],
  ])('R6: under %s, %s is %s', (collation, one, other) =>
    run(
      kind,
      [model('Word', 'word')],
      [
        `CREATE TABLE word (id int AUTO_INCREMENT PRIMARY KEY, text varchar(20) CHARACTER SET ${collation.split('_')[0]} COLLATE ${collation}, KEY (text))`,
      ],
      async (sync) => {
        const row = (text: string) => ({ $match: 'text', $flags: 'c', text });
        expect(await sync('Word', [row(one), row(other), row('zz')])).toEqual(['CREATED', 'UNCHANGED', 'CREATED']);
        // Many values are looked up in another way than a few.
        const more = Array.from({ length: 30 }, (_, index) => row(`word ${index}`));
        expect(await sync('Word', [...more, row(other)])).toEqual([...more.map(() => 'CREATED'), 'UNCHANGED']);
        expect(await sync('Word', [row(other), ...more])).toEqual(['UNCHANGED', ...more.map(() => 'UNCHANGED')]);
      },
    ),
  );

  it('R6: what a charset cannot hold equals nothing, not even the mark that stands for it', () =>
    run(
      kind,
      [model('Word', 'word')],
      [
        'CREATE TABLE word (id int AUTO_INCREMENT PRIMARY KEY, text varchar(20) CHARACTER SET latin1)',
        "INSERT INTO word (text) VALUES ('?')",
      ],
      async (sync) => {
        expect(
          await sync('Word', [
            { $match: 'text', text: '😀' },
            { $match: 'text', text: '?' },
          ]),
        ).toEqual(['FAILED INVALID_VALUE(text)', 'UNCHANGED']);
      },
    ));

  it('R13: a single float is the same whoever has written it', () =>
    run(
      kind,
      [model('Measure', 'measure')],
      ['CREATE TABLE measure (id int AUTO_INCREMENT PRIMARY KEY, size float, name varchar(20))', "INSERT INTO measure (size, name) VALUES (1234567, 'a'), (0.1, 'b')"], // prettier-ignore
      async (sync) => {
        expect(
          await sync('Measure', [
            { $match: 'size', size: 1234567, name: 'a' },
            { $match: 'size', size: 0.1, name: 'b' },
          ]),
        ).toEqual(['UNCHANGED', 'UNCHANGED']);
      },
    ));
});
