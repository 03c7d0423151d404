/** Rows of a source that only unique values of other objects stop (R17b), and the order in which to try them again. */
import type { Blocked, PlannedOutcome } from '../plan/operations';
import type { Instruction } from '../read/instruction';

/** The most blocked rows of a source. Further ones fail at once. */
const MOST_BLOCKED = 100_000;

export interface BlockedRow {
  readonly instruction: Instruction;
  /** The outcome if the row stays blocked. */
  readonly outcome: PlannedOutcome;
  /** The row's own object; null if the row would create one. */
  readonly objectId: string | null;
  /** The objects that hold the unique values; empty if only the database knows them. */
  readonly holderIds: readonly string[];
}

export class BlockedRows {
  private rows: BlockedRow[] = [];

  /** `onAdded` is called for each row that has to wait. */
  constructor(private readonly onAdded: (row: BlockedRow) => void = () => undefined) {}

  get length(): number {
    return this.rows.length;
  }

  get all(): readonly BlockedRow[] {
    return this.rows;
  }

  /** Whether no more rows can be blocked. */
  get isFull(): boolean {
    return this.rows.length >= MOST_BLOCKED;
  }

  /** Adds a blocked row. Must be called after earlier rows are written, so that ids are known. */
  add(instruction: Instruction, outcome: PlannedOutcome, { object, holders }: Blocked): void {
    const row = {
      instruction,
      outcome,
      objectId: object?.id ?? null,
      holderIds: holders.flatMap(({ id }) => id ?? []),
    };
    this.rows.push(row);
    this.onAdded(row);
  }

  /** Adds a row that is known to be blocked. */
  putBack(row: BlockedRow): void {
    this.rows.push(row);
  }

  /** Removes all rows and returns them in groups (see `groupsOf`). */
  take(): BlockedRow[][] {
    const groups = groupsOf(this.rows);
    this.rows = [];
    return groups;
  }
}

/** The state of the search at a row: the rows that it waits for, and how many of them were visited. */
interface Visit {
  readonly row: number;
  readonly next: readonly number[];
  visited: number;
}

/** Tarjan's algorithm for strongly connected components. Not recursive, because a chain may be as long as a run. */
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

/** Groups of rows that wait for each other, in row order. A group comes after the groups that it waits for. */
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
