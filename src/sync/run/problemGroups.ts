/** What went wrong at a glance: 100,000 bad rows are a few lines. */
import { BOUNDS } from '../../bounds';
import type { ProblemGroup } from '../../records';
import type { Problem } from '../../problems';

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
  /** Groups of all sources. */
  private count = 0;

  /** Outcomes of a source come in row order. */
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

  /** With too many fields that have problems, those of one code are a group together. */
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
