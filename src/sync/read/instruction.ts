/** A row parsed for its model: the planner's input. */
import type { Canonical, Field, Model, Relation } from '../../models';
import type { Problem } from '../../problems';
import type { Row } from '../row';
import type { Sign } from './columns';
import type { Actions } from './flags';

/** Fields, values and references that are compared together. All must be equal. */
export interface Condition {
  /** The same text for conditions on the same columns. */
  readonly shape: string;
  readonly fields: readonly Field[];
  readonly values: readonly Canonical[];
  /** An empty reference (null) matches objects without a target. */
  readonly references: readonly { readonly relation: Relation; readonly selector: Selector | null }[];
}

/** Finds objects of a model by values, references and external keys. */
export interface Selector extends Condition {
  readonly model: Model;
  readonly keys: readonly { readonly system: string | null; readonly key: string }[];
  readonly references: readonly { readonly relation: Relation; readonly selector: Selector }[];
  /** Whether a value exceeds its field's limits, so that the selector finds nothing. */
  readonly impossible: boolean;
}

/** One alternative of a match expression, with the row's values. */
export interface MatchAlternative extends Condition {
  readonly not: {
    readonly fields: readonly { readonly field: Field; readonly value: Canonical }[];
    readonly references: readonly { readonly relation: Relation; readonly selector: Selector | null }[];
  };
}

export interface Assignment {
  readonly field: Field;
  /** The value as it is stored. */
  readonly value: Canonical;
  /** The value as it is passed to the model, which may format it. */
  readonly given: Canonical;
}

/** A to-one reference (R20). `selector` null clears it. */
export interface ReferenceAssignment {
  readonly relation: Relation;
  readonly selector: Selector | null;
}

/** Changes of a many-to-many relation (R24), or the objects that must point to the row's object (R25, sign null). */
export interface LinkAssignment {
  readonly relation: Relation;
  readonly sign: Sign | null;
  readonly selectors: readonly Selector[];
}

export interface Instruction {
  readonly row: Row;
  readonly actions: Actions;
  /** Warnings, and errors that fail the row whatever the database contains. */
  readonly problems: readonly Problem[];
  /** As given, not trimmed; null if the row has no key (R18). */
  readonly key: string | null;
  /** Null if only the external key identifies the object (R7, R9). */
  readonly match: readonly MatchAlternative[] | null;
  readonly assignments: readonly Assignment[];
  readonly setters: readonly { readonly name: string; readonly value: unknown }[];
  readonly references: readonly ReferenceAssignment[];
  readonly links: readonly LinkAssignment[];
}

export const hasErrors = (instruction: Instruction): boolean =>
  instruction.problems.some(({ severity }) => severity === 'ERROR');
