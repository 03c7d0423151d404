/**
 * `npm run check:package`: the package as users get it. It is packed, looked at by attw and publint, and its links are
 * followed. Then it is installed into an empty project with each version of Node.js that it promises to run on. There it is
 * imported from ES modules, CommonJS and strict TypeScript, and the JavaScript of the README runs as printed.
 */
const { execFile, execFileSync } = require('node:child_process');
const { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { dirname, join } = require('node:path');
const { promisify } = require('node:util');
const { checkLinks } = require('./links');
const { installNodes } = require('./nodes');
const { checkReadme } = require('./readme');

const ROOT = join(__dirname, '../..');
const BIN = join(ROOT, 'node_modules', '.bin');
const DRIVER = join('node_modules', 'better-sqlite3', 'build');
const WANTED = [
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  'docs/library.md',
  'dist/src/index.js',
  'dist/src/client/index.mjs',
  'dist/playground/manifest.json',
  'dist/playground/licences.txt',
  'SECURITY.md',
  'deploy/nginx/nsync.conf',
  'deploy/caddy/Caddyfile',
];
const ALLOWED =
  /^(package\.json|LICENSE|\.env\.example|(README|CHANGELOG|CONTRIBUTING|SECURITY)\.md|deploy\/[\w./-]+|docs\/.*\.(md|png|svg|json)|(examples|bench\/baselines)\/.*\.ts|dist\/(src|migrations|schema)\/.*\.(m?js|d\.m?ts)|dist\/playground\/(manifest\.json|licences\.txt|files\/[\w.-]+\.(js|css)(\.br|\.gz)?)|schema\/.*\.graphql)$/;

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

/** npm as one program of Node.js, so that each version can run it. */
const npmProgram = () => realpathSync(run('which', {}, 'npm').trim());

/** Runs a program, and fails if it prints a warning: of an engine, of something deprecated, or of its own. */
async function quietly(node, cwd, ...args) {
  const env = { ...process.env, PATH: `${dirname(node)}:${process.env.PATH}` };
  const { stdout, stderr } = await promisify(execFile)(node, args, { cwd, env, maxBuffer: 16 * 1024 * 1024 });
  if (stderr.trim() !== '') throw new Error(`${args[0]} warns:\n${stderr}`);
  return stdout;
}

/**
 * Installs the package into an empty project. The driver of SQLite is copied if it has to be built, which takes minutes:
 * drivers for Node.js 22 and later come with their package.
 */
async function install(node, project, tarball) {
  cpSync(join(__dirname, 'project'), project, { recursive: true });
  const options = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=warn'];
  await quietly(node, project, npmProgram(), 'install', ...options, tarball);
  if (existsSync(join(project, 'node_modules', 'better-sqlite3', 'prebuilds'))) return;
  const abi = await quietly(node, project, '-p', 'process.versions.modules');
  if (abi.trim() !== process.versions.modules)
    throw new Error(`run this check with Node.js 20: ${DRIVER} here is for another version than ${node}`);
  cpSync(join(ROOT, DRIVER), join(project, DRIVER), { recursive: true });
}

async function checkNode({ version, node }, folder, tarball) {
  const project = join(folder, `project-${version}`);
  await install(node, project, tarball);
  for (const script of readdirSync(project).filter((name) => /\.[cm]js$/.test(name)))
    process.stdout.write(`${version} ${await quietly(node, project, script)}`);
  await checkReadme(node, project);
  process.stdout.write(`${version} README: ok\n`);
}

function checkTypes(project) {
  const { devDependencies } = require('../../package.json');
  const types = ['typescript', '@types/node'].map((name) => `${name}@${devDependencies[name]}`);
  const options = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  run('npm', { cwd: project }, 'install', ...options, ...types);
  // Other modules are as these are to TypeScript, but for how they resolve.
  cpSync(join(project, 'types.mts'), join(project, 'types.cts'));
  run(join(project, 'node_modules', '.bin', 'tsc'), { cwd: project, stdio: 'inherit' });
}

async function main(folder) {
  const tarball = pack(folder);
  run(join(BIN, 'attw'), { cwd: ROOT }, '--quiet', tarball);
  run(join(BIN, 'publint'), { cwd: ROOT }, '--strict', tarball);
  run('tar', { cwd: folder }, '-xzf', tarball);
  checkLinks(join(folder, 'package'));
  const nodes = join(folder, 'nodes');
  mkdirSync(nodes);
  const versions = installNodes(nodes);
  await Promise.all(versions.map((version) => checkNode(version, folder, tarball)));
  checkTypes(join(folder, `project-${versions[0].version}`));
  process.stdout.write('The package installs without warnings, and is what it says.\n');
}

const folder = mkdtempSync(join(tmpdir(), 'nsync-package-'));
main(folder)
  .finally(() => rmSync(folder, { recursive: true, force: true }))
  .catch((error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exitCode = 1;
  });
