/** The dialects are complete: one list contains all, and their folders have the same files (docs/internals.md). */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DIALECTS } from '../../src/database/dialects';

const ROOT = join(__dirname, '..', '..');
const FOLDER = join(ROOT, 'src', 'database');

const folders = readdirSync(FOLDER, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);

/** The files in the table of the docs. */
function documentedFiles(): string[] {
  const page = readFileSync(join(ROOT, 'docs', 'internals.md'), 'utf8');
  const section = page.split('\n## ').find((part) => part.startsWith('How to add a database')) ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, file = '']) => file));
}

it('every folder is a dialect of the list', () => {
  expect(DIALECTS.map(({ name }) => name).sort()).toEqual([...folders].sort());
});

/** A variant spreads another dialect, and its folder has only what differs. */
function isVariant(folder: string): boolean {
  const index = readFileSync(join(FOLDER, folder, 'index.ts'), 'utf8');
  return folders.some((other) => index.includes(`from '../${other}'`));
}

it.each(folders.filter((folder) => !isVariant(folder)))('%s has the files that the docs name', (folder) => {
  const files = documentedFiles();
  expect(files).toContain('index.ts');
  expect(files.filter((file) => !existsSync(join(FOLDER, folder, file)))).toEqual([]);
});

it('knex instances of applications belong to no variant', () => {
  const withoutDrivers = DIALECTS.flatMap(({ name, knexDrivers }) => (knexDrivers.length === 0 ? [name] : []));
  expect(withoutDrivers.sort()).toEqual(folders.filter(isVariant).sort());
});

it('no URL scheme and no driver belongs to two dialects', () => {
  const schemes = DIALECTS.flatMap(({ urlSchemes }) => urlSchemes);
  const drivers = DIALECTS.flatMap(({ knexDrivers }) => knexDrivers.map(({ name }) => name));
  expect(new Set(schemes).size).toBe(schemes.length);
  expect(new Set(drivers).size).toBe(drivers.length);
});
