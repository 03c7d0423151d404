/** The changes of rows, for people: `+` created, `~` updated, `-` deleted, and each field before -> after. */
import type { OutcomeFragment } from '../../../schema/operations/generated';
import { placeOf } from './place';
import { type Colour, paint, printable, shownValue } from './text';

export interface DiffContext {
  /** The model of an outcome's object. */
  readonly modelOf: (outcome: OutcomeFragment) => string;
  /** Whether a field is a to-many relation, whose changes are ids removed and added. */
  readonly isToMany: (model: string, field: string) => boolean;
}

interface Sign {
  readonly sign: string;
  readonly colour: Colour;
}

const ADDED: Sign = { sign: '+', colour: 'green' };
const CHANGED: Sign = { sign: '~', colour: 'yellow' };
const REMOVED: Sign = { sign: '-', colour: 'red' };

const SIGNS: Partial<Record<OutcomeFragment['status'], Sign>> = {
  CREATED: ADDED,
  UPDATED: CHANGED,
  DELETED: REMOVED,
  UNLINKED: REMOVED,
};

const signed = ({ sign, colour }: Sign, text: string): string => paint(colour, `${sign} ${text}`);

const idsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

function changeLines(
  { field, before, after }: OutcomeFragment['changes'][number],
  isToMany: boolean,
  isNew: boolean,
): string[] {
  const name = printable(field);
  if (!isToMany)
    return [
      isNew
        ? signed(ADDED, `${name}: ${shownValue(after)}`)
        : signed(CHANGED, `${name}: ${shownValue(before)} -> ${shownValue(after)}`),
    ];
  return [[REMOVED, idsOf(before)] as const, [ADDED, idsOf(after)] as const].flatMap(([sign, ids]) =>
    ids.length > 0 ? [signed(sign, `${name}: ${ids.map(shownValue).join(', ')}`)] : [],
  );
}

/** The lines for an outcome; empty if it changed nothing. `withFile` adds the file, for runs with several files. */
export function diffLines(outcome: OutcomeFragment, { modelOf, isToMany }: DiffContext, withFile: boolean): string[] {
  const sign = SIGNS[outcome.status];
  if (!sign) return [];
  const { status, objectId, changes, alsoDeleted } = outcome;
  const model = modelOf(outcome);
  const object = printable(objectId === null ? model : `${model} ${objectId}`);
  const what = status === 'UNLINKED' ? `the key of ${object}` : object;
  return [
    `${signed(sign, what)} ${paint('dim', printable(`(${placeOf(outcome, { withFile })})`))}`,
    ...changes
      .flatMap((change) => changeLines(change, isToMany(model, change.field), status === 'CREATED'))
      .map((line) => `    ${line}`),
    ...alsoDeleted.map((id) => signed(REMOVED, printable(`${model} ${id}`))),
  ];
}
