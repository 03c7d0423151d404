/**
 * Builds the Dockerfile with Buildah. No registry of images can be reached here, so the two images of Node.js that it
 * starts from are made of the same parts: Debian's packages, and the program of Node.js from npm. They are stored in a
 * cache, and so are the layers of the build.
 */
const { execFileSync } = require('node:child_process');
const { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } = require('node:fs');
const { homedir, tmpdir } = require('node:os');
const { join } = require('node:path');

const ROOT = join(__dirname, '../../..');
const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'graphql-nsync', 'images');
const MOST_MEGABYTES = 8000;
const STORE = ['--root', join(CACHE, 'storage'), '--runroot', join(CACHE, 'run'), '--storage-driver', 'overlay'];
/** What npm compiles with; the image has it from Debian, too. */
const COMPILER = ['g++', 'make', 'python3'];
/** systemd as on a server, for the units. */
const SYSTEMD = ['dbus', 'systemd', 'systemd-sysv'];

const run = (program, args, options = {}) =>
  execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], ...options }).trim();
const buildah = (...args) => run('buildah', [...STORE, ...args]);

const DOCKERFILE = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
const [, NODE, RELEASE] = /^FROM docker\.io\/library\/node:([\d.]+)-(\w+)-slim$/m.exec(DOCKERFILE);
const SLIM = `docker.io/library/node:${NODE}-${RELEASE}-slim`;
const FULL = `docker.io/library/node:${NODE}-${RELEASE}`;
const MACHINE = `localhost/nsync-machine:${NODE}-${RELEASE}`;
const IMAGE = 'localhost/graphql-nsync:check';

/** The settings and the cache of npm of this machine, and its certificates: a build reaches the same registries as this check. */
function volumes() {
  const npm = (name) => run('npm', ['config', 'get', name], { cwd: ROOT });
  const files = [
    [npm('userconfig'), '/root/.npmrc:ro'],
    [npm('globalconfig'), '/usr/local/etc/npmrc:ro'],
    [npm('cache'), '/root/.npm'],
    ['/etc/ssl/certs', '/etc/ssl/certs:ro'],
  ];
  return files.filter(([path]) => existsSync(path)).flatMap(([from, to]) => ['--volume', `${from}:${to}`]);
}

/** `npm install --prefix` reads no global settings. Then Node.js itself must know the certificates. */
const certificates = () =>
  process.env.NODE_EXTRA_CA_CERTS ? ['--env', `NODE_EXTRA_CA_CERTS=${process.env.NODE_EXTRA_CA_CERTS}`] : [];

const aptSources = () =>
  ['/etc/apt/sources.list.d/debian.sources', '/etc/apt/sources.list'].filter((path) => existsSync(path));

const exists = (image) => buildah('images', '--quiet', '--filter', `reference=${image}`) !== '';

/** A smallest Debian as an archive. */
function makeRoot(folder) {
  const release = /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  if (release !== RELEASE) throw new Error(`this check needs the apt sources of Debian ${RELEASE}, not ${release}`);
  const archive = join(folder, 'root.tar');
  const packages = '--include=ca-certificates,libstdc++6,passwd';
  run('mmdebstrap', [
    '--quiet',
    '--variant=apt',
    packages,
    '--dpkgopt=force-unsafe-io',
    RELEASE,
    archive,
    ...aptSources(),
  ]);
  return archive;
}

/** Puts Node.js, its headers and npm where its own images have them. */
function installNode(root, folder) {
  const tarball = run('npm', ['pack', '--silent', `node-linux-${process.arch}@${NODE}`], { cwd: folder });
  run('tar', ['--extract', '--file', join(folder, tarball), '--directory', folder]);
  const local = join(root, 'usr/local');
  mkdirSync(join(local, 'bin'), { recursive: true });
  cpSync(join(folder, 'package/bin/node'), join(local, 'bin/node'));
  cpSync(join(folder, 'package/include'), join(local, 'include'), { recursive: true });
  cpSync(join(run('npm', ['root', '--global']), 'npm'), join(local, 'lib/node_modules/npm'), { recursive: true });
  for (const name of ['npm', 'npx'])
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(local, 'bin', name));
}

function makeSlim() {
  const folder = mkdtempSync(join(tmpdir(), 'nsync-images-'));
  try {
    const container = buildah('from', 'scratch');
    buildah('add', '--quiet', container, makeRoot(folder), '/');
    installNode(buildah('mount', container), folder);
    buildah('umount', container);
    buildah(
      'run',
      '--isolation',
      'chroot',
      container,
      '--',
      'useradd',
      '--uid=1000',
      '--user-group',
      '--create-home',
      'node',
    );
    buildah('config', '--env', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', container);
    buildah('commit', '--quiet', '--rm', '--format', 'docker', container, SLIM);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The slim image with more packages. */
function makeWith(image, packages) {
  const container = buildah('from', '--pull-never', SLIM);
  const install = `apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends ${packages.join(' ')} >/dev/null && rm -rf /var/lib/apt/lists/*`;
  buildah('run', '--isolation', 'chroot', ...volumes(), container, '--', 'sh', '-c', install);
  buildah('commit', '--quiet', '--rm', '--format', 'docker', container, image);
}

/** Old layers are not removed one by one: from some size on, all are made again. */
function boundCache() {
  if (!existsSync(CACHE)) return;
  const megabytes = Number(run('du', ['--summarize', '--block-size=1M', CACHE]).split('\t')[0]);
  if (megabytes < MOST_MEGABYTES) return;
  buildah('rm', '--all');
  buildah('rmi', '--all', '--force');
}

/** Makes the images that the others start from, unless they exist. They contain nothing of nsync. */
function makeBases() {
  mkdirSync(CACHE, { recursive: true });
  buildah('rm', '--all');
  boundCache();
  if (!exists(SLIM)) makeSlim();
  if (!exists(FULL)) makeWith(FULL, COMPILER);
  if (!exists(MACHINE)) makeWith(MACHINE, SYSTEMD);
}

/** Builds the image as `docker build` would. */
function build() {
  makeBases();
  const options = ['--isolation', 'chroot', '--pull-never', '--format', 'docker', '--layers', ...volumes()];
  buildah('bud', '--quiet', ...options, '--tag', IMAGE, '--file', join(ROOT, 'Dockerfile'), ROOT);
}

/** The configuration of the image: `User`, `Env`, `Entrypoint`, `Cmd`, `Healthcheck`, `WorkingDir`. */
const configOf = () => JSON.parse(buildah('inspect', '--type', 'image', IMAGE)).Docker.config;

/** The path of a folder with the files of an image. Runs commands in it first, with the network, and files from here. */
function rootOf(image, ...commands) {
  const container = buildah('from', '--pull-never', image);
  for (const { command, files } of commands) {
    const mounted = Object.entries(files).flatMap(([from, to]) => ['--volume', `${from}:${to}:ro`]);
    const options = ['--isolation', 'chroot', ...volumes(), ...certificates(), ...mounted];
    buildah('run', ...options, container, '--', 'sh', '-euc', command);
  }
  return buildah('mount', container);
}

/** Removes the containers that `rootOf` made. */
const close = () => buildah('rm', '--all');

module.exports = { build, makeBases, close, configOf, rootOf, run, IMAGE, MACHINE, ROOT };
