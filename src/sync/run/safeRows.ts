/** Rows whose lookups cannot fail. In a transaction, a failing query would make other queries fail too. */
import type { Field } from '../../models';
import { isScan } from '../load/loader';
import type { Instruction, LinkAssignment, MatchAlternative, Selector } from '../read/instruction';
import { PlainInstruction } from '../read/plainInstruction';

const isKnown = ({ column }: Field): boolean => column.type.kind !== 'other';

const isSafeSelector = (selector: Selector | null): boolean =>
  !selector || (selector.fields.every(isKnown) && selector.references.every((hop) => isSafeSelector(hop.selector)));

const refersSafely = ({ selector }: { readonly selector: Selector | null }): boolean => isSafeSelector(selector);

const matchesSafely = ({ fields, references }: MatchAlternative): boolean =>
  fields.every(isKnown) && references.every(refersSafely);

const linksSafely = ({ selectors }: LinkAssignment): boolean => selectors.every(isSafeSelector);

/** Whether all compared values are sure to be valid for their columns. */
export function isSafe(instruction: Instruction): boolean {
  if (instruction instanceof PlainInstruction) return instruction.shape.matched.every(isKnown);
  const { match, references, links } = instruction;
  return (
    !isScan(instruction) &&
    (match === null || match.every(matchesSafely)) &&
    references.every(refersSafely) &&
    links.every(linksSafely)
  );
}
