/** Every test that docs/security.md names exists. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PAGE = readFileSync(join(__dirname, '../docs/security.md'), 'utf8');

/** The last cells of the table of attacks. */
const named = [...PAGE.matchAll(/^\|.*\| +((?:`[\w./]+`(?:, )?)+) +\|$/gm)].flatMap(([, cell = '']) =>
  [...cell.matchAll(/`([\w./]+)`/g)].map(([, name = '']) => name),
);

it('the page names a test for each of its attacks', () => {
  const attacks = PAGE.slice(PAGE.indexOf('## What stops what'), PAGE.indexOf('## What is not stopped'));
  const rows = attacks.split('\n').filter((line) => line.startsWith('| ')).slice(2); // prettier-ignore
  expect(rows.length).toBeGreaterThan(15);
  expect(rows.filter((row) => !/`[\w./]+` +\|$/.test(row))).toEqual([]);
  expect(named.length).toBeGreaterThanOrEqual(rows.length);
});

it.each([...new Set(named)])('%s exists', (name) => {
  expect(existsSync(join(__dirname, name))).toBe(true);
});
