/** Gathers what became of a run's rows: counts, problems, and the outcomes that are kept. */
import { type Canonical, objectIdOf } from '../../models';
import { countOutcome, isKept, noCounts, type RowOutcome, type RunCounts } from '../../records';
import type { PlannedOutcome, PlannedValue } from '../plan/operations';
import { WorkingObject } from '../load/workingSet';
import { mergePasses } from './joinOutcomes';
import { OutcomeSpool } from './outcomeSpool';
import type { ProblemGroups } from './problemGroups';

/** The key of an object that stands for a value, by now written. */
function valueOf(value: PlannedValue): Canonical {
  if (!(value instanceof WorkingObject)) return value;
  const key = value.model.idFields.map(({ column }) => value.values[column.name] ?? null);
  return key.length === 1 ? (key[0] ?? null) : objectIdOf(key);
}

export function readPlannedOutcome({
  row,
  status,
  object,
  objectId,
  changes,
  alsoDeleted,
  problems,
}: PlannedOutcome): RowOutcome {
  return {
    row: row.number,
    line: row.line ?? null,
    externalKey: row.externalKey === null || row.externalKey.trim() === '' ? null : row.externalKey,
    status,
    objectId: objectId ?? object?.id ?? null,
    changes: changes.map((change) => ({ ...change, after: valueOf(change.after) })),
    alsoDeleted,
    problems,
  };
}

/** The outcomes of one source. Where there is one pass they are kept by the chunks; several are joined once all are done. */
export class SourceReport {
  readonly counts: RunCounts = noCounts();
  private readonly passes: OutcomeSpool[] = [];
  private readonly all: RowOutcome[] = [];
  /** Outcomes that are to be kept but are not in the database. */
  private readonly waiting = new OutcomeSpool();

  constructor(
    readonly file: string | null,
    private readonly groups: ProblemGroups,
    private readonly options: { readonly passes: number; readonly wantAll: boolean },
  ) {}

  get outcomes(): readonly RowOutcome[] {
    return this.all;
  }

  async add(pass: number, planned: readonly PlannedOutcome[]): Promise<void> {
    if (this.options.passes > 1) {
      await (this.passes[pass] ??= new OutcomeSpool()).append(planned.map(readPlannedOutcome));
      return;
    }
    for (const outcome of planned) this.count(outcome.row.number, outcome);
    if (this.options.wantAll) for (const outcome of planned) this.all.push(readPlannedOutcome(outcome));
  }

  private count(row: number, outcome: Pick<RowOutcome, 'status' | 'problems'>): void {
    countOutcome(this.counts, outcome);
    this.groups.add(this, row, outcome.problems);
  }

  /** Joins the passes, so that counts are complete. */
  async join(): Promise<void> {
    const passes = this.passes.filter((pass) => pass !== undefined);
    for await (const outcome of mergePasses(passes.map((pass) => pass.read()))) {
      this.count(outcome.row, outcome);
      if (this.options.wantAll) this.all.push(outcome);
      if (isKept(outcome)) await this.waiting.append([outcome]);
    }
    for (const pass of passes) await pass.remove();
  }

  /** Takes back what the database will forget when the run is rolled back. */
  async takeBack(kept: AsyncIterable<readonly RowOutcome[]>): Promise<void> {
    for await (const outcomes of kept) await this.waiting.append(outcomes);
  }

  /** What is to be kept and is not in the database yet, in row order. */
  kept(): AsyncGenerator<RowOutcome> {
    return this.waiting.read();
  }

  async remove(): Promise<void> {
    for (const spool of [...this.passes, this.waiting]) if (spool) await spool.remove();
  }
}
