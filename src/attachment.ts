/**
 * Values that belong to objects, such as what is known of a request. A WeakMap would keep each value until V8 collects all garbage, because its frequent
 * collections of young objects take the values of a WeakMap as used (docs/internals.md).
 */
export class Attachment<O extends object, V> {
  private readonly key: symbol;
  /** The values of objects that accept no further property. */
  private readonly others = new WeakMap<O, V>();

  constructor(description: string) {
    this.key = Symbol(description);
  }

  of(owner: O): V | undefined {
    return Object.hasOwn(owner, this.key) ? (owner as Record<symbol, V>)[this.key] : this.others.get(owner);
  }

  /** Replaces the value that the object may have. */
  attach(owner: O, value: V): void {
    // Not enumerable, so that a copy of the object does not have it.
    if (Object.isExtensible(owner)) Object.defineProperty(owner, this.key, { value, configurable: true });
    else this.others.set(owner, value);
  }
}
