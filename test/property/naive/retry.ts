/** Rows that only unique values of other objects have blocked are tried again (R17b). */
import type { CallSource } from '../program';
import type { Result } from './attempt';
import { takenFrom } from './constraints';
import { type Blocked, groupsOf, type Waiting } from './waiting';
import type { World } from './world';

/** The rows of one pass, by the place of their source in the call. */
export interface Rows {
  act(place: number, index: number): Result | null;
  tell(place: number, index: number, result: Result): void;
}

export class WaitingRows {
  private readonly waiting: Map<number, Waiting[]>;

  constructor(
    private readonly world: World,
    private readonly sources: readonly CallSource[],
    places: readonly number[],
    private readonly rows: Rows,
  ) {
    this.waiting = new Map(places.map((place) => [place, []]));
  }

  add(place: number, index: number, blocked: Blocked): void {
    this.waiting.get(place)?.push({ index, ...blocked });
  }

  /** Tries all of them as long as one succeeds. Only what is still in conflict then fails. */
  settle(): void {
    while (this.tryEach() || this.tryGroups());
    for (const [place, rows] of this.waiting)
      for (const { index } of rows) {
        const { blocked, ...failed } = this.act(place, index);
        if (!blocked) throw new Error('a row that waits is not blocked any more');
        this.rows.tell(place, index, failed);
      }
  }

  private act(place: number, index: number): Result {
    const result = this.rows.act(place, index);
    if (!result) throw new Error('a row has lost its part in the pass');
    return result;
  }

  /** A chain: each row after those that it waits for. */
  private tryEach(): boolean {
    let isProgress = false;
    for (const [place, rows] of this.waiting) {
      const left: Waiting[] = [];
      for (const { index } of groupsOf(rows).flat()) {
        const result = this.act(place, index);
        if (result.blocked) left.push({ index, ...result.blocked });
        else {
          this.world.meet(`a row that waited: ${result.status}`);
          this.rows.tell(place, index, result);
          isProgress = true;
        }
      }
      this.waiting.set(place, left);
    }
    return isProgress;
  }

  /** A swap: rows that wait for each other, all of them together. */
  private tryGroups(): boolean {
    let isProgress = false;
    for (const [place, rows] of this.waiting) {
      const left: Waiting[] = [];
      for (const group of groupsOf(rows)) {
        const results = group.length > 1 ? this.exchange(place, group) : null;
        if (group.length > 1) this.world.meet(results ? 'an exchange of unique values' : 'an exchange that fails');
        if (results) isProgress = true;
        else left.push(...group);
        results?.forEach((result, at) => this.rows.tell(place, group[at]?.index ?? -1, result));
      }
      this.waiting.set(place, left);
    }
    return isProgress;
  }

  /** The results of all rows of a group; null if they cannot be carried out together. */
  private exchange(place: number, group: readonly Waiting[]): Result[] | null {
    const { world } = this;
    const { merges } = world;
    const model = world.modelNamed(this.sources[place]?.model ?? '');
    const ids = new Set(group.flatMap(({ own }) => own ?? []));
    const restore = world.save();
    const results = world.whileLeaving({ model: model.name, ids }, () =>
      group.map(({ index }) => this.rows.act(place, index)),
    );
    const done = results.flatMap((result) => (result && result.status !== 'FAILED' ? [result] : []));
    const isFree = (): boolean =>
      world.things(model).every((thing) => !ids.has(thing.id) || takenFrom(world, model, thing).holders.length === 0);
    // What a merge moves is not known before it is written, so that its row stands alone.
    if (done.length === group.length && isFree() && world.merges === merges) return done;
    restore();
    return null;
  }
}
