/**
 * Runs containers of an image with systemd-nspawn: read-only files, a user, no capabilities, and mounts, as a manifest
 * describes them. The network is that of this machine.
 */
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { mkdirSync } = require('node:fs');
const { join } = require('node:path');

/** nspawn mounts a writable /tmp unless it is told not to; then a container has what its manifest gives, and no more. */
const ENVIRONMENT = { ...process.env, SYSTEMD_NSPAWN_TMPFS_TMP: '0' };
let started = 0;

/** The arguments of nspawn for `{ entrypoint, args, env, mounts, readOnly, user, isUnprivileged }`. */
function argumentsOf({ root, config }, container) {
  const env = Object.fromEntries(config.Env.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)])); // prettier-ignore
  const variables = Object.entries({ ...env, ...container.env });
  return [
    '--quiet',
    `--directory=${root}`,
    `--machine=nsync-${process.pid}-${(started += 1)}`,
    '--register=no',
    '--keep-unit',
    '--timezone=off',
    '--link-journal=no',
    '--console=pipe',
    '--kill-signal=SIGTERM',
    `--user=${(container.user ?? config.User).split(':')[0]}`,
    `--chdir=${config.WorkingDir}`,
    ...(container.readOnly ? ['--read-only'] : []),
    ...(container.isUnprivileged ? ['--drop-capability=all', '--no-new-privileges=yes'] : []),
    ...variables.map(([name, value]) => `--setenv=${name}=${value}`),
    ...container.mounts.map(({ from, to, isWritable }) => `--bind${isWritable ? '' : '-ro'}=${from}:${to}`),
    ...(container.entrypoint ?? config.Entrypoint),
    ...(container.args ?? config.Cmd),
  ];
}

/** As engines do, makes the folders that something is mounted on; /run is a folder of nspawn's own. */
function makeMountPoints(root, mounts) {
  for (const { to } of mounts) if (!to.startsWith('/run/')) mkdirSync(join(root, to), { recursive: true });
}

/** Starts a container: its process, what it has printed so far, and its end. */
function start(image, container) {
  makeMountPoints(image.root, container.mounts);
  const child = spawn('systemd-nspawn', argumentsOf(image, container), { env: ENVIRONMENT, stdio: ['ignore', 'pipe', 'pipe'] }); // prettier-ignore
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'])
    child[name].setEncoding('utf8').on('data', (text) => (printed[name] += text));
  const ended = once(child, 'close').then(([code]) => ({ code, ...printed }));
  return {
    printed,
    ended,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** Runs a container from start to end. */
const run = (image, container) => start(image, container).ended;

/** Files and folders that the container's user can write to, those of the kernel aside. */
async function writablePlaces(image, container) {
  const script = `find / \\( -path /proc -o -path /sys -o -path /dev \\) -prune -o -writable ! -type l -print 2>/dev/null | sort`;
  const { stdout } = await run(image, { ...container, entrypoint: ['/bin/sh', '-c'], args: [script] });
  return stdout.split('\n').filter((line) => line !== '');
}

module.exports = { run, start, writablePlaces };
