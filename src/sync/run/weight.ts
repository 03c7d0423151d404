/** The memory that rows take up, so that a chunk has fewer large rows. */
import type { Instruction } from '../read/instruction';
import { PlainInstruction } from '../read/plainInstruction';

/** The most weight of the waiting rows, and of a chunk, in approximate characters. */
export const MOST_WEIGHT = 4_000_000;

/** The weight of a lookup: its selector, and the object that is found. */
const LOOKUP = 500;

export function weightOf(instruction: Instruction): number {
  const own = instruction.row.size ?? 0;
  if (instruction instanceof PlainInstruction) return own;
  const { links, match } = instruction;
  const lookups = links.reduce((sum, { selectors }) => sum + selectors.length, match?.length ?? 0);
  return own + lookups * LOOKUP;
}

/** The number of first instructions that are within the weight limit; at least one. */
export function lightEnough(instructions: readonly Instruction[]): number {
  let weight = 0;
  const tooMany = instructions.findIndex((instruction) => (weight += weightOf(instruction)) > MOST_WEIGHT);
  return tooMany < 0 ? instructions.length : Math.max(1, tooMany);
}
