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

/** The outcomes of one source: of each pass by itself, and joined once all passes are done. */
export class SourceReport {
  readonly counts: RunCounts = noCounts();
  private readonly passes: OutcomeSpool[] = [];
  private readonly all: RowOutcome[] = [];

  constructor(
    readonly file: string | null,
    private readonly groups: ProblemGroups,
    private readonly options: { readonly passes: number; readonly wantAll: boolean },
  ) {}

  get outcomes(): readonly RowOutcome[] {
    return this.all;
  }

  async add(pass: number, planned: readonly PlannedOutcome[]): Promise<void> {
    const outcomes = planned.map(readPlannedOutcome);
    const single = this.options.passes === 1;
    if (single) for (const outcome of outcomes) this.count(outcome);
    const spool = (this.passes[pass] ??= new OutcomeSpool());
    await spool.append(single ? outcomes.filter(isKept) : outcomes);
  }

  private count(outcome: RowOutcome): void {
    countOutcome(this.counts, outcome);
    this.groups.add(this.file, outcome);
    if (this.options.wantAll) this.all.push(outcome);
  }

  /** Joins the passes, so that counts are complete. */
  async join(): Promise<void> {
    if (this.options.passes === 1) return;
    const joined = new OutcomeSpool();
    const passes = this.passes.filter((pass) => pass !== undefined);
    for await (const outcome of mergePasses(passes.map((pass) => pass.read()))) {
      this.count(outcome);
      if (isKept(outcome)) await joined.append([outcome]);
    }
    for (const pass of passes) await pass.remove();
    this.passes.splice(0, this.passes.length, joined);
  }

  /** The outcomes that are kept, in row order. */
  async *kept(): AsyncGenerator<RowOutcome> {
    for (const pass of this.passes) if (pass) yield* pass.read();
  }

  async remove(): Promise<void> {
    for (const pass of this.passes) if (pass) await pass.remove();
  }
}
