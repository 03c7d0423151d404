/** Mappings as the rows of a chunk leave them. Each change returns a function that undoes it. */
import type { Model } from '../../models';
import { EndChunk, pointingName, type Undo, type WorkingMapping, type WorkingObject } from './workingObject';

const NOTHING: Undo = () => undefined;

export class WorkingMappings {
  /** By model, system and key; null: the key is not mapped. */
  private readonly byKey = new Map<Model, Map<number, Map<string, WorkingMapping | null>>>();
  /** Mappings that were loaded without their object. */
  private readonly dangling: WorkingMapping[] = [];
  /** Names of all mappings that point to an object, of all systems, for objects whose mappings were loaded. */
  private readonly pointing = new Map<WorkingObject, Set<string>>();

  constructor(
    /** The id of the syncing system. */
    private readonly systemId: number,
  ) {}

  /** Null: the key is not mapped; undefined: the mapping was not loaded. */
  stored(systemId: number, model: Model, key: string): WorkingMapping | null | undefined {
    return this.byKey.get(model)?.get(systemId)?.get(key);
  }

  load(systemId: number, model: Model, key: string, mapping: WorkingMapping | null): void {
    if (mapping && !mapping.object) this.dangling.push(mapping);
    this.enter(systemId, model, key, mapping);
  }

  loadPointing(object: WorkingObject, mappings: Iterable<{ systemId: number; key: string }>): void {
    this.pointing.set(object, new Set([...mappings].map(({ systemId, key }) => pointingName(systemId, key))));
  }

  private enter(systemId: number, model: Model, key: string, mapping: WorkingMapping | null | undefined): void {
    let bySystem = this.byKey.get(model);
    if (!bySystem) this.byKey.set(model, (bySystem = new Map()));
    let ofSystem = bySystem.get(systemId);
    if (!ofSystem) bySystem.set(systemId, (ofSystem = new Map()));
    if (mapping === undefined) ofSystem.delete(key);
    else ofSystem.set(key, mapping);
    if (mapping?.object) (mapping.object.mappedBy ??= []).push(mapping);
  }

  private loadedPointing(object: WorkingObject): Set<string> {
    const names = this.pointing.get(object);
    if (!names) throw new EndChunk();
    return names;
  }

  /** The number of mappings of all systems that point to an object. */
  countOf(object: WorkingObject): number {
    return this.loadedPointing(object).size;
  }

  /** Keys of the syncing system that are linked to an object, sorted. */
  keysOf(object: WorkingObject): string[] {
    // Only this chunk can have mapped an object that it created.
    if (object.isNew) return [...new Set(this.current(object).map(({ key }) => key))].sort();
    const prefix = pointingName(this.systemId, '');
    return [...this.loadedPointing(object)]
      .flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []))
      .sort();
  }

  /** Loaded mappings that point to the object now. */
  private current(object: WorkingObject): WorkingMapping[] {
    return (object.mappedBy ?? []).filter(
      ({ systemId, model, key }) => this.stored(systemId, model, key)?.object === object,
    );
  }

  /**
   * Maps a key of the syncing system to an object, or removes its mapping. `from`: the object to which the key was
   * mapped.
   */
  set(model: Model, key: string, object: WorkingObject | null, from: WorkingObject | null, rowId: string | null): Undo {
    const { systemId } = this;
    const before = this.stored(systemId, model, key);
    const undoPointing = this.repoint(key, from, object);
    this.enter(systemId, model, key, object && { systemId, model, key, rowId, objectId: object.id, object });
    return () => {
      this.enter(systemId, model, key, before);
      undoPointing();
    };
  }

  /** Like `set`, for a key whose mapping may not have been loaded. Such a key stays unknown. */
  carry(
    model: Model,
    key: string,
    object: WorkingObject | null,
    from: WorkingObject | null,
    rowId: string | null,
  ): void {
    if (this.stored(this.systemId, model, key) === undefined) this.repoint(key, from, object);
    else this.set(model, key, object, from, rowId);
  }

  private repoint(key: string, from: WorkingObject | null, to: WorkingObject | null): Undo {
    if (this.pointing.size === 0) return NOTHING;
    const name = pointingName(this.systemId, key);
    const wasThere = (from && this.pointing.get(from)?.delete(name)) ?? false;
    const names = to && this.pointing.get(to);
    const isNew = names && !names.has(name);
    names?.add(name);
    return () => {
      if (isNew) names.delete(name);
      if (wasThere && from) this.pointing.get(from)?.add(name);
    };
  }

  /** Removes all mappings of a deleted object (R33). */
  removeAllOf(object: WorkingObject): Undo {
    const removed = this.current(object);
    for (const { systemId, model, key } of removed) this.enter(systemId, model, key, null);
    const names = this.pointing.get(object);
    if (names) this.pointing.set(object, new Set());
    return () => {
      for (const mapping of removed) this.enter(mapping.systemId, mapping.model, mapping.key, mapping);
      if (names) this.pointing.set(object, names);
    };
  }

  /** Moves all mappings of one object to another one (R10). */
  moveAllOf(from: WorkingObject, into: WorkingObject): Undo {
    const moved = this.current(from);
    for (const mapping of moved)
      this.enter(mapping.systemId, mapping.model, mapping.key, { ...mapping, objectId: into.id, object: into });
    const [ofFrom, ofInto] = [this.pointing.get(from), this.pointing.get(into)];
    if (ofFrom) this.pointing.set(from, new Set());
    if (ofFrom && ofInto) this.pointing.set(into, new Set([...ofInto, ...ofFrom]));
    return () => {
      for (const mapping of moved) this.enter(mapping.systemId, mapping.model, mapping.key, mapping);
      if (ofFrom) this.pointing.set(from, ofFrom);
      if (ofInto) this.pointing.set(into, ofInto);
    };
  }

  /** Removes the mappings that were loaded before their object was deleted. */
  removeDangling(model: Model, objectId: string | null): void {
    for (const mapping of this.dangling)
      if (mapping.model === model && mapping.objectId === objectId)
        this.enter(mapping.systemId, model, mapping.key, null);
  }
}
