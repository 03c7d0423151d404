/** Traces of requests and runs, as a collector receives them. Run `npm run build` first. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWatched, type WatchedServer } from '../support/watchedServer';

const MAIN = join(__dirname, '../../dist/src/server/main.js');
const MARKER = 'Marker7f3a';
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';

interface Span {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: readonly { readonly key: string; readonly value: unknown }[];
  readonly status: { readonly code?: number; readonly message?: string };
}

interface Sent {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: Span['attributes'] };
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
}

/** A collector that stores the received spans. */
class Collector {
  readonly bodies: string[] = [];
  private readonly server: Server;
  private heard: () => void = () => undefined;

  constructor() {
    this.server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        if (request.url === '/v1/traces') this.bodies.push(Buffer.concat(parts).toString());
        response.end('{}');
        this.heard();
      });
    });
  }

  async start(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get spans(): Span[] {
    return this.bodies
      .flatMap((body) => (JSON.parse(body) as Sent).resourceSpans)
      .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
  }

  /** The spans of a trace, after its request's span has arrived, which ends last. */
  async trace(id: string): Promise<Span[]> {
    const own = (): Span[] => this.spans.filter(({ traceId }) => traceId === id);
    while (!own().some(({ kind }) => kind === SERVER)) await new Promise<void>((resolve) => (this.heard = resolve));
    return own();
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

/** OTLP's numbers for kinds of spans and status codes. */
const SERVER = 2;
const ERROR = 2;

const valueOf = (value: unknown): unknown => {
  const { stringValue, intValue, doubleValue, boolValue, arrayValue } = value as Record<string, unknown>;
  const list = (arrayValue as { values?: unknown[] } | undefined)?.values?.map(valueOf);
  const number = intValue ?? doubleValue;
  return list ?? stringValue ?? boolValue ?? (number === undefined ? null : Number(number));
};

const attributesOf = ({ attributes }: Pick<Span, 'attributes'>): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, valueOf(value)]));

const SYNC = `mutation ($rows: [RowInput!]!, $options: SyncOptionsInput) {
  syncRows(input: {system: "HR", model: "Person", rows: $rows, options: $options}) { run { id status } }
}`;

describe('traces', () => {
  const collector = new Collector();
  let server: WatchedServer;
  beforeAll(async () => {
    const endpoint = await collector.start();
    server = await startWatched(300, {
      OTEL_EXPORTER_OTLP_ENDPOINT: `${endpoint}/`,
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
      OTEL_BSP_SCHEDULE_DELAY: '50',
    });
  });
  afterAll(async () => {
    await server.stop();
    collector.stop();
  });

  const send = async (traceId: string, variables: object): Promise<{ data?: { syncRows: { run: { id: string } } } }> => {
    const response = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', traceparent: `00-${traceId}-${CALLER}-01`, 'x-request-id': 'nightly' }, // prettier-ignore
      body: JSON.stringify({ query: SYNC, variables }),
    });
    return (await response.json()) as { data?: { syncRows: { run: { id: string } } } };
  }; // prettier-ignore
  const row = (id: string, age: unknown) => ({
    actionFlags: 'cu',
    matchOn: 'employee_id',
    externalKey: `${MARKER}-${id}`,
    values: { employee_id: `${MARKER}${id}`, first_name: MARKER, last_name: MARKER, age },
  });

  it('go on with the trace of the caller: request, run, steps', async () => {
    const { data } = await send(TRACE, { rows: [row('1', 1), row('2', 2)] });
    const spans = await collector.trace(TRACE);
    const request = spans.find(({ kind }) => kind === SERVER);
    expect(request).toMatchObject({ name: 'POST /graphql', parentSpanId: CALLER });
    expect(attributesOf(request!)).toEqual({
      'http.request.method': 'POST',
      'http.response.status_code': 200,
      'nsync.field': 'syncRows',
      'nsync.request': 'nightly',
      'nsync.viewer': 'anonymous',
      'url.path': '/graphql',
    });
    const run = spans.find(({ name }) => name === 'run');
    expect(run?.parentSpanId).toBe(request?.spanId);
    // A short run has its id at its end.
    const source = { 'nsync.system': ['HR'], 'nsync.model': ['Person'] };
    expect(attributesOf(run!)).toMatchObject({ ...source, 'nsync.run': data?.syncRows.run.id, 'nsync.status': 'COMPLETED', 'nsync.rows': 2, 'nsync.dry_run': false }); // prettier-ignore
    const steps = spans.filter(({ parentSpanId }) => parentSpanId === run?.spanId);
    expect(steps.length).toBe(spans.length - 2);
    const names = new Set(steps.map(({ name }) => name));
    expect([...names].sort()).toEqual(['commit', 'load', 'plan', 'record', 'wait', 'write']);
    for (const step of steps) expect(attributesOf(step)).toMatchObject(source);
    expect(attributesOf(steps.find(({ name }) => name === 'load')!)).toMatchObject({ 'nsync.rows': 2 });
  });

  it('tell of failures without their messages', async () => {
    const trace = TRACE.replace('0af', '1af');
    await send(trace, { rows: [row('3', `${MARKER} is no number`)] });
    const run = (await collector.trace(trace)).find(({ name }) => name === 'run');
    expect(attributesOf(run!)).toMatchObject({ 'nsync.status': 'ROLLED_BACK', 'nsync.failed_rows': 1 });
    const broken = TRACE.replace('0af', '2af');
    await send(broken, { rows: [row('4', 4)], options: { minRows: 1, order: ['CREATE'] } });
    const spans = await collector.trace(broken);
    expect(attributesOf(spans[0]!)).toMatchObject({ 'error.type': 'BAD_USER_INPUT' });
    expect(spans.filter(({ status }) => status.code === ERROR)).toEqual([]);
  });

  it('name the service, as the settings of OpenTelemetry say', () => {
    const [first] = (JSON.parse(collector.bodies[0] ?? '') as Sent).resourceSpans;
    expect(attributesOf(first!.resource)).toMatchObject({
      'service.name': 'graphql-nsync',
      'deployment.environment.name': 'test',
    });
  });

  it('have no value of a row', () => {
    expect(collector.bodies.length).toBeGreaterThan(0);
    expect(collector.bodies.filter((body) => body.includes(MARKER))).toEqual([]);
  });
});

describe('without a collector', () => {
  const modulesOf = async (environment: Record<string, string>): Promise<string[]> => {
    const folder = mkdtempSync(join(tmpdir(), 'nsync-modules-'));
    const { PATH = '', HOME = '' } = process.env;
    // The server prints its greeting when it is ready.
    const told = `process.stdout.write = () => process.send(Object.keys(require.cache)); require(${JSON.stringify(MAIN)})`;
    const child = spawn(process.execPath, ['-e', told], {
      cwd: folder,
      env: { PATH, HOME, PORT: '0', LOG_LEVEL: 'error', ...environment },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const ended = once(child, 'close');
    const [modules] = (await once(child, 'message')) as [string[]];
    child.kill();
    await ended;
    rmSync(folder, { recursive: true });
    // prom-client queries OpenTelemetry's API for the trace of a sample.
    return modules.filter((path) => /@opentelemetry\/(?!api\/)/.test(path));
  };

  it('nothing that makes or sends spans is loaded', async () => {
    expect(await modulesOf({})).toEqual([]);
    expect((await modulesOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' })).length).toBeGreaterThan(10);
  }, 300_000);
});
