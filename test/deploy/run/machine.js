/**
 * Installs nsync on a machine with systemd, by the commands of docs/deploy.md. The machine is a container of systemd-nspawn
 * that starts up as a real one does, with a network of its own.
 */
const { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { close, MACHINE, ROOT, rootOf, run } = require('./images');
const { commandWith } = require('./page');

const CHECK_UNIT = `[Unit]
Description=Checks the units of nsync
After=multi-user.target
[Service]
Type=oneshot
WorkingDirectory=/srv/clone
ExecStart=/bin/bash /check/inside.sh
StandardOutput=append:/check/log
StandardError=inherit
ExecStopPost=/usr/bin/systemctl poweroff --no-block
`;

const section = (text) => commandWith('systemd', text);

/** The steps that the script inside runs, each a file of commands of the page. */
function writeSteps(folder) {
  const steps = {
    install: section('systemd-sysusers'),
    start: section('enable --now nsync\n'),
    nightly: section('nightly_token'),
  };
  for (const [name, commands] of Object.entries(steps)) writeFileSync(join(folder, `${name}.sh`), commands);
  cpSync(join(__dirname, 'inside.sh'), join(folder, 'inside.sh'));
}

/** The packed package, as a user gets it. */
function pack(folder) {
  const [{ filename }] = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { cwd: ROOT })); // prettier-ignore
  return filename;
}

async function boot(root, check) {
  const machine = spawn(
    'systemd-nspawn',
    ['--quiet', `--directory=${root}`, '--boot', `--machine=nsync-machine-${process.pid}`, '--register=no', '--keep-unit', '--private-network', '--link-journal=no', '--console=pipe', `--bind=${check}:/check`], // prettier-ignore
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let console = '';
  machine.stdout.setEncoding('utf8').on('data', (text) => (console += text));
  await once(machine, 'close');
  return console;
}

/** Installs and checks the units; throws with the log of the machine. */
async function checkMachine() {
  const check = mkdtempSync(join(tmpdir(), 'nsync-machine-'));
  try {
    const tarball = pack(check);
    const install = section('npm install --prefix').replace('./graphql-nsync-0.1.0.tgz', `/${tarball}`);
    const root = rootOf(MACHINE, { command: install, files: { [join(check, tarball)]: `/${tarball}` } });
    mkdirSync(join(root, 'srv/clone'), { recursive: true });
    cpSync(join(ROOT, 'deploy'), join(root, 'srv/clone/deploy'), { recursive: true });
    writeSteps(check);
    const units = join(root, 'etc/systemd/system');
    writeFileSync(join(units, 'check.service'), CHECK_UNIT);
    mkdirSync(join(units, 'default.target.wants'), { recursive: true });
    symlinkSync('/etc/systemd/system/check.service', join(units, 'default.target.wants/check.service'));
    const console = await boot(root, check);
    const log = readFileSync(join(check, 'log'), 'utf8');
    if (!log.endsWith('\nAll is well.\n')) throw new Error(`the units fail:\n${log}\n${console}`);
    process.stdout.write(log);
  } finally {
    close();
    rmSync(check, { recursive: true });
  }
}

module.exports = { checkMachine };
