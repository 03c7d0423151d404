/** Groups problems, so that 100,000 bad rows are shown in a few lines. */
import { BOUNDS } from '../../bounds';
import type { ProblemGroup } from '../../records';
import type { Problem } from '../../problems';

const MOST_RANGES = 100;

interface Group extends Pick<Problem, 'code' | 'severity' | 'field' | 'message'> {
  readonly file: string | null;
  count: number;
  readonly ranges: { from: number; to: number }[];
}

/** The source of rows. Two sources may have the same name. */
interface Source {
  readonly file: string | null;
}

export class ProblemGroups {
  private readonly groups = new Map<Source, Map<string, Group>>();
  /** The number of groups of all sources. */
  private count = 0;

  /** Adds the problems of a row. The rows of a source must come in row order. */
  add(source: Source, row: number, problems: readonly Problem[]): void {
    if (problems.length === 0) return;
    let groups = this.groups.get(source);
    if (!groups) this.groups.set(source, (groups = new Map<string, Group>()));
    const { file } = source;
    for (const { code, severity, field, message } of problems) {
      const group = this.groupOf(groups, { code, severity, field, file, message });
      group.count += 1;
      const last = group.ranges.at(-1);
      if (last && row <= last.to + 1) last.to = row;
      else if (group.ranges.length < MOST_RANGES) group.ranges.push({ from: row, to: row });
    }
  }

  /** If too many fields have problems, the problems of one code form a single group. */
  private groupOf(groups: Map<string, Group>, given: Omit<Group, 'count' | 'ranges'>): Group {
    const { code, severity, field } = given;
    const name = JSON.stringify([code, severity, field]);
    const known = groups.get(name);
    if (known) return known;
    if (field !== null && this.count >= BOUNDS.problemGroups) return this.groupOf(groups, { ...given, field: null });
    const group = { ...given, count: 0, ranges: [] };
    groups.set(name, group);
    this.count += 1;
    return group;
  }

  /** The groups, the largest first. */
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
