/** The header line: which column of the file feeds which name. */
import { CallError } from '../errors';
import { nearest } from '../nearest';
import { shown } from '../sync/problems';
import type { ColumnMapping } from './options';

export interface ColumnTarget {
  /** Of the cell in a line. */
  readonly index: number;
  readonly name: string;
  /** A many-to-many column, whose cell may be split (R24). */
  readonly isList: boolean;
}

export interface Header {
  readonly names: readonly string[];
  readonly targets: readonly ColumnTarget[];
}

const DELIMITERS = [',', ';', '\t', '|'];
const MANY_TO_MANY = /=>\s*[-+=]/;

/** The delimiter that stands most often outside quotes in the first line that is not blank; a comma where there is none. */
export function findDelimiter(start: string): string {
  const counts = new Map(DELIMITERS.map((delimiter) => [delimiter, 0]));
  let quoted = false;
  let previous = ',';
  for (const character of start.replace(/^\s*[\r\n]/, '')) {
    if (character === '"') quoted = !quoted && (previous === '"' || counts.has(previous));
    else if (!quoted) {
      if (character === '\n' || character === '\r') break;
      const count = counts.get(character);
      if (count !== undefined) counts.set(character, count + 1);
    }
    previous = character;
  }
  return DELIMITERS.reduce((best, delimiter) =>
    (counts.get(delimiter) ?? 0) > (counts.get(best) ?? 0) ? delimiter : best,
  );
}

/** One character, or `tab` or `\t` for a tab; throws BAD_USER_INPUT. */
export function givenDelimiter(delimiter: string): string {
  if (/^(tab|\\t)$/i.test(delimiter)) return '\t';
  if (!/^[^"\r\n\p{Surrogate}]$/u.test(delimiter))
    throw new CallError(
      'BAD_USER_INPUT',
      `A delimiter is one character that is no quote and no line break, not ${JSON.stringify(delimiter)}.`,
    );
  return delimiter;
}

function renamed(names: readonly string[], columns: readonly ColumnMapping[]): ColumnTarget[] {
  const target = (index: number, name: string): ColumnTarget => ({
    index,
    name: name.trim(),
    isList: MANY_TO_MANY.test(name),
  });
  const mapped = new Map<string, ColumnMapping[]>();
  for (const column of columns) {
    const header = column.header.trim();
    if (!names.includes(header)) {
      const near = nearest(header, names);
      throw new CallError(
        'BAD_USER_INPUT',
        `columns: the file has no header ${shown(header)}${near ? `: did you mean "${near}"?` : '.'}`,
      );
    }
    const named = column.name !== undefined && column.name !== null && column.name.trim() !== '';
    if (named === (column.ignore ?? false))
      throw new CallError('BAD_USER_INPUT', `columns: header ${shown(header)} needs either a name or ignore: true.`);
    mapped.set(header, [...(mapped.get(header) ?? []), column]);
  }
  return names.flatMap((name, index) => {
    const given = mapped.get(name);
    if (!given) return [target(index, name)];
    return given.flatMap((column) => (column.ignore ? [] : [target(index, column.name ?? '')]));
  });
}

function assertDistinct(names: readonly string[], what: string): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name))
      throw new CallError('DUPLICATE_CSV_HEADER', `The ${what} ${shown(name)} stands more than once.`);
    seen.add(name);
  }
}

/** Understands the cells of the header line; throws DUPLICATE_CSV_HEADER, MALFORMED_CSV, BAD_USER_INPUT. */
export function readHeader(cells: readonly string[], columns: readonly ColumnMapping[], line: number): Header {
  const names = cells.map((cell) => cell.trim());
  // A delimiter at the end of the line makes no column.
  while (names.length > 1 && names.at(-1) === '') names.pop();
  const unnamed = names.indexOf('');
  if (unnamed >= 0)
    throw new CallError('MALFORMED_CSV', `Line ${line}: column ${unnamed + 1} of the header has no name.`);
  assertDistinct(names, 'header');
  const targets = renamed(names, columns);
  assertDistinct(
    targets.map(({ name }) => name),
    'column',
  );
  return { names, targets };
}
