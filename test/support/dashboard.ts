/** The Grafana dashboard, as far as tests use it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Relative to the project's folder, where tests and benches run. */
const DASHBOARD = join('deploy', 'grafana', 'nsync.json');

export interface Panel {
  readonly title: string;
  readonly expressions: readonly string[];
  /** The legend of each expression: `{{system}} / {{model}}`. */
  readonly legends: readonly string[];
  /** The place in cells of the grid, which is 24 cells wide. */
  readonly place: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  /** Grafana's unit: `s`, `bytes`, `short`, `reqps`. */
  readonly unit: string;
}

interface Given {
  readonly title: string;
  readonly gridPos: Panel['place'];
  readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
  readonly fieldConfig: { readonly defaults: { readonly unit: string } };
}

/** The panels. Grafana's variables are replaced with values for a short test. */
export function panelsOf(): Panel[] {
  const { panels } = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as { panels: Given[] };
  return panels.map(({ title, gridPos, targets, fieldConfig }) => ({
    title,
    expressions: targets.map(({ expr }) => expr.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.*')),
    legends: targets.map(({ legendFormat }) => legendFormat),
    place: gridPos,
    unit: fieldConfig.defaults.unit,
  }));
}
