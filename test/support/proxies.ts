/** nginx and Caddy with the files of `deploy`, in which only addresses and paths are replaced. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually';
import { freePort } from './freePort';

export const DEPLOY = join(__dirname, '../../deploy');
/** The host name in the files. */
export const PUBLIC_NAME = 'nsync.example.com';

interface Ports {
  readonly http: number;
  readonly https: number;
}

interface Layout extends Ports {
  readonly folder: string;
  /** `host:port` of each server. */
  readonly servers: readonly string[];
}

export interface ProxyKind {
  readonly name: 'nginx' | 'Caddy';
  /** The file in `deploy`. */
  readonly file: string;
  /** Writes the configuration. Returns the command that runs the proxy. */
  prepare(layout: Layout): readonly string[];
}

/** Replaces texts in a file. Throws if one is missing. */
function adapted(file: string, changes: Readonly<Record<string, string>>): string {
  let text = readFileSync(join(DEPLOY, file), 'utf8');
  for (const [from, to] of Object.entries(changes)) {
    if (!text.includes(from)) throw new Error(`${file} does not contain ${from}`);
    text = text.replaceAll(from, to);
  }
  return text;
}

/** Debian's nginx.conf around the files of conf.d, with the folders of the test. */
const nginxMain = (folder: string): string => `
daemon off;
worker_processes 2;
${process.getuid?.() === 0 ? 'user root;' : ''}
pid ${folder}/nginx.pid;
error_log stderr warn;
events { worker_connections 768; }
http {
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  types_hash_max_size 2048;
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  gzip on;
  include ${folder}/nsync.conf;
}
`;

const nginx: ProxyKind = {
  name: 'nginx',
  file: 'nginx/nsync.conf',
  prepare({ folder, http, https, servers }) {
    const conf = adapted(this.file, {
      'server 127.0.0.1:4000;': servers.map((server) => `server ${server};`).join(' '),
      'listen 80;': `listen 127.0.0.1:${http};`,
      'listen 443 ': `listen 127.0.0.1:${https} `,
      '/etc/nginx/tls/': `${folder}/`,
      '/var/log/nginx/': `${folder}/`,
    });
    writeFileSync(join(folder, 'nsync.conf'), conf);
    writeFileSync(join(folder, 'nginx.conf'), nginxMain(folder));
    return ['nginx', '-e', 'stderr', '-c', join(folder, 'nginx.conf')];
  },
};

const caddy: ProxyKind = {
  name: 'Caddy',
  file: 'caddy/Caddyfile',
  prepare({ folder, http, https, servers }) {
    const file = join(folder, 'Caddyfile');
    const conf = adapted(this.file, {
      'admin off': `admin off\n\thttp_port ${http}\n\thttps_port ${https}\n\tdefault_bind 127.0.0.1`,
      'reverse_proxy 127.0.0.1:4000 {': `reverse_proxy ${servers.join(' ')} {`,
      '/etc/caddy/tls/': `${folder}/`,
      '/var/log/caddy/': `${folder}/`,
    });
    writeFileSync(file, conf);
    return ['caddy', 'run', '--config', file, '--adapter', 'caddyfile'];
  },
};

const isInstalled = ({ name }: ProxyKind): boolean =>
  spawnSync('sh', ['-c', `command -v ${name.toLowerCase()}`], { stdio: 'ignore' }).status === 0;

export const NGINX: ProxyKind = nginx;
export const PROXIES: readonly ProxyKind[] = [nginx, caddy];

/** Runs tests with each proxy that this machine has. CI has both. */
export function describeProxies(title: string, tests: (kind: ProxyKind) => void, kinds = PROXIES): void {
  for (const kind of kinds)
    (process.env.CI || isInstalled(kind) ? describe : describe.skip)(`${kind.name}, ${title}`, () => tests(kind));
}

/** Creates a self-signed certificate, as `nsync.crt` and `nsync.key`. */
function makeCertificate(folder: string): string {
  const path = join(folder, 'nsync.crt');
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
      ...['-subj', `/CN=${PUBLIC_NAME}`, '-addext', `subjectAltName=DNS:${PUBLIC_NAME}`],
      ...['-out', path, '-keyout', join(folder, 'nsync.key')],
    ],
    { stdio: 'ignore' },
  );
  return readFileSync(path, 'utf8');
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

async function untilListening(child: ChildProcess, port: number, log: () => string): Promise<void> {
  await eventually('the proxy', () => {
    if (child.exitCode !== null) throw new Error(`the proxy has not started: ${log()}`);
    return answers(port);
  });
}

export interface Proxy extends Ports {
  /** The proxy's self-signed certificate. */
  readonly certificate: string;
  /** The proxy's log of requests. */
  accessLog(): string;
  stop(): Promise<void>;
}

/** Starts a proxy in front of servers such as `127.0.0.1:4000`. */
export async function startProxy(kind: ProxyKind, servers: readonly string[]): Promise<Proxy> {
  const folder = mkdtempSync(join(tmpdir(), 'nsync-proxy-'));
  const certificate = makeCertificate(folder);
  const [http, https] = [await freePort(), await freePort()];
  mkdirSync(join(folder, 'home'));
  const [program = '', ...args] = kind.prepare({ folder, http, https, servers });
  const env = { PATH: process.env.PATH ?? '', HOME: join(folder, 'home') };
  const child = spawn(program, args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (text: Buffer) => (log += text.toString()));
  const ended = once(child, 'close');
  await untilListening(child, https, () => log);
  return {
    http,
    https,
    certificate,
    accessLog: () => readFileSync(join(folder, 'nsync.log'), 'utf8'),
    async stop() {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
