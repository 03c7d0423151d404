/** Reads lists of any length, page by page. */
import type { Transport } from './transports/transport';

export interface Page<T> {
  readonly totalCount: number;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly nodes: readonly T[];
}

export type ReadPage<T> = (first: number, after: string | null) => Promise<Page<T>>;

const AT_ONCE = 1000;

/** The pages of a list, up to `most` items. Yields the first page even if it is empty. */
export async function* pagesOf<T>({ pageSize }: Transport, most: number, read: ReadPage<T>): AsyncGenerator<Page<T>> {
  let after: string | null = null;
  let left = most;
  do {
    const page: Page<T> = await read(Math.min(AT_ONCE, pageSize, left), after);
    yield page;
    left -= page.nodes.length;
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null && left > 0);
}
