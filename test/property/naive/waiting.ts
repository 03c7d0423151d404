/** Rows that wait for unique values of other objects (R17b), in the order in which they are tried again. */

export interface Blocked {
  /** Id of the row's own object; null if it would create one, or if nobody knows. */
  readonly own: number | null;
  /** Ids of the objects that hold its unique values. */
  readonly holders: readonly number[];
}

export interface Waiting extends Blocked {
  readonly index: number;
}

/** Rows that wait for each other (in a circle), each group after those that it waits for: Tarjan's components, as in the textbook. */
export function groupsOf(waiting: readonly Waiting[]): Waiting[][] {
  const rows = [...waiting].sort((one, other) => one.index - other.index);
  const numbers = new Map<Waiting, number>();
  const lowest = new Map<Waiting, number>();
  const stack: Waiting[] = [];
  const groups: Waiting[][] = [];
  const lower = (row: Waiting, to: number): void => void lowest.set(row, Math.min(lowest.get(row)!, to));
  const visit = (row: Waiting): void => {
    numbers.set(row, numbers.size);
    lowest.set(row, numbers.get(row)!);
    stack.push(row);
    for (const holder of row.holders)
      for (const next of rows.filter(({ own }) => own === holder)) {
        if (!numbers.has(next)) {
          visit(next);
          lower(row, lowest.get(next)!);
        } else if (stack.includes(next)) lower(row, numbers.get(next)!);
      }
    if (lowest.get(row) !== numbers.get(row)) return;
    groups.push(stack.splice(stack.indexOf(row)).sort((one, other) => one.index - other.index));
  };
  for (const row of rows) if (!numbers.has(row)) visit(row);
  return groups;
}
