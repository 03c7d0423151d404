/**
 * `npm run check:deploy`: builds the image of the Dockerfile, and runs it as the manifests in `deploy/` describe. Then
 * installs the units of systemd on a machine of their own. Run it as root on Debian, after `npm run build`.
 */
const { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { build, close, configOf, IMAGE, ROOT, rootOf, run } = require('./images');
const { makeMariadb, makePostgres } = require('./databases');
const { checkMachine } = require('./machine');
const { composeContainer, manifest, podContainer } = require('./manifests');
const { commandWith } = require('./page');
const { checkDeployment, command, makeToken } = require('./service');
const containers = require('./containers');

const step = (text) => process.stdout.write(`${text}\n`);
const BOTH = [{ path: '/health' }, { path: '/ready' }];

/** Docker without Compose: an SQLite file on a volume. */
async function checkDocker(image, folder) {
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o750 });
  chownSync(data, 1000, 1000);
  const uploads = join(folder, 'tmp');
  mkdirSync(uploads);
  chmodSync(uploads, 0o1777);
  const container = {
    env: { DATABASE_URL: 'sqlite:/data/nsync.sqlite', NSYNC_MODELS: 'demo' },
    readOnly: true,
    isUnprivileged: true,
    mounts: [
      { from: data, to: '/data', isWritable: true },
      { from: uploads, to: '/tmp', isWritable: true },
    ],
  };
  const files = ['/data/nsync.sqlite', '/data/nsync.sqlite-shm', '/data/nsync.sqlite-wal'];
  await checkDeployment(image, {
    migrate: { ...container, args: ['migrate'] },
    admin: container,
    server: container,
    places: ['/data', ...files, '/tmp'],
    probes: BOTH,
  });
}

/** The services of a compose file, with the secrets that the page tells to make. */
async function checkCompose(image, folder, { file, make }) {
  const commands = commandWith('Docker Compose', 'openssl rand').replace('cd deploy/compose', '');
  run('sh', ['-euc', commands], { cwd: folder });
  const secrets = join(folder, 'secrets');
  const read = (name) => readFileSync(join(secrets, name), 'utf8').trim();
  const { password } = new URL(read('database_url'));
  if (password !== read('database_password')) throw new Error('the URL of the page has another password');
  const database = await make(password);
  writeFileSync(join(secrets, 'database_url'), database.url);
  try {
    const surroundings = { secrets, folder };
    const server = composeContainer(file, 'server', surroundings);
    await checkDeployment(image, {
      migrate: composeContainer(file, 'migrate', surroundings),
      admin: server,
      server,
      places: ['/tmp'],
      probes: BOTH,
    });
  } finally {
    await database.drop();
  }
}

/** The pods of the manifests; the nightly one sends a file with a token of its own. */
async function checkKubernetes(image, folder) {
  const database = await makePostgres('for-the-check');
  try {
    const exports = join(folder, 'exports');
    mkdirSync(exports);
    writeFileSync(join(exports, 'persons.csv'), 'external_key,employee_id,first_name\n1,EMP1,Bruce\n2,EMP2,Selina\n');
    const secrets = { 'nsync-database': { database_url: database.url, migration_url: database.url } };
    const surroundings = { secrets, claims: { 'hr-exports': exports }, folder };
    const { startupProbe, livenessProbe, readinessProbe } = manifest('server.yaml', 'Deployment').spec.template.spec.containers[0]; // prettier-ignore
    const admin = podContainer('admin.yaml', 'Pod', surroundings);
    await checkDeployment(image, {
      migrate: podContainer('migrate.yaml', 'Job', surroundings),
      admin,
      server: podContainer('server.yaml', 'Deployment', surroundings),
      places: ['/tmp'],
      probes: [startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet),
      use: async (port) => {
        secrets['nsync-nightly'] = { token: await makeToken(image, admin, 'nightly', 'sync:HRSystem/Person') };
        const nightly = podContainer('nightly.yaml', 'CronJob', surroundings);
        // The name of the Service is known in a cluster only.
        const args = nightly.args.map((text) => text.replace('http://nsync', `http://127.0.0.1:${port}`));
        const { code, stderr } = await containers.run(image, { ...nightly, args });
        if (code !== 0) throw new Error(`the nightly sync fails: ${stderr}`);
        const { stdout } = await command(image, admin, ['runs', '--quiet']);
        if (stdout.trim().split('\n').length !== 2) throw new Error(`there must be 2 runs: ${stdout}`);
      },
    });
  } finally {
    await database.drop();
  }
}

async function main() {
  if (process.getuid() !== 0) throw new Error('Run this check as root: it starts containers.');
  run('shellcheck', ['--severity=warning', join(ROOT, 'deploy/systemd/nsync-admin'), join(__dirname, 'inside.sh')]);
  step('The image');
  build();
  const folder = mkdtempSync(join(tmpdir(), 'nsync-deploy-'));
  const inFolder = (name) => {
    mkdirSync(join(folder, name));
    return join(folder, name);
  };
  try {
    const image = { config: configOf(), root: rootOf(IMAGE) };
    step('The image on SQLite');
    await checkDocker(image, inFolder('docker'));
    step('Compose on MariaDB');
    await checkCompose(image, inFolder('mariadb'), { file: 'mariadb.yaml', make: makeMariadb });
    step('Compose on PostgreSQL');
    await checkCompose(image, inFolder('postgres'), { file: 'postgres.yaml', make: makePostgres });
    step('Kubernetes on PostgreSQL');
    await checkKubernetes(image, inFolder('kubernetes'));
  } finally {
    close();
    rmSync(folder, { recursive: true });
  }
  step('systemd');
  await checkMachine();
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
