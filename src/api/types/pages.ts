/** Pages of a list, as the Relay specification defines them. */
import { type ClassType, Field, Int, ObjectType } from 'type-graphql';

@ObjectType({ description: 'The start and end of a page.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether more items follow the page.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Whether items precede the page.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'The cursor of the first item.' })
  startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the last item. Pass it as `after` to get the next page.',
  })
  endCursor!: string | null;
}

export interface Connection<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly nodes: readonly T[];
  readonly pageInfo: PageInfo;
  readonly countAll: () => Promise<number>;
}

/** The connection and edge types of a node, as the Relay specification defines them. */
export function connectionOf<T extends object>(
  node: ClassType<T>,
  name: string,
  what: string,
): ClassType<Connection<T>> {
  @ObjectType(`${name}Edge`, { description: `An item in a page of ${what}.` })
  class Edge {
    @Field(() => String, { description: 'The cursor of the item, for `after`.' })
    cursor!: string;

    @Field(() => node, { description: 'The item.' })
    node!: T;
  }
  @ObjectType(`${name}Connection`, { description: `A page of ${what}.` })
  class ConnectionType {
    @Field(() => [Edge], { description: 'The items with their cursors.' })
    edges!: Edge[];

    @Field(() => [node], { description: 'The items.' })
    nodes!: T[];

    @Field(() => PageInfo, { description: 'The start and end of the page.' })
    pageInfo!: PageInfo;

    countAll!: () => Promise<number>;

    @Field(() => Int, { description: 'The number of items on all pages.' })
    totalCount(): Promise<number> {
      return this.countAll();
    }
  }
  return ConnectionType;
}
