/** The files for Docker Compose, and the Dockerfile. `npm run check:deploy` builds the image and runs the services. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { validate } from 'dockerfile-utils';
import { readSettings } from '../../src/server/settings';
import { composeFile, deployFiles, repositoryText } from '../support/deployFiles';

interface Service {
  readonly image: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  readonly ports?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly [key: string]: unknown;
}
interface Compose {
  readonly services: Readonly<Record<'database' | 'migrate' | 'server', Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

const DCLINT = join(dirname(require.resolve('dclint/package.json')), 'bin/dclint.cjs');
/** Rules about the order of keys that our files break, because they are ordered by topic. */
const ORDER = ['service-keys-order', 'top-level-properties-order'];

/** dclint's findings in a file, by the schema of Compose and by its own rules. */
function faultsOf(path: string): string[] {
  const options = ['--formatter', 'json', ...ORDER.flatMap((rule) => ['--disable-rule', rule])];
  const { stdout } = spawnSync(process.execPath, [DCLINT, path, ...options], { encoding: 'utf8' });
  const results = JSON.parse(stdout) as { messages: { message: string }[] }[];
  return results.flatMap(({ messages }) => messages.map(({ message }) => message));
}

const FILES = deployFiles('compose', '.yaml');

it('there are two databases', () => expect(FILES.sort()).toEqual(['compose/mariadb.yaml', 'compose/postgres.yaml']));

describe.each(FILES)('%s', (file) => {
  const compose = composeFile(file) as Compose;
  const { database, migrate, server } = compose.services;

  it('has the form of the specification', () => {
    expect(faultsOf(join(__dirname, '../../deploy', file))).toEqual([]);
  });

  it.each(['migrate', 'server'] as const)('the service %s has no rights and no disk of its own', (name) => {
    expect(compose.services[name]).toMatchObject({
      image: 'graphql-nsync',
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      volumes: ['uploads:/tmp'],
    });
  });

  it('starts one after another', () => {
    expect(migrate.depends_on).toEqual({ database: { condition: 'service_healthy' } });
    expect(server.depends_on).toEqual({ migrate: { condition: 'service_completed_successfully' } });
  });

  it('has no password, and only secrets that it uses', () => {
    const given = Object.values(compose.services).flatMap(({ secrets }) => secrets);
    expect([...new Set(given)].sort()).toEqual(Object.keys(compose.secrets).sort());
    const variables = Object.values(compose.services).flatMap(({ environment }) => Object.entries(environment));
    for (const [name, value] of variables)
      if (/PASSWORD|URL/.test(name)) expect([name, value]).toEqual([expect.stringMatching(/_FILE$/), expect.stringMatching(/^\/run\/secrets\//)]); // prettier-ignore
  });

  it('shows the server to this machine, and the database to nobody', () => {
    expect(server.ports).toEqual(['127.0.0.1:4000:4000']);
    expect(database.ports).toBeUndefined();
    expect(database.networks).toEqual(['database']);
    expect(compose.networks.database).toEqual({ internal: true });
  });

  it('waits until the server has stopped', () => {
    expect(parseInt(server.stop_grace_period as string)).toBeGreaterThanOrEqual(readSettings({}).stopSeconds + 10);
  });
});

it('a field that Compose does not know is found', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nsync-compose-'));
  const path = join(folder, 'compose.yaml');
  writeFileSync(path, repositoryText('deploy/compose/postgres.yaml').replace('read_only:', 'red_only:'));
  expect(faultsOf(path).join()).toContain('must NOT have additional properties');
  rmSync(folder, { recursive: true });
});

describe('Dockerfile', () => {
  const dockerfile = repositoryText('Dockerfile');
  const faults = (text: string): string[] => validate(text).map(({ message }) => JSON.stringify(message));

  it('has no fault', () => {
    expect(faults(dockerfile)).toEqual([]);
    expect(faults(dockerfile.replace('EXPOSE 4000', 'EXPOSE port'))).not.toEqual([]);
  });

  it('starts from one pinned version of Node.js, which the package is tested on', () => {
    const images = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image = '']) => image);
    const versions = images.map(
      (image) => /^docker\.io\/library\/node:(\d+\.\d+\.\d+)-bookworm(?:-slim)?$/.exec(image)?.[1],
    );
    expect(new Set(versions).size).toBe(1);
    expect(repositoryText('test/package/nodes.js')).toContain(`'${versions[0]}'`);
  });

  it('runs as a user without rights, whose number Kubernetes can check', () => {
    expect(dockerfile.match(/^USER .*$/gm)).toEqual(['USER 1000:1000']);
  });

  it('starts node as `npm start` does', () => {
    const { scripts } = JSON.parse(repositoryText('package.json')) as { scripts: Record<string, string> };
    const options = (text: string): string[] => text.match(/--max-[\w-]+=\d+/g) ?? [];
    expect(options(/^ENTRYPOINT .*$/m.exec(dockerfile)?.[0] ?? '')).toEqual(options(scripts.start!));
  });
});
