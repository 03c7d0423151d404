/** References: which object a row means, and the plan of its links, whatever the kind of their relation (R20–R25). */
import type { Canonical, Field, Relation } from '../../models';
import type { WorkingObject } from '../load/workingObject';
import { type Problem, problem } from '../../problems';
import { shown } from '../../shown';
import type { RelatedChange } from '../../records/outcomes';
import type { Sign } from '../read/columns';
import type { Selector } from '../read/instruction';
import { describeSelector } from './descriptions';
import type { Change, Operation, PlanOptions } from './operations';

/**
 * The one target of a reference; otherwise null, after a warning or an error as the options say (R21). `added`: what else
 * targets had to fulfil, for the message.
 */
export function onlyTarget(
  relation: Relation,
  selector: Selector,
  targets: readonly WorkingObject[],
  options: PlanOptions,
  problems: Problem[],
  added = '',
): WorkingObject | null {
  const [target] = targets;
  if (target && targets.length === 1) return target;
  const severity = options.onUnresolvedReference === 'FAIL' ? 'ERROR' : 'WARNING';
  const wanted = `${describeSelector(selector)}${added}`;
  problems.push(
    target
      ? problem(
          'REFERENCE_AMBIGUOUS',
          `Reference "${relation.name}" finds more than one ${wanted}.`,
          relation.name,
          severity,
        )
      : problem('REFERENCE_NOT_FOUND', `Reference "${relation.name}" finds no ${wanted}.`, relation.name, severity),
  );
  return null;
}

export interface LinkPlan {
  readonly operations: readonly Operation[];
  readonly changes: readonly Change[];
  /** Objects on the other side. */
  readonly related: readonly RelatedChange[];
}

/** Of a row that changes no link. */
export const NOTHING: LinkPlan = { operations: [], changes: [], related: [] };

/** Whose relations a row sets. */
export interface LinkOwner {
  readonly object: WorkingObject;
  /** Values that the row changes with them; null: the object is new. */
  readonly changed: Readonly<Record<string, Canonical>> | null;
  readonly force: boolean;
}

export interface LinkTargets {
  readonly sign: Sign | null;
  readonly targets: readonly WorkingObject[];
}

/** The key of an object does not change (R12). */
export const keyProblem = (object: WorkingObject, field: Field, value: unknown): Problem =>
  problem(
    'INVALID_VALUE',
    `Cannot change the primary key "${field.name}" of ${object.model.name} ${object.id} to ${shown(value)}.`,
    field.name,
  );

/** One change for each relation, also where a row both adds and removes. */
export function linkChanges(plans: readonly LinkPlan[]): Change[] {
  if (plans.length === 0) return [];
  const changes = new Map<string, Change>();
  for (const change of plans.flatMap((link) => link.changes)) {
    const earlier = changes.get(change.field);
    const both = (key: 'before' | 'after'): Canonical => [
      ...((earlier?.[key] ?? []) as Canonical[]),
      ...(change[key] as Canonical[]),
    ];
    changes.set(change.field, { field: change.field, before: both('before'), after: both('after') });
  }
  return [...changes.values()];
}
