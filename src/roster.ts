interface Place<T> {
  readonly item: T;
  index: number;
}

/**
 * Things that are there for a while, such as requests under way, in no order. A Set would keep what it no longer contains until V8 collects all garbage:
 * a table that it has outgrown leads to its next table, and V8's frequent collections of young objects take old tables as used (docs/internals.md).
 */
export class Roster<T> implements Iterable<T> {
  private readonly places: Place<T>[] = [];

  get size(): number {
    return this.places.length;
  }

  /** Returns a function that removes the item. It may be called repeatedly. */
  add(item: T): () => void {
    const { places } = this;
    const place: Place<T> = { item, index: places.length };
    places.push(place);
    return () => {
      const last = places.at(-1);
      if (!last || places[place.index] !== place) return;
      // The last one takes the free place.
      places[place.index] = last;
      last.index = place.index;
      places.pop();
    };
  }

  /** Those that are there now: the loop may add and remove items. */
  [Symbol.iterator](): IterableIterator<T> {
    return this.places.map(({ item }) => item).values();
  }
}
