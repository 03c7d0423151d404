/** Prints a list: a table, JSON lines, or with --quiet the names alone. */
import type { Door } from '../doors/door';
import { type Page, pagesOf, type ReadPage } from '../pages';
import { note, type OutputOptions, print, printJson } from './output';
import { type Column, Table } from './table';
import { printable } from './text';

export interface List<T> {
  /** What it is a list of: "runs". */
  readonly of: string;
  readonly columns: readonly Column<T>[];
  /** What an item is called, in a line. */
  readonly nameOf: (item: T) => string;
}

export interface ListOptions extends OutputOptions {
  /** Items at most; 0: all. Not given: a screenful or two, and a word about the others. */
  readonly limit?: number;
}

function printer<T>(
  { columns, nameOf }: List<T>,
  { json, quiet }: OutputOptions,
): (items: readonly T[]) => Promise<void> {
  if (json) return (items) => printJson(...items);
  if (quiet) return (items) => print(...items.map((item) => printable(nameOf(item))));
  const table = new Table(columns);
  return (items) => print(...table.lines(items));
}

const SHOWN = 50;

/** Says on stderr what is left out, unless that was asked for. */
export async function printList<T>(door: Door, list: List<T>, read: ReadPage<T>, options: ListOptions): Promise<void> {
  const printItems = printer(list, options);
  const limit = options.limit ?? SHOWN;
  let shown = 0;
  let last: Page<T> | undefined;
  for await (const page of pagesOf(door, limit || Infinity, read)) {
    await printItems(page.nodes);
    shown += page.nodes.length;
    last = page;
  }
  if (last?.pageInfo.hasNextPage && options.limit === undefined)
    note(`${shown} of ${last.totalCount} ${list.of}; --limit 0 shows all`);
}

/** As `printList`, of what is at hand. */
export const printItems = <T>(list: List<T>, items: readonly T[], options: OutputOptions): Promise<void> =>
  printer(list, options)(items);
