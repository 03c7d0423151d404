/** How much memory rows take up, so that a chunk of large rows has fewer of them. */
import type { Instruction } from '../read/instruction';
import { PlainInstruction } from '../read/plainInstruction';

/** Of the rows that wait or make a chunk; in characters, more or less. */
export const MOST_WEIGHT = 4_000_000;

/** Of an object that is looked up: its selector, and what is found. */
const LOOKUP = 500;

export function weightOf(instruction: Instruction): number {
  const own = instruction.row.size ?? 0;
  if (instruction instanceof PlainInstruction) return own;
  const { links, match } = instruction;
  const lookups = links.reduce((sum, { selectors }) => sum + selectors.length, match?.length ?? 0);
  return own + lookups * LOOKUP;
}

/** How many of the first instructions are not too heavy together; at least one. */
export function lightEnough(instructions: readonly Instruction[]): number {
  let weight = 0;
  const tooMany = instructions.findIndex((instruction) => (weight += weightOf(instruction)) > MOST_WEIGHT);
  return tooMany < 0 ? instructions.length : Math.max(1, tooMany);
}
