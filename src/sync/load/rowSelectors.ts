/** The selectors of rows. */
import type { Instruction, Selector } from '../read/instruction';
import { PlainInstruction } from '../read/plainInstruction';

/** All selectors of rows: in references, links and match expressions. */
export function selectorsOf(instructions: readonly Instruction[]): Selector[] {
  const selectors: Selector[] = [];
  const add = (selector: Selector | null): void => {
    if (selector) selectors.push(selector);
  };
  for (const instruction of instructions) {
    if (instruction instanceof PlainInstruction) continue;
    const { references, links, match } = instruction;
    for (const reference of references) add(reference.selector);
    for (const { selectors: linked } of links) linked.forEach(add);
    for (const alternative of match ?? []) {
      for (const reference of alternative.references) add(reference.selector);
      for (const reference of alternative.not.references) add(reference.selector);
    }
  }
  return selectors;
}
