/**
 * `npm run check:package`: the package as users get it. It is packed, looked at by attw and publint, installed into an empty
 * project, imported from ES modules, CommonJS and strict TypeScript, and runs a sync.
 */
const { execFileSync } = require('node:child_process');
const { cpSync, mkdtempSync, readdirSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const ROOT = join(__dirname, '../..');
const BIN = join(ROOT, 'node_modules', '.bin');
const WANTED = [
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  'dist/src/index.js',
  'dist/src/client/index.mjs',
  'dist/playground/manifest.json',
];
const ALLOWED =
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|dist\/(src|migrations|schema)\/.*\.(m?js|d\.m?ts)|dist\/playground\/(manifest\.json|files\/[\w.-]+\.(js|css)(\.br|\.gz)?)|schema\/.*\.graphql)$/;

const run = (command, options, ...args) =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], ...options });

function pack(folder) {
  // The sources are built by the check before this one.
  const [{ filename, files }] = JSON.parse(
    run('npm', { cwd: ROOT }, 'pack', '--json', '--ignore-scripts', '--pack-destination', folder),
  );
  const paths = files.map(({ path }) => path);
  const missing = WANTED.filter((path) => !paths.includes(path));
  const foreign = paths.filter((path) => !ALLOWED.test(path));
  if (missing.length > 0 || foreign.length > 0)
    throw new Error(`the package lacks [${missing.join(', ')}] and should not have [${foreign.join(', ')}]`);
  return join(folder, filename);
}

function install(project, tarball) {
  cpSync(join(__dirname, 'project'), project, { recursive: true });
  const { devDependencies } = require('../../package.json');
  const types = ['typescript', '@types/node'].map((name) => `${name}@${devDependencies[name]}`);
  const quietly = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  // The driver of SQLite is the one that is built already: where there is no binary for it, its compilation takes minutes.
  run('npm', { cwd: project }, 'install', '--ignore-scripts', ...quietly, tarball, ...types);
  const driver = join('node_modules', 'better-sqlite3', 'build');
  cpSync(join(ROOT, driver), join(project, driver), { recursive: true });
}

const folder = mkdtempSync(join(tmpdir(), 'nsync-package-'));
try {
  const tarball = pack(folder);
  run(join(BIN, 'attw'), { cwd: ROOT }, '--quiet', tarball);
  run(join(BIN, 'publint'), { cwd: ROOT }, '--strict', tarball);
  const project = join(folder, 'project');
  install(project, tarball);
  // Other modules are as these are to TypeScript, but for how they resolve.
  cpSync(join(project, 'types.mts'), join(project, 'types.cts'));
  run(join(project, 'node_modules', '.bin', 'tsc'), { cwd: project, stdio: 'inherit' });
  for (const script of readdirSync(project).filter((name) => /\.[cm]js$/.test(name)))
    process.stdout.write(run(process.execPath, { cwd: project }, script));
  process.stdout.write('The package installs, and is what it says.\n');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
