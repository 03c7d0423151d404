/**
 * What the committed chunks of a queued run tell the process that continues the run. An entry is committed with its chunk, so that no outcome is
 * lost or doubled. Runs that are one transaction begin again instead.
 */
import type { Knex } from 'knex';
import type { Database } from '../../database';
import { chunkEntries, recordChunkEntry } from '../../records';
import type { Problem } from '../../problems';
import { failed } from '../plan/context';
import type { PlannedOutcome } from '../plan/operations';
import type { Instruction } from '../read/instruction';
import type { BlockedRow } from './blockedRows';
import type { PassOutcome } from './joinOutcomes';

/** A row that waits for others (R17b). */
export interface BlockedEntry {
  readonly source: number;
  readonly row: number;
  readonly problems: readonly Problem[];
  readonly objectId: string | null;
  readonly holderIds: readonly string[];
}

interface ChunkEntry {
  readonly pass: number;
  /** The passes that have rows, as far as known. */
  readonly used: readonly number[];
  /** The source of the chunk's rows, by its position in the request. */
  readonly source: number;
  /** The chunk's last row; null for rows that had to wait. */
  readonly lastRow: number | null;
  /** Rows that had to wait and are done. */
  readonly done: readonly number[];
  /** Rows that wait, of earlier chunks and of this one. */
  readonly blocked: readonly BlockedEntry[];
  /** With several passes, outcomes are recorded after the last one. Until then they are here. */
  readonly outcomes: readonly PassOutcome[];
}

export const blockedEntry = (source: number, { instruction, outcome, objectId, holderIds }: BlockedRow): BlockedEntry => ({
  source,
  row: instruction.row.number,
  problems: outcome.problems,
  objectId,
  holderIds,
}); // prettier-ignore

const blockedOutcome = (source: number, { row, problems, blocked }: PlannedOutcome): BlockedEntry => ({
  source,
  row: row.number,
  problems,
  objectId: blocked?.object?.id ?? null,
  holderIds: blocked?.holders.flatMap(({ id }) => id ?? []) ?? [],
});

/** The row of an entry, as it waited. */
export const blockedRow = (instruction: Instruction, { problems, objectId, holderIds }: BlockedEntry): BlockedRow => ({
  instruction,
  outcome: failed(instruction, problems).outcome,
  objectId,
  holderIds,
});

/** Writes the entries of a run's chunks. */
export class Journal {
  private pass = 0;
  private used: () => readonly number[] = () => [0];
  /** Whether rows of the pass that had to wait are tried again. */
  private isLate = false;
  /** Rows that wait since the last entry. */
  private waiting: BlockedEntry[] = [];
  private source = 0;
  private planned: PlannedOutcome[] = [];
  private outcomes: PassOutcome[] = [];

  constructor(private readonly runId: string) {}

  /** Called when no chunk is committed and the run begins again. */
  startAgain(): void {
    this.waiting = [];
    this.begin();
  }

  /** Called when a pass begins, and with `isLate` when its rows that had to wait are tried again. */
  enter(pass: number, used: () => readonly number[], isLate: boolean): void {
    this.pass = pass;
    this.used = used;
    this.isLate = isLate;
  }

  /** Called when a row has to wait. */
  noteBlocked(entry: BlockedEntry): void {
    this.waiting.push(entry);
  }

  /** Called when a chunk begins, or begins again. */
  begin(): void {
    this.planned = [];
    this.outcomes = [];
  }

  /** Notes a part of the chunk's outcomes. `outcomes`: those of rows that are done, in a run with several passes. */
  note(source: number, planned: readonly PlannedOutcome[], outcomes: readonly PassOutcome[]): void {
    this.source = source;
    this.planned.push(...planned);
    this.outcomes.push(...outcomes);
  }

  /** Writes the entry of a chunk in its transaction. Returns a function to call after the commit. */
  async record(trx: Knex.Transaction, chunk: number): Promise<() => void> {
    const { pass, isLate, source, planned, outcomes, waiting } = this;
    const blocked = planned.filter((outcome) => outcome.blocked);
    const entry: ChunkEntry = {
      pass,
      used: this.used(),
      source,
      lastRow: isLate ? null : (planned.at(-1)?.row.number ?? 0),
      done: isLate ? planned.filter((outcome) => !outcome.blocked).map(({ row }) => row.number) : [],
      blocked: [...waiting, ...blocked.map((outcome) => blockedOutcome(source, outcome))],
      outcomes,
    };
    await recordChunkEntry(trx, this.runId, chunk, entry);
    const recorded = waiting.length;
    return () => void this.waiting.splice(0, recorded);
  }
}

/** Outcomes of a committed chunk, for the report of their source. */
interface ReportedOutcomes {
  readonly source: number;
  readonly pass: number;
  readonly isLate: boolean;
  readonly outcomes: readonly PassOutcome[];
}

/** Where a run continues. */
export class Continuation {
  /** The passes that have rows, as far as known. */
  used: readonly number[] = [0];
  private current = { pass: 0, source: -1, isLate: false };
  /** In this pass, by source. */
  private lastRow = new Map<number, number>();
  private blocked = new Map<string, BlockedEntry>();

  /** Reads the entries of a run. `report` is called for outcomes that are not recorded yet. */
  static async read(
    database: Database,
    runId: string,
    report: (reported: ReportedOutcomes) => Promise<void>,
  ): Promise<Continuation> {
    const continuation = new Continuation();
    for await (const entry of chunkEntries<ChunkEntry>(database, runId)) {
      continuation.add(entry);
      const { pass, source, lastRow, outcomes } = entry;
      if (outcomes.length > 0) await report({ source, pass, isLate: lastRow === null, outcomes });
    }
    return continuation;
  }

  /** Whether a pass is done. */
  isDone(pass: number): boolean {
    return pass < this.current.pass;
  }

  /** The last row of a source that is done or waits, in a pass. `order`: the sources of the pass. */
  doneUpTo(pass: number, source: number, order: readonly number[]): number {
    if (pass !== this.current.pass) return 0;
    const isPast = this.current.isLate || order.indexOf(source) < order.indexOf(this.current.source);
    return isPast ? Infinity : (this.lastRow.get(source) ?? 0);
  }

  /** A row that waits for others in this pass; null if it does not. */
  blockedRow(pass: number, source: number, row: number): BlockedEntry | null {
    return pass === this.current.pass ? (this.blocked.get(`${source}:${row}`) ?? null) : null;
  }

  private add({ pass, used, source, lastRow, done, blocked }: ChunkEntry): void {
    if (pass !== this.current.pass) {
      this.lastRow.clear();
      this.blocked.clear();
    }
    this.current = { pass, source, isLate: lastRow === null };
    this.used = used;
    if (lastRow !== null) this.lastRow.set(source, lastRow);
    for (const row of blocked) this.blocked.set(`${row.source}:${row.row}`, row);
    for (const row of done) this.blocked.delete(`${source}:${row}`);
  }
}
