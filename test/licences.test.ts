/** Users receive only packages with permissive licences, and a page that lists them. `NSYNC_WRITE_DOCS=1 npx jest test/licences` writes the page. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundledPackages, installedPackages, isPermissive, type Licensed } from './support/licences';

const PAGE = join(__dirname, '../docs/licences.md');
const NOTICES = join(__dirname, '../dist/playground/licences.txt');

const table = (packages: readonly Licensed[]): string =>
  ['| Package | Licence |', '| --- | --- |', ...packages.map(({ name, licence }) => `| ${name} | ${licence} |`)].join(
    '\n',
  );

const page = (): string => `# Licences

nsync has the [MIT license](../LICENSE). The packages below come with it. Their licences are permissive: a test fails if one is unknown or
copyleft. \`npm run sbom\` prints all packages with their versions, as an SBOM in the format CycloneDX.

## Packages that npm installs

${table(installedPackages())}

## Packages in the files of the playground

The package contains their code, bundled. \`dist/playground/licences.txt\` has the texts of their licences.

${table(bundledPackages())}
`;

it('all packages that users get have permissive licences', () => {
  const all = [...installedPackages(), ...bundledPackages()];
  expect(all.length).toBeGreaterThan(250);
  expect(all.filter(({ licence }) => !isPermissive(licence))).toEqual([]);
});

it.each([
  ['MIT', true],
  ['(MIT OR GPL-3.0-only)', true],
  ['(MIT AND GPL-3.0-only)', false],
  ['(MIT AND BSD-3-Clause)', true],
  ['MPL-2.0', false],
  ['AGPL-3.0-or-later', false],
  ['SEE LICENSE IN LICENSE.md', false],
  ['UNLICENSED', false],
  ['unknown', false],
])('%s: permissive is %s', (licence, permissive) => expect(isPermissive(licence)).toBe(permissive));

it('the page lists them', () => {
  if (process.env.NSYNC_WRITE_DOCS) writeFileSync(PAGE, page());
  expect(readFileSync(PAGE, 'utf8')).toBe(page());
});

it('the bundle comes with the texts of their licences', () => {
  const notices = readFileSync(NOTICES, 'utf8');
  expect(bundledPackages().filter(({ name }) => !notices.includes(`${name} `))).toEqual([]);
  expect(notices).toMatch(/Permission is hereby granted/);
});
