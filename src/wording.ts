/** Parts of sentences that messages share. */
import { nearest } from './nearest';
import { shown } from './shown';

/** "1 cell", "2 cells". */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** The end of a sentence about an unknown name: `. Did you mean "age"?`, or a full stop if no known name is similar. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const near = nearest(name, known);
  return near === undefined ? '.' : `. Did you mean ${shown(near)}?`;
}

/** "a", "a and b", "a, b and c". */
export const listed = (parts: readonly string[], word = 'and'): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} ${word} ${parts.at(-1)}`;
