/** Reads the header line: which columns of the file set which names. */
import { BOUNDS, tooManyColumns } from '../bounds';
import { CallError } from '../errors';
import { counted, didYouMean } from '../wording';
import { shown } from '../shown';
import { widthOf } from './dialect';
import type { ColumnMapping, CsvOptions } from './options';

/** Names of columns with flags, match names and external keys. */
export const SPECIAL_NAMES = ['action_flags', 'match_on', 'external_key'] as const;
export type SpecialName = (typeof SPECIAL_NAMES)[number];

export interface ColumnTarget {
  /** The position of the cell in a line. */
  readonly index: number;
  readonly name: string;
  readonly special: SpecialName | null;
  /** Whether the caller maps the column with `columns`. */
  readonly isChosen: boolean;
  /** Whether the column is many-to-many, so that its cells may be split (R24). */
  readonly isList: boolean;
}

export interface Header {
  /** Trimmed, as the file spells them. */
  readonly names: readonly string[];
  readonly line: number;
  readonly targets: readonly ColumnTarget[];
}

const MANY_TO_MANY = /=>\s*[-+=]/;
const POSITION = /^#([1-9]\d{0,5})$/;
/** A mapping to a field that has a special name. */
const FIELD_NAME = new RegExp(`^field:\\s*(${SPECIAL_NAMES.join('|')})$`);
/** Blanks and invisible characters: no-break and zero width spaces, marks of byte order and direction, controls. */
const INVISIBLE = '[\\s\\p{Cc}\\p{Cf}\\p{Z}\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u2800\\u3164\\ufe00-\\ufe0f\\uffa0]';
// The lookbehind makes the search start once per sequence of blanks, not once per blank.
const EDGES = new RegExp(`^${INVISIBLE}+|(?<!${INVISIBLE})${INVISIBLE}+$`, 'gu');

const trimmed = (name: string): string => name.replace(EDGES, '');

const isSpecial = (name: string): name is SpecialName => (SPECIAL_NAMES as readonly string[]).includes(name);

function target(index: number, given: string, isChosen: boolean): ColumnTarget {
  const name = isChosen ? given.trim() : given;
  const field = isChosen ? FIELD_NAME.exec(name)?.[1] : undefined;
  return {
    index,
    name: field ?? name,
    special: field === undefined && isSpecial(name) ? name : null,
    isChosen,
    isList: MANY_TO_MANY.test(name),
  };
}

const BY_POSITION =
  'by position: columns: [{header: "#2", name: "…"}] or ignore: true (CLI: --column "#2=…", --ignore "#2")';

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const found = map.get(key);
  if (found) found.push(value);
  else map.set(key, [value]);
}

/** The position, from 1; 0 if the header is not a position. */
const positionOf = (header: string): number => Number(POSITION.exec(header)?.[1] ?? 0);

/** The names of a header, found by their spelling. */
class Names {
  /** The positions of names, by exact spelling and by lower case. */
  private readonly exact = new Map<string, number[]>();
  private readonly folded = new Map<string, number[]>();

  constructor(private readonly names: readonly string[]) {
    for (const [index, name] of names.entries()) {
      if (name === '') continue;
      push(this.exact, name, index);
      push(this.folded, name.toLowerCase(), index);
    }
  }

  /** The columns with the name: spelled exactly, or else in another case. */
  named(header: string): readonly number[] {
    return this.exact.get(header) ?? this.folded.get(header.toLowerCase()) ?? [];
  }

  /** Whether there is a column with this name or at this position. */
  has(header: string): boolean {
    const position = positionOf(header);
    return this.named(header).length > 0 || (position > 0 && position <= this.names.length);
  }
}

function noSuchColumn(header: string, names: readonly string[], which = 'the file has no', whose = 'The'): CallError {
  if (positionOf(header) > 0)
    return new CallError(
      'BAD_USER_INPUT',
      `columns: ${which} column ${shown(header)}. ${whose} header has ${counted(names.length, 'column')}.`,
    );
  return new CallError('BAD_USER_INPUT', `columns: ${which} header ${shown(header)}${didYouMean(header, names)}`);
}

/** Throws BAD_USER_INPUT for a column that no file has. */
export function assertSharedColumns(columns: readonly ColumnMapping[], headers: readonly (readonly string[])[]): void {
  const longest = headers.reduce((most, names) => (names.length > most.length ? names : most), []);
  const files = headers.map((names) => new Names(names));
  for (const header of columns.map((column) => trimmed(column.header)))
    if (!files.some((names) => names.has(header)))
      throw noSuchColumn(header, positionOf(header) > 0 ? longest : headers.flat(), 'no file has the', 'The longest');
}

/** Columns of the file with their mappings. A name takes precedence over a position. */
class Mappings {
  private readonly byIndex = new Map<number, ColumnMapping[]>();
  private readonly found: Names;
  /** Columns that are addressed by position, and so need no name. */
  private readonly placed = new Set<number>();

  constructor(
    private readonly names: readonly string[],
    { columns, sharedColumns }: Pick<CsvOptions, 'columns' | 'sharedColumns'>,
  ) {
    this.found = new Names(names);
    const shared = (sharedColumns ?? []).filter(({ header }) => this.found.has(trimmed(header)));
    for (const column of [...(columns ?? []), ...shared]) {
      assertComplete(column);
      for (const index of this.indexesOf(trimmed(column.header))) push(this.byIndex, index, column);
    }
  }

  private indexesOf(header: string): readonly number[] {
    const named = this.found.named(header);
    if (named.length > 0) return named;
    const position = positionOf(header);
    if (position < 1 || position > this.names.length) throw noSuchColumn(header, this.names);
    this.placed.add(position - 1);
    return [position - 1];
  }

  /**
   * Throws MALFORMED_CSV for a column without a name, and DUPLICATE_CSV_HEADER for names that are equal or differ only
   * in case.
   */
  assertAddressable(width: number, line: number): void {
    const seen = new Map<string, number>();
    for (const [index, name] of this.names.slice(0, width).entries()) {
      if (this.placed.has(index)) continue;
      if (name === '')
        throw new CallError(
          'MALFORMED_CSV',
          `Line ${line}: column ${index + 1} of the header has no name. Name or ignore it ${BY_POSITION.replaceAll('#2', `#${index + 1}`)}.`,
        );
      const other = seen.get(name.toLowerCase());
      if (other !== undefined)
        throw new CallError(
          'DUPLICATE_CSV_HEADER',
          `The header has ${shown(this.names[other])} in column ${other + 1} and ${shown(name)} in column ${index + 1}. Name or ignore one of them ${BY_POSITION.replaceAll('#2', `#${index + 1}`)}.`,
        );
      seen.set(name.toLowerCase(), index);
    }
  }

  /** The number of cells of a row: up to the last column that is named or addressed. */
  get width(): number {
    return Math.max(widthOf(this.names), ...[...this.placed].map((index) => index + 1));
  }

  targets(width: number): ColumnTarget[] {
    return this.names.slice(0, width).flatMap((name, index) => {
      const given = this.byIndex.get(index);
      if (!given) return [target(index, name, false)];
      return given.flatMap((column) => (column.ignore ? [] : [target(index, column.name ?? '', true)]));
    });
  }
}

function assertComplete({ header, name, ignore }: ColumnMapping): void {
  const isNamed = (name ?? '').trim() !== '';
  if (isNamed === (ignore ?? false))
    throw new CallError('BAD_USER_INPUT', `columns: header ${shown(header)} requires either a name or ignore: true.`);
}

/** Throws if two columns set one name, because one of the values would be lost. */
function assertDistinct(targets: readonly ColumnTarget[], names: readonly string[]): void {
  const seen = new Map<string, ColumnTarget>();
  for (const column of targets) {
    const key = JSON.stringify([column.name, column.special]);
    const other = seen.get(key);
    if (other)
      throw new CallError(
        'DUPLICATE_CSV_HEADER',
        `Two columns have the same name ${shown(column.name)}: ${[other, column].map(({ index }) => `column ${index + 1} (${shown(names[index])})`).join(' and ')}.`,
      );
    seen.set(key, column);
  }
}

/**
 * Reads the cells of the header line. Throws TOO_MANY_COLUMNS, DUPLICATE_CSV_HEADER, MALFORMED_CSV or BAD_USER_INPUT.
 */
export function readHeader(
  cells: readonly string[],
  options: Pick<CsvOptions, 'columns' | 'sharedColumns'>,
  line: number,
): Header {
  if (widthOf(cells) > BOUNDS.columns) throw tooManyColumns('The header has');
  for (const given of [options.columns, options.sharedColumns])
    if (given && given.length > BOUNDS.columns) throw tooManyColumns('columns has');
  const all = cells.map(trimmed);
  const mappings = new Mappings(all, options);
  const { width } = mappings;
  mappings.assertAddressable(width, line);
  const targets = mappings.targets(width);
  assertDistinct(targets, all);
  return { names: all.slice(0, width), line, targets };
}
