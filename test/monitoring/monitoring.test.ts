/** The dashboard, the alerts and the documentation agree with the server's metrics, and Prometheus parses all of them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SyncRowsDocument } from '../../schema/operations/generated';
import { panelsOf } from '../support/dashboard';
import { DATABASES } from '../support/databases';
import { namesOf } from '../support/metrics';
import { hasPrometheus, promtool, startPrometheus } from '../support/prometheus';
import { serve, type TestServer } from '../support/server';

const ROOT = join(__dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const PAGE = read('docs/monitoring.md');
const RULES = read('deploy/prometheus/alerts.yml');

/** The metrics in expressions, without the suffixes of histograms. */
const asked = (text: string): string[] => [
  ...new Set(
    [...text.matchAll(/\b((?:nsync|nodejs|process)_\w+)/g)].map(([, name = '']) => name.replace(/_(?:bucket|count|sum)$/, '')),
  ),
]; // prettier-ignore

if (process.env.CI)
  it('there is a Prometheus to test with', () => {
    expect(hasPrometheus).toBe(true);
  });

describe.each(DATABASES)('a server on $name', (kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await serve(kind);
  });
  afterAll(() => server.stop());
  const text = async (): Promise<string> => (await fetch(server.server.metricsUrl)).text();

  const sync = async (index: number): Promise<void> => {
    const rows = Array.from({ length: 20 }, (_, row) => ({
      actionFlags: 'cu*',
      matchOn: ['employee_id'],
      externalKey: String(row),
      values: {
        employee_id: String(row),
        first_name: `A ${index}`,
        last_name: 'B',
        ...(row === 0 ? { age: 'x' } : {}),
      },
    }));
    await server.send(SyncRowsDocument, { input: { system: 'HR', model: 'Person', rows, options: { onError: 'CONTINUE' } } }); // prettier-ignore
    await server.fail(SyncRowsDocument, { input: { system: 'HR', model: 'Nobody', rows: [] } });
  };

  it('has the metrics that are documented', async () => {
    const documented = [...PAGE.matchAll(/^\| `(nsync_\w+)`/gm)].map(([, name = '']) => name);
    const names = namesOf(await text());
    expect(documented).toEqual(names.filter((name) => name.startsWith('nsync_')).sort());
  });

  it('has the metrics that the dashboard and the alerts ask for', async () => {
    const names = namesOf(await text());
    const expressions = [...panelsOf().flatMap((panel) => panel.expressions), RULES].join('\n');
    expect(asked(expressions).length).toBeGreaterThan(20);
    expect(asked(expressions).filter((name) => !names.includes(name))).toEqual([]);
  });

  if (!hasPrometheus) return;

  it('follows the conventions of Prometheus', async () => {
    await sync(0);
    expect(promtool(['check', 'metrics'], await text())).toBe('');
  });

  it('gives data to every panel of the dashboard', async () => {
    const prometheus = await startPrometheus(new URL(server.server.metricsUrl).host);
    try {
      const empty = new Set(panelsOf().flatMap(({ title, expressions }) => expressions.map((expression) => `${title}: ${expression}`))); // prettier-ignore
      // Rates need two scrapes, and sizes need a query to the database.
      const deadline = performance.now() + 120_000;
      for (let index = 1; empty.size > 0 && performance.now() < deadline; index += 1) {
        await sync(index);
        for (const panel of empty)
          if ((await prometheus.query(panel.slice(panel.indexOf(': ') + 2))).some(({ value }) => value[1] !== 'NaN'))
            empty.delete(panel);
      }
      expect([...empty]).toEqual([]);
    } finally {
      await prometheus.stop();
    }
  }, 150_000);
});

describe('the alerts', () => {
  const alerts = [...RULES.matchAll(/- alert: (\w+)/g)].map(([, name = '']) => name);

  it('each have a runbook, which their annotation leads to', () => {
    const runbooks = [...PAGE.matchAll(/^### (Nsync\w+)$/gm)].map(([, name = '']) => name);
    expect(runbooks).toEqual(alerts);
    const links = [...RULES.matchAll(/runbook_url: \S+\/docs\/monitoring\.md#(\w+)/g)].map(([, anchor]) => anchor);
    expect(links).toEqual(alerts.map((name) => name.toLowerCase()));
  });

  it('are each tested', () => {
    const tests = read('deploy/prometheus/alerts.test.yml');
    expect(alerts.filter((name) => !tests.includes(`alertname: ${name}\n`))).toEqual([]);
  });

  if (!hasPrometheus) return;

  it('fire when they should', () => {
    const rules = join(ROOT, 'deploy/prometheus');
    expect(promtool(['check', 'config', join(rules, 'prometheus.yml')])).toContain('SUCCESS');
    expect(promtool(['check', 'rules', join(rules, 'alerts.yml')])).toContain(`${alerts.length} rules found`);
    expect(promtool(['test', 'rules', join(rules, 'alerts.test.yml')])).toContain('SUCCESS');
  });
});
