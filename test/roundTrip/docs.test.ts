/**
 * docs/types.md lists every column type of the round trip, with the first values of its table. `NSYNC_WRITE_DOCS=1 npx jest roundTrip/docs` writes
 * the tables again.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ColumnTypeCase, DatabaseTypes, Json } from './columnTypes';
import { MARIADB } from './mariadb';
import { POSTGRES } from './postgres';
import { SQLITE } from './sqlite';

const PAGE = join(__dirname, '../../docs/types.md');
const HEADER = ['Column type', 'Shown', 'Also accepted', 'Compared'];
const MOST_EXAMPLES = 2;

const code = (value: Json): string => {
  const text = JSON.stringify(value).replaceAll('|', '\\|');
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
};
const examples = (values: readonly Json[]): string => [...new Set(values.map(code))].slice(0, MOST_EXAMPLES).join(', ');

const cells = ({ type, stored, accepted = [], compared, isReadOnly = false }: ColumnTypeCase): string[] => [
  type || '(none)',
  examples(stored.map(([, shown]) => shown)),
  isReadOnly ? 'not writable' : examples(accepted.map(([sent]) => sent)),
  compared,
];

function tableOf({ cases }: DatabaseTypes): string {
  const rows = [HEADER, HEADER.map(() => '---'), ...cases.map(cells)];
  return rows.map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** Matches the table below the heading of a database and its text. */
const section = (database: string): RegExp =>
  new RegExp(`(?<=^## ${database}\n(?:\n|[^|#\n].*\n)*)\\|[^]*?(?=\n\n|\n$)`, 'm');

/** The lines of a table without alignment. */
const plain = (table: string): string[] =>
  table.split('\n').map((line) => line.replace(/-+/g, '-').replace(/ +/g, ' '));

describe.each([SQLITE, MARIADB, POSTGRES])('docs/types.md', (types) => {
  it(`R46: lists the types of ${types.database}`, () => {
    const page = readFileSync(PAGE, 'utf8');
    if (process.env.NSYNC_WRITE_DOCS) {
      writeFileSync(
        PAGE,
        page.replace(section(types.database), () => tableOf(types)),
      );
      execFileSync('npx', ['prettier', '--write', PAGE]);
      return;
    }
    expect(plain(section(types.database).exec(page)?.[0] ?? '')).toEqual(plain(tableOf(types)));
  });
});
