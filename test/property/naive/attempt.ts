/** A row, or one of its actions (R41), as the rules carry it out. */
import type { Call, ProgramRow } from '../program';
import type { ModelSpec } from '../schema';
import type { Action, RowProblem } from './row';
import type { Blocked } from './waiting';
import type { World } from './world';

/** An outcome. */
export interface Result {
  status: string;
  id: number | null;
  changed: string[];
  /** Ids. */
  alsoDeleted: number[];
  problems: RowProblem[];
  /** R17b: the row's own object and those that hold its unique values. Undefined: the row does not wait for others. */
  blocked?: Blocked;
}

export interface Attempt {
  readonly world: World;
  readonly system: string;
  readonly model: ModelSpec;
  readonly row: ProgramRow;
  readonly action: Action;
  readonly options: Call['options'];
  readonly result: Result;
  /** R21: a reference has no single target, and the options make that an error. */
  isUnresolved: boolean;
}

/** What makes a row fail. Nothing of the row stays. */
export class Failure extends Error {
  constructor(
    readonly problems: readonly RowProblem[],
    readonly id: number | null = null,
  ) {
    super(problems.join(' '));
  }
}

/** What the database refuses. Of such a row only the warnings of reading it remain. */
export class Refused extends Error {
  constructor(
    readonly problem: RowProblem,
    /** R17b. Undefined: the row does not wait for others. */
    readonly blocked?: Blocked,
  ) {
    super(problem);
  }
}

/** A failure that adds problems to those that the row has already. */
export const failure = ({ result }: Attempt, problems: readonly RowProblem[], id: number | null = null): Failure =>
  new Failure([...result.problems, ...problems], id);

/** R21 */
export function failIfUnresolved(attempt: Attempt, id: number | null = null): void {
  if (attempt.isUnresolved) throw failure(attempt, [], id);
}
