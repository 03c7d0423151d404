/** Collects the outcomes of a run's rows: counts, problems, and outcomes to record. */
import { Readable } from 'node:stream';
import { JsonSpool } from '../../jsonSpool';
import { type Canonical, objectIdOf, unstorable } from '../../models';
import { countOutcome, type FieldChange, isRecorded, noCounts, type RowOutcome, type RunCounts } from '../../records';
import { LinkedIds, type PlannedOutcome, type PlannedValue } from '../plan/operations';
import type { SyncPolicy } from '../policy';
import { WorkingObject } from '../load/workingObject';
import { LONGEST_KEY } from '../read/selectors';
import { isUpdatePass, type Origin } from './passes';
import { mergePasses, type PassOutcome } from './joinOutcomes';
import type { ProblemGroups } from './problemGroups';
import { RowTally } from './rowTally';

/** The value, or the key of the written object that stands for it. */
function valueOf(value: PlannedValue): Canonical {
  if (value instanceof LinkedIds) return value.all;
  if (!(value instanceof WorkingObject)) return value;
  const key = value.model.idFields.map(({ column }) => value.values[column.name] ?? null);
  return key.length === 1 ? (key[0] ?? null) : objectIdOf(key);
}

/** A row's key as outcomes show it. An invalid key may be too long, or contain characters that cannot be stored. */
function shownKey(key: string | null): string | null {
  if (key === null || key.trim() === '') return null;
  if (key.length <= LONGEST_KEY && unstorable(key) === null) return key;
  // UTF-8 cannot contain halves of surrogate pairs.
  const storable = Buffer.from(key.replaceAll('\u0000', '\ufffd')).toString();
  return Array.from(storable).slice(0, LONGEST_KEY).join('');
}

export function readPlannedOutcome({
  row,
  status,
  object,
  objectId,
  changes,
  alsoDeleted,
  alsoChanged,
  problems,
}: PlannedOutcome): RowOutcome {
  return {
    row: row.number,
    line: row.line ?? null,
    externalKey: shownKey(row.externalKey),
    status,
    objectId: objectId ?? object?.id ?? null,
    changes: changes.some(({ after }) => after instanceof WorkingObject || after instanceof LinkedIds)
      ? changes.map((change) => ({ ...change, after: valueOf(change.after) }))
      : (changes as readonly FieldChange[]),
    alsoDeleted,
    alsoChanged,
    problems,
  };
}

/**
 * The outcomes of one source. With one pass, the chunks record them. Outcomes of several passes are joined after the
 * last pass.
 */
export class SourceReport {
  readonly counts: RunCounts = noCounts();
  private readonly passes: (JsonSpool<PassOutcome> | undefined)[] = [];
  /** By pass, for rows that had to wait for others (R17b). */
  private readonly late: PassOutcome[][] = [];
  private readonly all: RowOutcome[] = [];
  /** Outcomes to record that are not in the database yet. */
  private readonly waiting = new JsonSpool<RowOutcome>();
  private readonly tally = new RowTally();
  private isJoined = false;
  private isInOrder = true;

  constructor(
    private readonly origin: Origin,
    private readonly groups: ProblemGroups,
    private readonly options: { readonly policy: SyncPolicy; readonly wantAll: boolean },
  ) {}

  get file(): string | null {
    return this.origin.file;
  }

  /** In row order. */
  get outcomes(): readonly RowOutcome[] {
    if (!this.isInOrder) this.all.sort((one, other) => one.row - other.row);
    this.isInOrder = true;
    return this.all;
  }

  /** Counts of the rows so far, in any pass. */
  get countsSoFar(): RunCounts {
    return this.tally.soFar;
  }

  /** The counts so far, plus outcomes that are not added yet. */
  countsWith(planned: readonly PlannedOutcome[]): RunCounts {
    return this.tally.with(planned);
  }

  /** Adds outcomes in row order; with `isLate`, those of rows that had to wait. */
  async add(pass: number, planned: readonly PlannedOutcome[], isLate = false): Promise<void> {
    const { policy, wantAll } = this.options;
    this.tally.add(planned);
    if (policy.passes > 1) {
      await this.keep(pass, this.passOutcomes(pass, planned), isLate);
      return;
    }
    this.isInOrder &&= !isLate;
    for (const outcome of planned) this.count(outcome.row.number, outcome);
    if (wantAll) for (const outcome of planned) this.all.push(readPlannedOutcome(outcome));
  }

  /** The outcomes of rows in one of several passes. Empty if the run has a single pass. */
  passOutcomes(pass: number, planned: readonly PlannedOutcome[]): PassOutcome[] {
    const { policy } = this.options;
    if (policy.passes === 1) return [];
    return planned.map((outcome) => ({
      outcome: readPlannedOutcome(outcome),
      updates: isUpdatePass(policy, pass, this.origin, outcome.row),
    }));
  }

  /** Adds outcomes of one of several passes that another process has committed. */
  async addCommitted(pass: number, outcomes: readonly PassOutcome[], isLate: boolean): Promise<void> {
    this.tally.add(outcomes.map(({ outcome }) => ({ ...outcome, row: { number: outcome.row } })));
    await this.keep(pass, outcomes, isLate);
  }

  /** Continues a run with a single pass after rows that another process has committed. `recorded`: their recorded outcomes. */
  async continueFrom(counts: RunCounts, recorded: AsyncIterable<readonly RowOutcome[]>): Promise<void> {
    this.tally.continueFrom(counts);
    Object.assign(this.counts, counts);
    for await (const outcomes of recorded)
      for (const { row, problems } of outcomes) this.groups.add(this, row, problems);
  }

  private async keep(pass: number, outcomes: readonly PassOutcome[], isLate: boolean): Promise<void> {
    if (isLate) (this.late[pass] ??= []).push(...outcomes);
    else await (this.passes[pass] ??= new JsonSpool()).append(outcomes);
  }

  private count(row: number, outcome: Pick<RowOutcome, 'status' | 'problems' | 'alsoDeleted'>): void {
    countOutcome(this.counts, outcome);
    this.groups.add(this, row, outcome.problems);
  }

  /** Joins the passes, so that counts are complete. Further calls do nothing. */
  async join(): Promise<void> {
    if (this.isJoined) return;
    this.isJoined = true;
    for await (const outcome of mergePasses(this.ofPasses())) {
      this.count(outcome.row, outcome);
      if (this.options.wantAll) this.all.push(outcome);
      if (isRecorded(outcome)) await this.waiting.append([outcome]);
    }
    for (const spool of this.passes) await spool?.remove();
  }

  /** The outcomes to merge, each in row order. */
  private ofPasses(): AsyncIterable<PassOutcome>[] {
    return Array.from({ length: Math.max(this.passes.length, this.late.length) }, (_, pass) => {
      const spool = this.passes[pass];
      const late = this.late[pass]?.sort((one, other) => one.outcome.row - other.outcome.row);
      return [...(spool ? [spool.read()] : []), ...(late ? [Readable.from(late)] : [])];
    }).flat();
  }

  /** Takes back outcomes that the rollback of the run would delete. */
  async takeBack(recorded: AsyncIterable<readonly RowOutcome[]>): Promise<void> {
    for await (const outcomes of recorded) await this.waiting.append(outcomes);
  }

  /** Outcomes to record that are not in the database yet, in row order. */
  unrecorded(): AsyncGenerator<RowOutcome> {
    return this.waiting.read();
  }

  async remove(): Promise<void> {
    for (const spool of [...this.passes, this.waiting]) if (spool) await spool.remove();
  }
}
