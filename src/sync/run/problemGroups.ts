/** What went wrong at a glance: 100,000 bad rows are a few lines. */
import type { ProblemGroup } from '../../records';
import type { Problem } from '../problems';

const MOST_RANGES = 100;

interface Group extends Pick<Problem, 'code' | 'severity' | 'field' | 'message'> {
  readonly file: string | null;
  count: number;
  readonly ranges: { from: number; to: number }[];
}

/** Where rows come from; two sources may have one name. */
interface Source {
  readonly file: string | null;
}

export class ProblemGroups {
  private readonly groups = new Map<Source, Map<string, Group>>();

  /** Outcomes of a source come in row order. */
  add(source: Source, row: number, problems: readonly Problem[]): void {
    if (problems.length === 0) return;
    let groups = this.groups.get(source);
    if (!groups) this.groups.set(source, (groups = new Map<string, Group>()));
    const { file } = source;
    for (const { code, severity, field, message } of problems) {
      const name = JSON.stringify([code, severity, field]);
      let group = groups.get(name);
      if (!group) groups.set(name, (group = { code, severity, field, file, message, count: 0, ranges: [] }));
      group.count += 1;
      const last = group.ranges.at(-1);
      if (last && row <= last.to + 1) last.to = row;
      else if (group.ranges.length < MOST_RANGES) group.ranges.push({ from: row, to: row });
    }
  }

  /** The largest first. */
  list(): ProblemGroup[] {
    return [...this.groups.values()]
      .flatMap((groups) => [...groups.values()])
      .sort((a, b) => b.count - a.count)
      .map(({ ranges, ...group }) => ({
        ...group,
        rows: ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(', '),
      }));
  }
}
