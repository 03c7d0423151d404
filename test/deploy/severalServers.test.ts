/** Several servers behind one address, with the files in `deploy`, on the databases that several machines can share. */
import { readSettings } from '../../src/server/settings';
import { type RunningServer, startServer } from '../../src/server/start';
import pino from 'pino';
import { DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';
import { eventually } from '../support/eventually';
import { samplesOf, scrape } from '../support/metrics';
import { type Answer, authorization, post, upload } from '../support/proxyClient';
import { describeProxies, NGINX, type Proxy, type ProxyKind, PUBLIC_NAME, startProxy } from '../support/proxies';

const NAMES = ['MariaDB', 'PostgreSQL'];
const SHARED = DATABASES.filter(({ name }) => NAMES.includes(name));
const CALLS = 40;
const ROWS = 400_000;

const syncOf = (number: number): string => `mutation {
  syncRows(input: {system: "S${number % 4}", model: "Tag", rows: [{actionFlags: "cu", matchOn: "label", externalKey: "k${number}", values: {label: "tag ${number % 10}"}}], options: {onError: CONTINUE}}) {
    run { status }
  }
}`;
const SYNC_FILE = `mutation ($file: Upload!) {
  syncCsv(input: {system: "HR", model: "Tag", file: $file, defaults: {actionFlags: "cu", matchOn: ["label"]}, options: {onError: CONTINUE}}) {
    run { id status counts { created } }
  }
}`;

function* rows(): Generator<string> {
  yield 'label\n';
  for (let row = 0; row < ROWS; row += 1) yield `many ${row}\n`;
}

interface Ended {
  readonly status: string;
  readonly counts: { readonly created: number };
}

interface Told {
  readonly data: unknown;
  readonly errors?: readonly { readonly extensions: object }[];
}

function dataOf({ status, text }: Answer): unknown {
  const { data, errors } = JSON.parse(text) as Told;
  expect([status, errors]).toEqual([200, undefined]);
  return data;
}

interface Runs {
  readonly runs: {
    readonly nodes: readonly { id: string; requestId: string | null; progress: { rowsDone: number } | null }[];
  };
}

describe.each(SHARED)('two servers on one $name', (kind) => {
  const besideNginx = (proxyKind: ProxyKind): void => {
    let test: TestDatabase;
    let servers: RunningServer[] = [];
    let proxy: Proxy;
    let token: { readonly authorization: string };

    beforeAll(async () => {
      test = await migratedDatabase(kind);
      const settings = readSettings({
        DATABASE_URL: test.url,
        NSYNC_MODELS: 'demo',
        PORT: '0',
        NSYNC_METRICS_PORT: '0',
        NSYNC_ALLOWED_HOSTS: PUBLIC_NAME,
        NSYNC_TRUST_PROXY: 'loopback',
      });
      const start = (): Promise<RunningServer> => startServer(settings, pino({ level: 'silent' }));
      servers = await Promise.all([start(), start()]);
      token = await authorization(`${servers[0]?.url}/graphql`);
      proxy = await startProxy(
        proxyKind,
        servers.map(({ url }) => new URL(url).host),
      );
    });
    afterAll(async () => {
      await proxy?.stop();
      for (const server of servers) await server.stop();
      await test?.drop();
    });

    const ask = async (query: string): Promise<unknown> => dataOf(await post(proxy, query, token));
    /** Sends a query directly, not through the proxy. */
    const askServer = async (url: string, query: string): Promise<unknown> => {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...token },
        body: JSON.stringify({ query }),
      });
      return dataOf({ status: response.status, headers: {}, text: await response.text() });
    };

    it('share the calls, and keep one object of each, without a warning of Node.js', async () => {
      const warnings: Error[] = [];
      const note = (warning: Error): void => void warnings.push(warning);
      process.on('warning', note);
      await Promise.all(Array.from({ length: CALLS }, (_, number) => ask(syncOf(number))));
      process.off('warning', note);
      expect(warnings).toEqual([]);
      const labels = await test.database.reader('tag').pluck('label');
      expect(labels.sort()).toEqual(Array.from({ length: 10 }, (_, number) => `tag ${number}`));
      expect(await test.database.reader('nsync_external_key_mappings').pluck('external_key')).toHaveLength(CALLS);
      for (const { metricsUrl } of servers) {
        const samples = samplesOf(await scrape(metricsUrl), 'nsync_runs_total');
        expect(Object.values(samples).reduce((sum, runs) => sum + runs, 0)).toBeGreaterThan(0);
      }
    });

    it('show and cancel each other’s runs', async () => {
      const running = upload(proxy, SYNC_FILE, rows(), token);
      // One server runs the run, and the other one stops it.
      const seenBy = async ({ url }: RunningServer): Promise<Runs['runs']['nodes'][number] | undefined> => {
        const { runs } = (await askServer(url, '{ runs(statuses: [RUNNING]) { nodes { id requestId progress { rowsDone } } } }')) as Runs; // prettier-ignore
        return runs.nodes.find(({ progress }) => progress !== null && progress.rowsDone > 0);
      };
      const seen = await Promise.all(
        servers.map((server) => eventually('each server sees the run', () => seenBy(server))),
      );
      const [id] = seen.map((run) => run.id);
      const other = servers[seen.findIndex(({ requestId }) => requestId === null)];
      expect(new Set(seen.map((run) => run.id)).size).toBe(1);
      await askServer(other?.url ?? '', `mutation { cancelRun(input: {id: "${id}"}) { run { id } } }`);
      const { errors } = JSON.parse((await running).text) as Told;
      expect(errors).toMatchObject([{ extensions: { code: 'CANCELLED', runId: id } }]);
      const { run } = (await ask(`{ run(id: "${id}") { status counts { created } } }`)) as { run: Ended };
      const stored = await test.database.reader('tag').where('label', 'like', 'many %').pluck('label');
      expect([run.status, stored.length]).toEqual(['CANCELLED', run.counts.created]);
      expect(stored.length).toBeLessThan(ROWS);
    });

    it('go on when one of them ends', async () => {
      await servers[0]?.stop();
      for (let call = 0; call < 4; call += 1) await ask('{ viewer { name } }');
      expect(await ask(syncOf(1))).toMatchObject({ syncRows: { run: { status: 'COMPLETED' } } });
    });
  };
  describeProxies('before both', besideNginx, [NGINX]);
});
