/** The licences of the packages that users receive: those that are installed with nsync, and those in the playground's bundle. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');

interface LockedPackage {
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly license?: string;
}

interface PackageFile {
  readonly license?: string;
  readonly licenses?: readonly { readonly type: string }[];
}

export interface Licensed {
  readonly name: string;
  readonly licence: string;
}

/** Licences that require only a notice. Copyleft licences are not among them. */
const PERMISSIVE = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Python-2.0',
  'Unlicense',
]);

/** Whether an SPDX expression is permissive: one side of OR, both sides of AND. */
export function isPermissive(licence: string): boolean {
  const bare = licence.trim();
  const inside = /^\(([^()]*)\)$/.exec(bare)?.[1] ?? bare;
  if (inside.includes(' OR ')) return inside.split(' OR ').some(isPermissive);
  if (inside.includes(' AND ')) return inside.split(' AND ').every(isPermissive);
  return PERMISSIVE.has(inside);
}

const nameOf = (path: string): string => path.split('node_modules/').at(-1) ?? path;

function licenceOf(path: string, locked: LockedPackage | undefined): string {
  if (locked?.license) return locked.license;
  const file = join(ROOT, path, 'package.json');
  if (!existsSync(file)) return 'unknown';
  const { license, licenses } = JSON.parse(readFileSync(file, 'utf8')) as PackageFile;
  return license ?? licenses?.map(({ type }) => type).join(' OR ') ?? 'unknown';
}

const lock = (): Readonly<Record<string, LockedPackage>> =>
  (JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as { packages: Record<string, LockedPackage> })
    .packages;

/** Each package once, in order. */
function licensed(paths: readonly string[]): Licensed[] {
  const packages = lock();
  const found = new Map(paths.map((path) => [`${nameOf(path)} ${licenceOf(path, packages[path])}`, path]));
  return [...found.values()]
    .map((path) => ({ name: nameOf(path), licence: licenceOf(path, packages[path]) }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** The packages that npm installs with nsync, on every platform. */
export const installedPackages = (): Licensed[] =>
  licensed(
    Object.entries(lock())
      .filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional)
      .map(([path]) => path),
  );

/** The packages in the playground's files. Run `npm run build` first. */
export const bundledPackages = (): Licensed[] =>
  licensed(
    (JSON.parse(readFileSync(join(ROOT, 'dist/playground/manifest.json'), 'utf8')) as { packages: string[] }).packages,
  );
