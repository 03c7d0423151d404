/**
 * `npm run bench:dashboard`: draws the panels of the Grafana dashboard as docs/monitoring/dashboard.svg, from a Prometheus that scraped a server
 * under load. Grafana does not run here: the queries are the dashboard's own, but the drawing is not.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { init } from 'echarts';
import { type Panel, panelsOf } from '../test/support/dashboard';
import globalSetup from '../test/support/globalSetup';
import { type Prometheus, type Range, startPrometheus } from '../test/support/prometheus';
import { type BenchServer, startServer } from './server';

const FILE = join('docs', 'monitoring', 'dashboard.svg');
const SECONDS = Number(process.env.BENCH_SECONDS ?? 240);
/** Seconds between two points of a line. */
const STEP = 5;
const CLIENTS = 3;
const FILE_ROWS = 20_000;
const CELL = { width: 40, height: 34 };
/** Height for the long legends of the last panels. */
const LEGEND = 40;
const COLOURS = ['#0b6e99', '#e07a3f', '#7a9e4b', '#8f6bb3', '#999999', '#c94f7c', '#3f7fe0', '#b59b2c'];

const pick = <T>(items: readonly T[]): T => items[Math.floor(Math.random() * items.length)] as T;

async function post(url: string, query: string, variables: object, headers: object = {}): Promise<void> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  await response.text();
}

const SYNC = 'mutation ($i: SyncRowsInput!) { syncRows(input: $i) { run { status } } }';
const SYNC_CSV = 'mutation ($i: SyncCsvInput!) { syncCsv(input: $i) { run { status } } }';

/** Sends a small call of one of several systems. Some calls contain a mistake. */
async function smallCall(url: string): Promise<void> {
  const rows = Array.from({ length: 1 + Math.floor(Math.random() * 20) }, () => {
    const number = Math.floor(Math.random() * 5000);
    return {
      externalKey: String(number),
      values: { employee_id: `E${number}`, first_name: `F${Math.floor(Math.random() * 3)}`, last_name: 'L', ...(Math.random() < 0.02 ? { age: 'old' } : {}) }, // prettier-ignore
    };
  });
  const options = { onError: 'CONTINUE' };
  const defaults = { actionFlags: 'cu*', matchOn: ['employee_id'] };
  await post(url, SYNC, { i: { system: pick(['HR', 'Payroll']), model: 'Person', rows, defaults, options } });
}

/** Sends a file, so that the small calls have to wait. About half of the files are queued. */
async function file(url: string): Promise<void> {
  const lines = Array.from({ length: FILE_ROWS }, (_, row) => `E${row},First,${pick(['Last', 'Other'])}`);
  const csv = ['employee_id,first_name,last_name', ...lines].join('\n');
  const defaults = { actionFlags: 'cu*', matchOn: ['employee_id'] };
  await post(url, SYNC_CSV, { i: { system: 'ERP', model: 'Person', csv, defaults, options: { onError: 'CONTINUE', async: Math.random() < 0.5 } } }); // prettier-ignore
}

async function strangers(url: string): Promise<void> {
  await post(url, '{ viewer { name } }', {}, { authorization: `Bearer nsync_${Math.floor(Math.random() * 5)}` });
  await post(url, SYNC, { i: { system: 'HR', model: 'Nobody', rows: [] } });
  await post(url, '{ runs { nodes { id status } } models { name } }', {});
}

async function load(url: string, until: number): Promise<void> {
  const repeat = async (work: (url: string) => Promise<void>, pause: number): Promise<void> => {
    while (Date.now() < until) {
      await work(url);
      await setTimeout(pause * (0.5 + Math.random()));
    }
  };
  const clients = Array.from({ length: CLIENTS }, () => repeat(smallCall, 100));
  await Promise.all([...clients, repeat(file, 30_000), repeat(strangers, 700)]);
}

const nameOf = (legend: string, { metric }: Range): string =>
  legend.replace(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? '');

const UNITS: Readonly<Record<string, (value: number) => string>> = {
  s: (value) => (value >= 1 || value === 0 ? `${value} s` : `${Math.round(value * 1000)} ms`),
  bytes: (value) => (value >= 1e6 ? `${Math.round(value / 1e6)} MB` : `${Math.round(value / 1e3)} kB`),
};

interface Drawn extends Panel {
  readonly lines: readonly { readonly name: string; readonly data: readonly (readonly [number, number])[] }[];
}

async function drawnPanel(panel: Panel, prometheus: Prometheus, start: number, end: number): Promise<Drawn> {
  const found = await Promise.all(
    panel.expressions.map((expression) => prometheus.range(expression, start, end, STEP)),
  );
  const lines = found.flatMap((ranges, index) =>
    ranges.map((range) => ({
      name: nameOf(panel.legends[index] ?? '', range),
      data: range.values
        .map(([time, value]): readonly [number, number] => [time - start, Number(value)])
        .filter(([, value]) => Number.isFinite(value)),
    })),
  );
  return { ...panel, lines };
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const boxOf = ({ place: { x, y, w, h } }: Drawn): Box => ({
  left: x * CELL.width,
  top: y * CELL.height,
  width: w * CELL.width,
  height: h * CELL.height,
});

/** A panel and its place in the picture, in pixels. */
interface BoxedPanel extends Drawn {
  readonly box: Box;
}

const titleOf = ({ title, box }: BoxedPanel): object => ({
  text: title,
  left: box.left + 8,
  top: box.top + 6,
  textStyle: { fontSize: 12 },
});

const legendOf = ({ lines, box }: BoxedPanel, index: number): object => ({
  data: lines.map(({ name }) => `${index} ${name}`),
  formatter: (name: string) => name.replace(/^\d+ /, ''),
  left: box.left + 8,
  top: box.top + box.height - 44,
  width: box.width - 16,
  height: 36,
  itemWidth: 8,
  itemHeight: 8,
  itemGap: 6,
  icon: 'circle',
  textStyle: { fontSize: 9 },
});

const gridOf = ({ box: { left, top, width, height } }: BoxedPanel): object => ({
  left: left + 52,
  top: top + 30,
  width: width - 68,
  height: height - 92,
});

const timeAxis = (_panel: unknown, gridIndex: number): object => ({
  type: 'value',
  gridIndex,
  max: SECONDS,
  splitLine: { show: false },
  axisLabel: { fontSize: 9, formatter: (seconds: number) => `${Math.round(seconds / 6) / 10} min` },
  interval: 60,
});

const valueAxis = ({ unit }: BoxedPanel, gridIndex: number): object => ({
  type: 'value',
  gridIndex,
  min: 0,
  splitNumber: 3,
  axisLabel: { fontSize: 9, formatter: UNITS[unit] ?? ((value: number) => String(value)) },
});

const seriesOf = ({ lines }: BoxedPanel, index: number): object[] =>
  lines.map(({ name, data }) => ({
    type: 'line',
    name: `${index} ${name}`,
    data,
    xAxisIndex: index,
    yAxisIndex: index,
    symbol: 'none',
    lineStyle: { width: 1.5 },
  }));

/** Draws the panels as one SVG picture. */
function draw(drawn: readonly Drawn[]): string {
  const panels = drawn.map((panel): BoxedPanel => ({ ...panel, box: boxOf(panel) }));
  const height = Math.max(...panels.map(({ box }) => box.top + box.height)) + LEGEND;
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: 24 * CELL.width, height });
  chart.setOption({
    animation: false,
    color: COLOURS,
    backgroundColor: '#ffffff',
    title: panels.map(titleOf),
    legend: panels.map(legendOf),
    grid: panels.map(gridOf),
    xAxis: panels.map(timeAxis),
    yAxis: panels.map(valueAxis),
    series: panels.flatMap(seriesOf),
  } as Parameters<typeof chart.setOption>[0]);
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

async function measured(server: BenchServer): Promise<readonly Drawn[]> {
  const prometheus = await startPrometheus(new URL(server.url).host);
  try {
    const start = Date.now() / 1000;
    await load(server.url, Date.now() + SECONDS * 1000);
    const end = Date.now() / 1000;
    return await Promise.all(panelsOf().map((panel) => drawnPanel(panel, prometheus, start, end)));
  } finally {
    await prometheus.stop();
  }
}

async function main(): Promise<void> {
  await globalSetup();
  const { DATABASES, migratedDatabase } = await import('../test/support/databases.js');
  const kind = DATABASES.find(({ name }) => name === 'MariaDB') ?? DATABASES[0];
  if (!kind) throw new Error('no database is reachable');
  const test = await migratedDatabase(kind);
  const server = await startServer(test.url);
  try {
    const panels = await measured(server);
    const empty = panels.filter(({ lines }) => lines.length === 0).map(({ title }) => title);
    if (empty.length > 0) throw new Error(`These panels have no data: ${empty.join(', ')}`);
    mkdirSync(dirname(FILE), { recursive: true });
    writeFileSync(FILE, `${draw(panels)}\n`);
    process.stdout.write(`${FILE}: ${panels.length} panels, ${SECONDS} seconds on ${kind.name}\n`);
  } finally {
    await server.stop();
    await test.drop();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).stack}\n`);
  process.exitCode = 1;
});
