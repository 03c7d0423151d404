/** The place of a row: its number in the source, which counts rows, and its line in the file. */
import type { OutcomeFragment } from '../../../schema/operations/generated';

type Placed = Pick<OutcomeFragment, 'row' | 'line' | 'file' | 'externalKey'>;

/** `row 2, line 3, key 1002`. With `file`, the file's name comes first. */
export const placeOf = (
  { row, line, file, externalKey }: Placed,
  { withFile }: { readonly withFile: boolean },
): string =>
  [
    ...(withFile && file !== null ? [file] : []),
    `row ${row}`,
    ...(line === null ? [] : [`line ${line}`]),
    ...(externalKey === null ? [] : [`key ${externalKey}`]),
  ].join(', ');
