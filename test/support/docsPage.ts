/** A page of the docs as a list of blocks, and a reader that executes each block. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAIN, timeless } from './commandLine';
import { eventually } from './eventually';
import type { TestServer } from './server';

export interface Block {
  /** The language of the block: `sh`, `graphql`, `csv`. */
  readonly kind: string;
  /** The file's name, for a block that is a file; otherwise ''. */
  readonly title: string;
  readonly text: string;
}

/** The fenced blocks of a page, in order. */
export function blocksOf(path: string): Block[] {
  const markdown = readFileSync(path, 'utf8');
  return [...markdown.matchAll(/^```(\w+)(?: (\S+))?\n(.*?)^```$/gms)].map(([, kind = '', title = '', text = '']) => ({
    kind,
    title,
    text,
  }));
}

/** Commands that a reader types. Other tests run the others (`npm ci`). */
const TYPED = /^(?:.*&& )?(?:curl|nsync|npx nsync|python3|\.\/\S+) /m;
const FILES = ['csv', 'ini', 'json', 'python', 'sh'];

const formatted = (json: string): string =>
  execFileSync('npx', ['prettier', '--parser', 'json', '--print-width', '120'], { input: json, encoding: 'utf8' });

/** A page's markdown with another text in one block. */
export function withText(markdown: string, { kind, title, text }: Block, said: unknown): string {
  const fence = (inside: string): string => `\`\`\`${kind}${title && ` ${title}`}\n${inside}\`\`\``;
  const printed = typeof said === 'string' ? said : formatted(JSON.stringify(said));
  return markdown.replace(fence(text), () => fence(printed));
}

const isWebhook = ({ title }: Block): boolean => title === 'webhook';
const isFile = (block: Block): boolean => FILES.includes(block.kind) && block.title !== '' && !isWebhook(block);
const isTyped = (block: Block): boolean => block.kind === 'sh' && !isFile(block) && TYPED.test(block.text);

/** Whether the block is executed, and not only read. */
export const isDone = (block: Block): boolean => block.kind === 'graphql' || block.kind === 'crontab' || isTyped(block);

/** The commands of a crontab: lines with five time fields and a command. */
const scheduled = (crontab: string): string[] =>
  crontab.split('\n').flatMap((line) => /^(?:[\d*,/-]+ ){5}(.+)$/.exec(line)?.[1] ?? []);

/** The command of a systemd service, with its folder and its environment file. */
function started(service: string): string | undefined {
  const setting = (name: string): string | undefined => new RegExp(`^${name}=(.*)$`, 'm').exec(service)?.[1];
  const command = setting('ExecStart');
  if (command === undefined) return undefined;
  return `cd ${setting('WorkingDirectory') ?? '/'}\nset -a; . ${setting('EnvironmentFile') ?? '/dev/null'}; set +a\n${command}`;
}

/** The result on the page, and the actual output or response. */
export interface Comparison {
  readonly block: Block;
  readonly said: unknown;
  readonly shown: unknown;
}

/** Executes a page: with a server, a webhook and a folder of its own. Stop it at the end. */
export class PageReader {
  private readonly bin = mkdtempSync(join(tmpdir(), 'nsync-bin-'));
  private readonly webhook: Server;
  private told = '';
  private said: string | undefined;

  private constructor(
    private readonly server: TestServer,
    private readonly folder: string,
    private readonly settings: Readonly<Record<string, string>>,
  ) {
    this.webhook = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        this.told = Buffer.concat(parts).toString();
        response.end();
      });
    });
  }

  /** Creates a reader in a folder, with settings in the environment. */
  static async start(
    server: TestServer,
    folder: string,
    settings: Readonly<Record<string, string>>,
  ): Promise<PageReader> {
    const reader = new PageReader(server, folder, settings);
    writeFileSync(join(reader.bin, 'nsync'), `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`, { mode: 0o755 });
    reader.webhook.listen(0, '127.0.0.1');
    await once(reader.webhook, 'listening');
    return reader;
  }

  async stop(): Promise<void> {
    this.webhook.close();
    await once(this.webhook, 'close');
    rmSync(this.bin, { recursive: true });
  }

  /** Executes a block. Returns the comparison, if the block shows a result. */
  async read(block: Block): Promise<Comparison | undefined> {
    const { kind, title, text } = block;
    if (isFile(block)) this.save(title, text);
    if (isFile(block) && kind !== 'ini') return undefined;
    if (isTyped(block)) this.said = await this.run(text);
    else if (kind === 'crontab') this.said = await this.run(scheduled(text).join('\n'));
    else if (kind === 'ini' && started(text) !== undefined) this.said = await this.run(started(text) ?? '');
    else if (kind === 'graphql') this.said = await this.send(text);
    else if (isWebhook(block)) return this.compareTold(block);
    else if (kind === 'text') return this.compare(block, (said) => said);
    else if (kind === 'json') return this.compare(block, (said) => JSON.parse(said) as unknown);
    return undefined;
  }

  private compare(block: Block, read: (text: string) => unknown): Comparison | undefined {
    const { said } = this;
    this.said = undefined;
    return said === undefined ? undefined : { block, said: read(said), shown: read(block.text) };
  }

  private async compareTold(block: Block): Promise<Comparison> {
    const said = this.plain(await eventually('the webhook is told something', () => this.told));
    const read = block.kind === 'json' ? (text: string): unknown => JSON.parse(text) : (text: string) => text;
    return { block, said: read(said), shown: read(block.text) };
  }

  private save(name: string, text: string): void {
    const path = join(this.folder, name);
    writeFileSync(path, this.here(text));
    chmodSync(path, text.startsWith('#!') ? 0o755 : 0o644);
  }

  /** Replaces the addresses and folders of the docs with those of the test. */
  private here(text: string): string {
    const { port } = this.webhook.address() as AddressInfo;
    return text
      .replaceAll('http://127.0.0.1:4000', this.server.url)
      .replaceAll('https://hooks.example.com', `http://127.0.0.1:${port}`)
      .replaceAll('/srv/nsync', this.folder);
  }

  private plain(text: string): string {
    const { port } = this.webhook.address() as AddressInfo;
    return timeless(
      text
        .replaceAll(this.folder, '/srv/nsync')
        .replaceAll(this.server.url, 'http://127.0.0.1:4000')
        .replaceAll(`http://127.0.0.1:${port}`, 'https://hooks.example.com'),
    );
  }

  private async run(commands: string): Promise<string> {
    // nsync must not read the settings of the tests' environment. A separate home for the same reason.
    const env = {
      PATH: `${this.bin}:${process.env.PATH ?? ''}`,
      HOME: this.folder,
      // npm would print notices about its new versions.
      npm_config_update_notifier: 'false',
      ...this.settings,
    };
    const child = spawn('bash', ['--norc', '-c', `exec 2>&1\n${this.here(commands)}`], { cwd: this.folder, env });
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
    child.stdin.end();
    await once(child, 'close');
    return this.plain(printed);
  }

  private async send(query: string): Promise<string> {
    const response = await fetch(`${this.server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    const { data, errors } = (await response.json()) as { data?: unknown; errors?: readonly unknown[] };
    if (errors) throw new Error(`${query}\n${JSON.stringify(errors)}`);
    return JSON.stringify(data);
  }
}
