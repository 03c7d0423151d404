/** Draws the charts of docs/performance.md from saved figures. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { init } from 'echarts';
import { type Results, RESULTS_FOLDER } from './results';
import { SCENARIOS } from './speed';

const COLOURS = ['#0b6e99', '#e07a3f', '#7a9e4b', '#8f6bb3', '#999999'];

interface Panel {
  readonly title: string;
  readonly kind: 'bar' | 'line';
  /** The labels below each group of bars. Without labels, the axis has numbers. */
  readonly categories?: readonly string[];
  readonly series: readonly { readonly name: string; readonly data: readonly (number | null | readonly number[])[] }[];
}

/** Draws panels below each other. */
function draw(file: string, panels: readonly Panel[]): void {
  if (panels.length === 0) return;
  const height = 240;
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: 900, height: panels.length * height + 40 });
  chart.setOption({
    animation: false,
    color: COLOURS,
    backgroundColor: '#ffffff',
    legend: { top: 4 },
    title: panels.map(({ title }, index) => ({
      text: `${title}: thousand rows per second`,
      left: 8,
      top: index * height + 34,
      textStyle: { fontSize: 13 },
    })),
    grid: panels.map((_, index) => ({ left: 56, right: 24, top: index * height + 70, height: height - 86 })),
    xAxis: panels.map(({ categories }, gridIndex) =>
      categories ? { type: 'category', data: categories, gridIndex } : { type: 'value', gridIndex },
    ),
    yAxis: panels.map((_, gridIndex) => ({ gridIndex })),
    series: panels.flatMap(({ kind, series }, index) =>
      series.map(({ name, data }) => ({ type: kind, name, data, xAxisIndex: index, yAxisIndex: index })),
    ),
  } as Parameters<typeof chart.setOption>[0]);
  writeFileSync(join(RESULTS_FOLDER, file), `${chart.renderToSVGString()}\n`);
  chart.dispose();
}

const thousand = (rate: number): number => Math.round(rate / 100) / 10;

/** Draws engine and baselines on each database, and rows per second by table size. */
export function drawCharts({ speed, growth }: Results): void {
  draw(
    'speed.svg',
    Object.entries(speed).map(([database, contenders]) => ({
      title: database,
      kind: 'bar',
      categories: SCENARIOS,
      series: Object.entries(contenders).map(([name, rates]) => ({
        name,
        data: SCENARIOS.map((scenario) => (rates[scenario] ? thousand(rates[scenario].median) : null)),
      })),
    })),
  );
  const lines = (of: 'created' | 'unchanged'): Panel['series'] =>
    Object.entries(growth).map(([name, result]) => ({
      name,
      data: result[of].map(({ objects, rate }) => [objects, thousand(rate)]),
    }));
  if (Object.keys(growth).length > 0)
    draw('growth.svg', [
      { title: 'New rows, by the number of objects before', kind: 'line', series: lines('created') },
      { title: 'Unchanged rows, by the number of objects', kind: 'line', series: lines('unchanged') },
    ]);
}
