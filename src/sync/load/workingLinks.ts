/** Links of join tables as the rows of a chunk leave them. */
import type { Relation } from '../../models';
import { type ColumnEquality, IDENTICAL } from './equality';
import { EndChunk, type Tuple, type Undo, type WorkingObject } from './workingObject';

export class WorkingLinks {
  /** Related keys by name, by relation and object, for the objects whose links were loaded. */
  private readonly linked = new Map<Relation, Map<WorkingObject, Map<string, Tuple>>>();
  /** How a relation's join table compares related keys. */
  private readonly equalities = new Map<Relation, readonly ColumnEquality[]>();

  loadEqualities(relation: Relation, equalities: readonly ColumnEquality[]): void {
    this.equalities.set(relation, equalities);
  }

  load(relation: Relation, object: WorkingObject, relatedKeys: readonly Tuple[]): void {
    let links = this.linked.get(relation);
    if (!links) this.linked.set(relation, (links = new Map()));
    links.set(object, new Map(relatedKeys.map((key) => [this.name(relation, key), key])));
  }

  /** Keys of the objects that a relation links to an object, by name. A new object has none. */
  of(relation: Relation, object: WorkingObject): ReadonlyMap<string, Tuple> {
    return this.changeable(relation, object);
  }

  private changeable(relation: Relation, object: WorkingObject): Map<string, Tuple> {
    const links = this.linked.get(relation)?.get(object);
    if (links) return links;
    if (!object.isNew) throw new EndChunk();
    this.load(relation, object, []);
    return this.changeable(relation, object);
  }

  hasLoaded(relation: Relation, object: WorkingObject): boolean {
    return this.linked.get(relation)?.has(object) ?? false;
  }

  /** A name for a related key. Keys that the relation's join table calls equal have the same name. */
  name(relation: Relation, key: Tuple): string {
    const name = this.knownName(relation, key);
    if (name === undefined) throw new EndChunk();
    return name;
  }

  /** Undefined if only the database knows which keys equal this one. */
  knownName(relation: Relation, key: Tuple): string | undefined {
    const equalities = this.equalities.get(relation);
    const parts = key.map((value, index) => (equalities?.[index] ?? IDENTICAL).key(value));
    return parts.includes(undefined) ? undefined : JSON.stringify(parts);
  }

  /** Moves all links of one object to another one (R10). */
  merge(from: WorkingObject, into: WorkingObject): Undo {
    const undos: Undo[] = [];
    for (const [relation, byObject] of this.linked) {
      const [ofFrom, ofInto] = [byObject.get(from), byObject.get(into)];
      if (!ofFrom || !ofInto || !into.tuple(relation.ownFields)) continue;
      const keys = [...ofInto.values(), ...ofFrom.values()].map((key) => this.movedKey(relation, key, from, into));
      byObject.set(into, new Map(keys.map((key) => [this.name(relation, key), key])));
      undos.push(() => byObject.set(into, ofInto));
    }
    return () => undos.forEach((undo) => undo());
  }

  /** A related key, after the key of one object has been replaced by that of the other. */
  private movedKey(relation: Relation, key: Tuple, from: WorkingObject, into: WorkingObject): Tuple {
    if (relation.related !== from.model) return key;
    const own = from.tuple(relation.relatedFields);
    const isMoved = own !== null && this.name(relation, own) === this.name(relation, key);
    return (isMoved && into.tuple(relation.relatedFields)) || key;
  }

  set(relation: Relation, object: WorkingObject, key: Tuple, isLinked: boolean): Undo {
    const links = this.changeable(relation, object);
    const name = this.name(relation, key);
    const before = links.get(name);
    if (isLinked) links.set(name, key);
    else links.delete(name);
    return () => {
      if (before) links.set(name, before);
      else links.delete(name);
    };
  }
}
