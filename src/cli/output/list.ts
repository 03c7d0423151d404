/** Prints a list: a table, JSON lines, or with --quiet only names. */
import type { Transport } from '../transports/transport';
import { type Page, pagesOf, type ReadPage } from '../pages';
import { note, type OutputOptions, print, printJson } from './output';
import { TablePrinter } from './printTable';
import type { Column } from './table';
import { counted, grouped, printable } from './text';

export interface List<T> {
  /** The noun for an item: "run". */
  readonly of: string;
  readonly columns: readonly Column<T>[];
  /** The text of an item with --quiet. */
  readonly nameOf: (item: T) => string;
}

export interface ListOptions extends OutputOptions {
  /** The most items. 0: all. Undefined: fifty, and a note about the rest. */
  readonly limit?: number;
}

function printer<T>(
  { columns, nameOf }: List<T>,
  { json, quiet }: OutputOptions,
): (items: readonly T[]) => Promise<void> {
  if (json) return (items) => printJson(...items);
  if (quiet) return (items) => print(...items.map((item) => printable(nameOf(item))));
  const table = new TablePrinter(columns);
  return (items) => table.print(items);
}

const SHOWN = 50;

/** Prints a list. Without `limit`, notes on stderr how many items are omitted. */
export async function printList<T>(
  transport: Transport,
  list: List<T>,
  read: ReadPage<T>,
  options: ListOptions,
): Promise<void> {
  const printItems = printer(list, options);
  const limit = options.limit ?? SHOWN;
  let shown = 0;
  let last: Page<T> | undefined;
  for await (const page of pagesOf(transport, limit || Infinity, read)) {
    await printItems(page.nodes);
    shown += page.nodes.length;
    last = page;
  }
  if (last?.pageInfo.hasNextPage && options.limit === undefined)
    note(`${grouped(shown)} of ${counted(last.totalCount, list.of)}; --limit 0 prints all`);
}

/** Like `printList`, for items in memory. */
export const printItems = <T>(list: List<T>, items: readonly T[], options: OutputOptions): Promise<void> =>
  printer(list, options)(items);
