/** Problems of a run in groups, with the first rows of each group. */
import type { OutcomeFragment, RunFragment, Severity } from '../../../schema/operations/generated';
import { placeOf } from './place';
import { type Colour, counted, paint, printable } from './text';

type Group = RunFragment['problemGroups'][number];

/** The number of rows that are shown per group. */
const SHOWN_ROWS = 3;
const SHOWN_RANGES = 5;

export const SEVERITY_COLOURS: Readonly<Record<Severity, Colour>> = { ERROR: 'red', WARNING: 'yellow' };

function firstRanges(rows: string): string {
  const ranges = rows.split(', ');
  return ranges.length > SHOWN_RANGES ? `${ranges.slice(0, SHOWN_RANGES).join(', ')}, …` : rows;
}

/** A group in one line, with the numbers of its rows: `NOT_NULL_VIOLATION last_name: 2 rows (3, 9)`. */
export function groupTitle({ code, field, file, count, rows }: Group): string {
  const name = [code, field, file].filter((part) => part !== null).join(' ');
  return `${name}: ${counted(count, 'row')} (${firstRanges(rows)})`;
}

interface Example {
  readonly outcome: OutcomeFragment;
  readonly message: string;
}

/** The outcomes whose problems belong to a group. */
function examplesOf({ code, severity, field, file }: Group, outcomes: readonly OutcomeFragment[]): Example[] {
  return outcomes.flatMap((outcome) => {
    const own = outcome.problems.find(
      (problem) => problem.code === code && problem.severity === severity && problem.field === field,
    );
    return own && outcome.file === file ? [{ outcome, message: own.message }] : [];
  });
}

const exampleLine = ({ outcome, message }: Example): string =>
  printable(`    ${placeOf(outcome, { withFile: false })}: ${message}`);

/** A group with its first rows, or with the message of the first row if their outcomes are not loaded. */
export function groupLines(group: Group, outcomes: readonly OutcomeFragment[]): string[] {
  const examples = examplesOf(group, outcomes).slice(0, SHOWN_ROWS);
  return [
    `${paint(SEVERITY_COLOURS[group.severity], group.severity)} ${printable(groupTitle(group))}`,
    ...(examples.length > 0 ? examples.map(exampleLine) : [printable(`    ${group.message}`)]),
  ];
}

/** A problem of the whole run, such as an unknown column. */
export const problemLine = ({ severity, code, message }: RunFragment['problems'][number]): string =>
  `${paint(SEVERITY_COLOURS[severity], severity)} ${printable(`${code}: ${message}`)}`;
