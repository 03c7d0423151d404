/** Rows of a source that only unique values of other objects keep from being carried out (R17b), and in which order to try them again. */
import type { Blocked, PlannedOutcome } from '../plan/operations';
import type { Instruction } from '../read/instruction';

/** Rows of a source that may wait; more of them fail at once. */
const MOST_BLOCKED = 100_000;

export interface BlockedRow {
  readonly instruction: Instruction;
  /** As it fails if nothing changes. */
  readonly outcome: PlannedOutcome;
  /** The row's own object; null if it would create one. */
  readonly objectId: string | null;
  /** The objects that hold its values; empty if only the database knows them. */
  readonly holderIds: readonly string[];
}

export class BlockedRows {
  private rows: BlockedRow[] = [];

  get length(): number {
    return this.rows.length;
  }

  get all(): readonly BlockedRow[] {
    return this.rows;
  }

  /** No more rows can wait. */
  get isFull(): boolean {
    return this.rows.length >= MOST_BLOCKED;
  }

  /** Lets a row wait. Called when the rows before it are written, so that ids are known. */
  add(instruction: Instruction, outcome: PlannedOutcome, { object, holders }: Blocked): void {
    this.rows.push({
      instruction,
      outcome,
      objectId: object?.id ?? null,
      holderIds: holders.flatMap(({ id }) => id ?? []),
    });
  }

  /** Lets a row wait on. */
  keep(row: BlockedRow): void {
    this.rows.push(row);
  }

  /** Takes all rows out, as `groupsOf`. */
  take(): BlockedRow[][] {
    const groups = groupsOf(this.rows);
    this.rows = [];
    return groups;
  }
}

/** Where the search stands at a row: the rows that it waits for, and how many of them were visited. */
interface Visit {
  readonly row: number;
  readonly next: readonly number[];
  visited: number;
}

/** Strongly connected components, found by Tarjan's algorithm; without recursion, since a chain may be as long as a run. */
class Components {
  readonly groups: number[][] = [];
  private readonly order = new Map<number, number>();
  private readonly lowest = new Map<number, number>();
  private readonly open: number[] = [];
  private readonly isOpen = new Set<number>();
  private readonly path: Visit[] = [];

  constructor(private readonly waitsFor: (row: number) => readonly number[]) {}

  visit(start: number): void {
    if (this.order.has(start)) return;
    this.enter(start);
    for (let visit = this.path.at(-1); visit; visit = this.path.at(-1)) {
      const next = visit.next[visit.visited];
      visit.visited += 1;
      if (next === undefined) this.leave(visit.row);
      else if (!this.order.has(next)) this.enter(next);
      else if (this.isOpen.has(next)) this.lower(visit.row, this.order.get(next));
    }
  }

  private enter(row: number): void {
    const place = this.order.size;
    this.order.set(row, place);
    this.lowest.set(row, place);
    this.open.push(row);
    this.isOpen.add(row);
    this.path.push({ row, next: this.waitsFor(row), visited: 0 });
  }

  private lower(row: number, to = 0): void {
    this.lowest.set(row, Math.min(this.lowest.get(row) ?? to, to));
  }

  private leave(row: number): void {
    this.path.pop();
    const before = this.path.at(-1);
    if (before) this.lower(before.row, this.lowest.get(row));
    if (this.lowest.get(row) !== this.order.get(row)) return;
    const group = this.open.splice(this.open.lastIndexOf(row));
    for (const member of group) this.isOpen.delete(member);
    this.groups.push(group.sort((a, b) => a - b));
  }
}

/** Rows that wait for each other, in row order; a group comes after those that it waits for. */
export function groupsOf(blocked: readonly BlockedRow[]): BlockedRow[][] {
  const rows = [...blocked].sort((one, other) => one.instruction.row.number - other.instruction.row.number);
  const owners = new Map<string, number[]>();
  for (const [index, { objectId }] of rows.entries()) {
    const known = objectId === null ? undefined : owners.get(objectId);
    if (known) known.push(index);
    else if (objectId !== null) owners.set(objectId, [index]);
  }
  const components = new Components((row) =>
    (rows[row]?.holderIds ?? []).flatMap((holder) => owners.get(holder) ?? []),
  );
  for (const row of rows.keys()) components.visit(row);
  return components.groups.map((group) => group.flatMap((row) => rows[row] ?? []));
}
