/** A row parsed for its model: what the planner carries out. */
import type { Canonical, Field, Model, Relation } from '../../models';
import type { Problem } from '../../problems';
import type { Row } from '../row';
import type { Sign } from './columns';
import type { Actions } from './flags';

/** Fields, values and references that are compared together: all must hold. */
export interface Condition {
  /** The same for conditions on the same columns. */
  readonly shape: string;
  readonly fields: readonly Field[];
  readonly values: readonly Canonical[];
  /** Empty references (null) stand for no target. */
  readonly references: readonly { readonly relation: Relation; readonly selector: Selector | null }[];
}

/** Finds objects of a model, by external keys, too. */
export interface Selector extends Condition {
  readonly model: Model;
  readonly keys: readonly { readonly system: string | null; readonly key: string }[];
  readonly references: readonly { readonly relation: Relation; readonly selector: Selector }[];
  /** A value is beyond its field's limits, so nothing can be found. */
  readonly impossible: boolean;
}

/** One alternative of a match expression with the row's values. */
export interface MatchAlternative extends Condition {
  readonly not: {
    readonly fields: readonly { readonly field: Field; readonly value: Canonical }[];
    readonly references: readonly { readonly relation: Relation; readonly selector: Selector | null }[];
  };
}

export interface Assignment {
  readonly field: Field;
  /** As it is stored. */
  readonly value: Canonical;
  /** As the row gives it to the model, which may format it. */
  readonly given: Canonical;
}

/** A reference to one (R20): `selector` null clears it. */
export interface ReferenceAssignment {
  readonly relation: Relation;
  readonly selector: Selector | null;
}

/** What becomes of a many-to-many relation (R24), or which objects are to point here (R25, sign null). */
export interface LinkAssignment {
  readonly relation: Relation;
  readonly sign: Sign | null;
  readonly selectors: readonly Selector[];
}

export interface Instruction {
  readonly row: Row;
  readonly actions: Actions;
  /** Warnings, and the errors that make the row fail whatever the database holds. */
  readonly problems: readonly Problem[];
  /** Trimmed of nothing; null where there is none (R18). */
  readonly key: string | null;
  /** Null where only the external key identifies (R7, R9). */
  readonly match: readonly MatchAlternative[] | null;
  readonly assignments: readonly Assignment[];
  readonly setters: readonly { readonly name: string; readonly value: unknown }[];
  readonly references: readonly ReferenceAssignment[];
  readonly links: readonly LinkAssignment[];
}

export const hasErrors = (instruction: Instruction): boolean =>
  instruction.problems.some(({ severity }) => severity === 'ERROR');
