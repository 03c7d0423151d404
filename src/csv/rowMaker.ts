/** Converts records to rows: cells by name, special columns, defaults, and the problem of an invalid record. */
import { BOUNDS } from '../bounds';
import { emptyRecord } from '../emptyRecord';
import { type Problem, problem } from '../problems';
import { shown } from '../shown';
import { counted } from '../wording';
import type { Row } from '../sync';
import type { Dialect } from './dialect';
import type { Header, SpecialName } from './header';
import type { CsvOptions } from './options';
import type { CsvRecord, Fault } from './record';

/** The most names of a header that a message quotes. */
const SHOWN_NAMES = 8;

const FAULTS: Readonly<Record<Fault['kind'], (fault: Fault) => string>> = {
  textAfterQuote: ({ cell, line, text }) =>
    `text follows the closing quote of cell ${cell} in line ${line}: ${shown(text)}.`,
  quoteInDoubt: ({ cell, text }) =>
    `cell ${cell} may belong to an earlier line with an unclosed quote: ${shown(text)}.`,
  unclosed: ({ cell }) => `the quote of cell ${cell} is never closed.`,
};

/** Advice about quotes, if the file may escape them in another way. */
export const quoteAdvice = ({ escape }: Dialect): string =>
  escape === '"'
    ? ' Within a quoted cell, write each quote as two quotes. If the file escapes quotes with a backslash, set format.escape to "\\" (CLI: --escape).'
    : '';

function describeHeader({ names, line }: Header, { delimiter }: Dialect): string {
  const listed = names.slice(0, SHOWN_NAMES).map(shown).join(', ');
  const rest = names.length > SHOWN_NAMES ? ', …' : '';
  return `the header in line ${line} has ${names.length}: ${listed}${rest}. The delimiter is ${shown(delimiter)}.`;
}

type Special = { -readonly [K in 'actionFlags' | 'matchOn' | 'externalKey']: Row[K] };

const SPECIAL: Readonly<Record<SpecialName, keyof Special>> = {
  action_flags: 'actionFlags',
  match_on: 'matchOn',
  external_key: 'externalKey',
};

/** Creates the rows of one reading of a file, in order. */
export class RowMaker {
  private number = 0;

  constructor(
    private readonly header: Header,
    private readonly dialect: Dialect,
    private readonly options: CsvOptions,
  ) {}

  make(record: CsvRecord): Row {
    const { cells, line, size } = record;
    const { defaults, format } = this.options;
    const values = emptyRecord<unknown>();
    const special: Special = { actionFlags: null, matchOn: null, externalKey: null };
    for (const { index, name, special: about, isList } of this.header.targets) {
      const cell = cells[index];
      if (cell === undefined) continue;
      const isNull = cell === format?.nullMarker;
      if (about) special[SPECIAL[about]] = isNull ? null : cell;
      else if (isNull) values[name] = null;
      else values[name] = isList && format?.listDelimiter ? listOf(cell, format.listDelimiter) : cell;
    }
    if (!special.actionFlags?.trim()) special.actionFlags = defaults?.actionFlags ?? special.actionFlags;
    if (!special.matchOn?.trim()) special.matchOn = defaults?.matchOn ?? special.matchOn;
    this.number += 1;
    return { number: this.number, line, size, ...special, values, unreadable: this.problemOf(record) };
  }

  private problemOf({ cells, line, fault }: CsvRecord): Problem | undefined {
    const { length } = this.header.names;
    if (fault)
      return problem('MALFORMED_CSV_ROW', `Line ${line}: ${FAULTS[fault.kind](fault)}${quoteAdvice(this.dialect)}`);
    const fits = cells.length === length || (cells.length > length && cells.slice(length).every((cell) => cell === ''));
    return fits
      ? undefined
      : problem(
          'MALFORMED_CSV_ROW',
          `Line ${line} has ${cells.length > BOUNDS.cells ? `more than ${BOUNDS.cells} cells` : counted(cells.length, 'cell')}, but ${describeHeader(this.header, this.dialect)}`,
        );
  }
}

function listOf(cell: string, delimiter: string): string | string[] {
  if (cell === '') return cell;
  return cell.split(delimiter).filter((part) => part !== '');
}
