/** Pages and cursors, as the Relay connection specification defines them. */
import { ArgsType, Field, Int } from 'type-graphql';
import { CallError } from '../errors';
import type { Page, PageRequest } from '../records';
import { shown } from '../shown';
import type { ServiceLimits } from './services';
import type { Connection } from './types/pages';

const DEFAULT_FIRST = 50;

@ArgsType()
export class PageArgs {
  @Field(() => Int, {
    defaultValue: DEFAULT_FIRST,
    description: 'The number of items, up to `limits.pageSize`.',
  })
  first!: number;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the item before the page: `endCursor` of the previous page.',
  })
  after?: string | null;
}

/** Like PageArgs, but null means the default. */
@ArgsType()
export class NullablePageArgs {
  @Field(() => Int, {
    nullable: true,
    defaultValue: DEFAULT_FIRST,
    description: 'The number of items, up to `limits.pageSize`.',
  })
  first?: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the item before the page: `endCursor` of the previous page.',
  })
  after?: string | null;
}

type GivenPage = PageArgs | NullablePageArgs;

/** A cursor contains an item's key and not its position, so that items which are added later do not shift pages. */
const encode = (key: string): string => Buffer.from(`after:${key}`).toString('base64url');

function decode(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString();
  if (!text.startsWith('after:') || encode(text.slice('after:'.length)) !== cursor)
    throw new CallError(
      'BAD_USER_INPUT',
      `after: ${shown(cursor)} is not a cursor. Pass the endCursor of the previous page.`,
    );
  return text.slice('after:'.length);
}

/** Parses page arguments. Throws BAD_USER_INPUT. */
export function pageRequest({ first: given, after }: GivenPage, { pageSize }: ServiceLimits): PageRequest {
  const first = given ?? DEFAULT_FIRST;
  if (first < 0) throw new CallError('BAD_USER_INPUT', `first must be a number from 0, not ${first}.`);
  const most = pageSize > 0 ? pageSize : Infinity;
  // The default size is reduced to the limit instead of refused.
  if (first > most && first !== DEFAULT_FIRST)
    throw new CallError('BAD_USER_INPUT', `first must be at most ${most}, not ${first}.`);
  return { first: Math.min(first, most), after: after === null || after === undefined ? null : decode(after) };
}

const LARGEST_ID = BigInt('9'.repeat(18));

/** Like `pageRequest`, for lists that are ordered by numeric ids up to `largest`. */
export function numberedPageRequest(args: GivenPage, limits: ServiceLimits, largest: bigint = LARGEST_ID): PageRequest {
  const request = pageRequest(args, limits);
  if (request.after !== null && !(/^\d{1,18}$/.test(request.after) && BigInt(request.after) <= largest))
    throw new CallError(
      'BAD_USER_INPUT',
      `after: ${shown(args.after)} is not a cursor of this list. Pass the endCursor of the previous page.`,
    );
  return request;
}

/** Converts a page to a connection. */
export function connection<R, T>(
  page: Page<R>,
  request: PageRequest,
  keyOf: (item: R) => string,
  nodeOf: (item: R) => T,
): Connection<T> {
  const edges = page.items.map((item) => ({ cursor: encode(keyOf(item)), node: nodeOf(item) }));
  return {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: {
      hasNextPage: page.hasNextPage,
      hasPreviousPage: request.after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    countAll: () => page.totalCount(),
  };
}
